"""Tell whether a name goes with another role than the one that a question asks for.

"La presidente, Anna Rossi" does not say who the treasurer is. Knows the roles that people confuse,
in seven languages, and texts; nothing of models or of the index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from seedqa.index.lexical import fold, folded_words
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.asking import asks_role

#: Roles that exclude each other as a rule, a line each, folded.
_ROLES = """
    president presidents presidente presidenta presidentin prasident prasidentin vorsitzende
        vorsitzender vorsitzenden voorzitter chair chairman chairwoman chairperson
    treasurer tresorier tresoriere schatzmeister schatzmeisterin kassenwart kassenwartin kassier
        kassiererin kassenfuhrer kassenfuhrerin finanzwart finanzwartin rechner tesoriere
        tesoriera tesorero tesorera tesoureiro tesoureira penningmeester
    secretary secretaire sekretar sekretarin schriftfuhrer schriftfuhrerin segretario segretaria
        secretario secretaria secretaris
    landlord landlady lessor bailleur bailleresse vermieter vermieterin vermieters arrendador
        arrendadora casero casera locatore locatrice senhorio senhoria locador locadora
        verhuurder verhuurster verpachter verpachterin
    tenant tenants lessee locataire locataires preneur preneuse mieter mieterin mieters
        inquilino inquilina arrendatario arrendataria locatario locataria conduttore conduttrice
        huurder huurster pachter pachterin
    seller vendor vendeur vendeuse verkaufer verkauferin vendedor vendedora venditore venditrice
        verkoper verkoopster
    buyer purchaser acheteur acheteuse acquereur kaufer kauferin comprador compradora acquirente
        compratore koper koopster
    director directeur directrice direktor direktorin directora direttore direttrice diretor
        diretora
    mayor mayoress maire burgermeister burgermeisterin alcalde alcaldesa sindaco sindaca
        prefeito prefeita burgemeester
    coach trainer trainerin entraineur entraineuse entrenador entrenadora allenatore allenatrice
        treinador treinadora
    captain capitaine kapitan kapitanin mannschaftskapitan capitan capitana capitano capitao
        aanvoerder
    architect architecte architekt architektin arquitecto arquitecta architetto architetta
        arquiteto arquiteta
    photographer photographe fotograf fotografin fotografo fotografa fotograaf fotografe
    translator traducteur traductrice ubersetzer ubersetzerin traductor traductora traduttore
        traduttrice tradutor tradutora vertaler vertaalster
    caretaker janitor concierge gardien gardienne hausmeister hausmeisterin conserje custode
        portinaio portinaia porteiro porteira conserge huismeester
    vet veterinarian veterinaire tierarzt tierarztin veterinario veterinaria dierenarts
    plumber plombier klempner klempnerin fontanero fontanera idraulico idraulica canalizador
        loodgieter
    electrician electricien electricienne elektriker elektrikerin electricista elettricista
        eletricista elektricien
"""
#: A role is at most so many words before a name, titles among them: "our treasurer, Ms Ann Lee".
WORDS_BEFORE = 4
#: And after it: "Anna Rossi, the treasurer".
WORDS_AFTER = 3
#: A line of at most so many words above a name may be its role.
MAX_LABEL_WORDS = 3
#: The next sentence is looked at so far: "She is also our treasurer."
NEXT_CHARS = 120
_BREAK = lazy_pattern(r"[,;(\n]")
#: What may be between a role and its name.
_BEFORE_NAME = " ,(:*_–-"
_AND = frozenset(("and", "et", "und", "y", "e", "en", "ed", "sowie"))
_FORMER = lazy_pattern(
    r"\b(?:former|ex|ancien(?:ne)?|ehemalige[nr]?|fruhere[nr]?|exe|antigu[oa]|antig[oa]|oud|vice)\b"
)
_PRONOUNS = lazy_pattern(
    r"\W*(?:she|he|they|elle|il|sie|er|ella|el|lei|lui|ela|ele|zij|hij)\b", re.IGNORECASE
)
#: "Who is the current treasurer?"
_NOW = """
    current present new actuel actuelle nouveau nouvelle aktuelle aktueller jetzige neue neuer
    actual nuevo nueva attuale nuovo nuova atual novo nova huidige nieuwe first second
"""
_POSSESSED = lazy_pattern(r"['’]s\s+\w")


class Around(NamedTuple):
    """Words in their sentence, sentence[start:end], with what is around it."""

    sentence: str
    start: int
    end: int
    before: str = ""
    after: str = ""
    headings: tuple[str, ...] = ()


@cache
def _role_of() -> dict[str, int]:
    """Return the number of its role for each word."""
    found: dict[str, int] = {}
    number = -1
    for line in _ROLES.strip("\n").split("\n"):
        number += not line.startswith("        ")
        found |= dict.fromkeys(line.split(), number)
    return found


@lru_cache(maxsize=1024)
def roles_in(text: str) -> tuple[int, ...]:
    """Return the numbers of the roles that a text names, in order.

    >>> roles_in("Le bailleur et la locataire") == roles_in("landlord, tenant")
    True
    """
    known = _role_of()
    return tuple(known[word] for word in folded_words(text) if word in known)


def roles_asked(question: Question) -> tuple[int, ...]:
    """Return the role that a question asks for: the first word that says who is asked for.

    "Who is the mayor's husband?" and "who is the contact person for tenants?" ask for none.

    >>> from seedqa.retrieval.question import parse_question
    >>> asked = roles_asked(parse_question("Who is the treasurer of the club?"))
    >>> asked == roles_in("treasurer"), roles_asked(parse_question("Who is suing the landlord?"))
    (True, ())
    """
    if not asks_role(question):
        return ()
    told = [word for word in question.topical if word not in _NOW.split()]
    known = _role_of()
    if not told or told[0] not in known or _POSSESSED.search(question.text):
        return ()
    return (known[told[0]],)


def roles_of(around: Around) -> tuple[int, ...]:
    """Return the roles that words are given in their sentence.

    What is given a role has it shortly before it or, in brackets or after a comma, after it.

    >>> sentence = "The president, Anna Rossi, thanked Marc Petit, our treasurer."
    >>> roles_of(Around(sentence, 15, 25)) == roles_in("president")
    True
    >>> roles_of(Around(sentence, 35, 45)) == roles_in("treasurer")
    True
    """
    *rest, label = _BREAK.split(around.sentence[: around.start].rstrip(_BEFORE_NAME))
    words = folded_words(label)
    if rest and len(words) <= 1 and _AND.isdisjoint(words):  # "The treasurer, Ms"
        label = f"{rest[-1]} {label}"
    near = _present_roles(" ".join(label.split()[-WORDS_BEFORE:]))
    after = around.sentence[around.end :].lstrip("*_ ")
    if after[:1] in (",", "("):
        near += _present_roles(" ".join(after.split()[:WORDS_AFTER]))
    return near


def _present_roles(words: str) -> tuple[int, ...]:
    return () if _FORMER.search(fold(words)) else roles_in(words)


def is_of_other_role(asked: Sequence[int], around: Around) -> bool:
    """Return whether words have another role in their sentence, and nobody there the one asked for.

    `asked` are the roles that the question asks for.

    >>> asked = roles_in("Who is the treasurer?")
    >>> is_of_other_role(asked, Around("The president, Anna Rossi, signs.", 15, 25))
    True
    >>> is_of_other_role(asked, Around("The president, Anna Rossi, is treasurer too.", 15, 25))
    False
    """
    line_above = around.before.rstrip("\n").rpartition("\n")[2]
    label = line_above if len(line_above.split()) <= MAX_LABEL_WORDS else ""
    following = around.after[:NEXT_CHARS] if _PRONOUNS.match(around.after) else ""
    told = "\n".join((around.sentence, label, following, *around.headings))
    if not asked or {*asked} & {*roles_in(told)}:
        return False
    return bool(roles_of(around))
