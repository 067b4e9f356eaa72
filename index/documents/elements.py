"""Tell what an HTML element is to a reader by its name and attributes: content or navigation.

Knows elements one at a time; html.py knows where they are in a page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Attributes = Mapping[str, str]


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: What a part of a page does, as ARIA has it, where that is not to be read.
_NAVIGATION_ROLES = _names(
    "alertdialog banner contentinfo dialog menu menubar navigation search toolbar"
)
#: Parts of the page as a whole, unless they are inside of its content.
_FRAME_TAGS = frozenset(("header", "footer", "aside"))
_CONTENT_TAGS = frozenset(("article", "main", "section"))
_NAVIGATION_WORDS = _names("breadcrumb breadcrumbs navbar pagination skiplink skiplinks skipnav")
#: Names that say alone that an element asks for consent.
_CONSENT_NAMES = _names(
    "cookiebanner cookiebar cookieconsent cookienotice didomi onetrust usercentrics"
)
#: "cookie" alone may be a recipe, and "consent" a chapter: with one of the others they are not.
_CONSENT_WORDS = frozenset(("ccpa", "consent", "cookie", "cookies", "gdpr"))
_CONSENT_FORMS = _names(
    "alert banner bar dialog law manager message modal notice notification overlay popup prompt "
    "wall"
)
#: Elements that hold all of a page, whatever their class says.
_WHOLE_PAGE = frozenset(("html", "body", "main", "article"))
_NOTE_ROLES = frozenset(("doc-endnote", "doc-endnotes", "doc-footnote", "doc-footnotes"))
_NOTE_WORDS = frozenset(("endnote", "endnotes", "footnote", "footnotes"))
_NOTE_TAGS = frozenset(("aside", "div", "dl", "li", "ol", "p", "section"))
_MARK_ROLES = frozenset(("doc-backlink", "doc-noteref"))
_MARK_WORDS = _names(
    "backlink backref footnote footnote-back footnote-backref footnote-ref noteref reference"
)
_NAMES = re.compile(r"[a-z]+")


def is_hidden(attributes: Attributes) -> bool:
    """Tell whether a browser does not show an element."""
    style = attributes.get("style", "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style


def is_frame(tag: str) -> bool:
    """Tell whether an element is a part of the page around its content."""
    return tag in _FRAME_TAGS


def is_content(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element holds the content of a page."""
    return tag in _CONTENT_TAGS or attributes.get("role") in ("main", "article")


def is_navigation(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element is a menu, a banner, or asks for consent."""
    if attributes.get("role") in _NAVIGATION_ROLES:
        return True
    words = _words(attributes)
    if not words or tag in _WHOLE_PAGE:
        return False
    if words & _NAVIGATION_WORDS or (tag == "a" and "skip" in words):
        return True
    consent = words & _CONSENT_WORDS
    return bool(words & _CONSENT_NAMES or len(consent) > 1 or (consent and words & _CONSENT_FORMS))


def may_be_consent(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element asks for consent if it also has a button and few words."""
    return tag not in _WHOLE_PAGE and bool(_words(attributes) & _CONSENT_WORDS)


def is_note(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element is a footnote, or holds all of them."""
    if attributes.get("role") in _NOTE_ROLES:
        return True
    return tag in _NOTE_TAGS and bool(_words(attributes) & _NOTE_WORDS)


def is_note_mark(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element leads to a note or back, and has no words of its own."""
    if attributes.get("role") in _MARK_ROLES:
        return True
    return tag in ("a", "sup") and any(
        word in _MARK_WORDS for word in attributes.get("class", "").lower().split()
    )


def heading_level(tag: str, attributes: Attributes) -> int:
    """Return the level of a heading, 0 where an element is none."""
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return int(tag[1])
    if attributes.get("role") != "heading":
        return 0
    level = attributes.get("aria-level", "")
    return int(level) if level in ("1", "2", "3", "4", "5", "6") else 2


def _words(attributes: Attributes) -> frozenset[str]:
    """Return the words that the names of an element are made of."""
    names = attributes.get("id", "") + " " + attributes.get("class", "")
    return frozenset(_NAMES.findall(names.lower())) if names != " " else frozenset()
