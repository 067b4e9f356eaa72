"""Words: folding, stemming, languages, and agreement with the tokenizer of FTS5."""

from __future__ import annotations

import sqlite3
import unicodedata

import pytest

from seedqa.index.lexical import (
    MAX_WORD_LENGTH,
    all_stop_words,
    find_words,
    fold,
    folded_words,
    stemmed_words,
    stop_words,
)
from seedqa.index.stopwords import STOP_WORDS

HARD_TEXT = """
Élève e\u0301le\u0300ve Straße GROẞ cœur ﬁn Łódź ØRSTED İstanbul ısı ŉ ĳ ǆ co\u00adopération
می\u200cخواهم a\u200db don't l’eau a_b 3.14 x²+½ ①② ٣٤٥ Ⅷ ﷺ 𝐀𝐁 ℌ ℂ µm Ω ᾳ Σίσυφος ϒ ё й
אָלֶף שָׁלוֹם عَرَبِيّ 한국어 日本語のテスト ガ ｶﾞ が゙ か\u3099 カ・タ 𠮷野家 人々 〇 東京2020年
party🎉👨\u200d👩
C++ "quoted" NEAR AND OR NOT col:umn * ^caret {brace} (paren) -minus
"""


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Alibaba", "alibaba", id="case"),
        pytest.param("Élève ÀÇÑ", "eleve acn", id="accents"),
        pytest.param("e\u0301le\u0300ve", "eleve", id="decomposed"),
        pytest.param("Straße GROẞ", "strasse gross", id="sharp s"),
        pytest.param("cœur ÆSIR Ørsted Łódź", "coeur aesir orsted lodz", id="undecomposed letters"),
        pytest.param("ﬁn ﬄ ĳ", "fin ffl ij", id="ligatures"),
        pytest.param("co\u00adopération", "cooperation", id="soft hyphen"),
        pytest.param("İSTANBUL ISTANBUL ısı", "istanbul istanbul isi", id="turkish i"),
        pytest.param("x² ½", "x2 1\u20442", id="superscript and fraction"),
        pytest.param("Σίσυφος", "σισυφοσ", id="final sigma"),
        pytest.param("שָׁלוֹם عَرَبِيّ", "שלום عربي", id="vowel points"),
        pytest.param("ガ か\u3099 ｶﾞ", "ガ が ガ", id="voiced kana"),
        pytest.param("한국어", "한국어", id="hangul stays composed"),
        pytest.param("𝐀𝐁ℌ", "abh", id="mathematical capitals"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_words_know_their_places() -> None:
    text = "L’e\u0301te\u0301, co\u00adop: 日本 a_b 2020!"
    assert list(find_words(text)) == [
        (0, 1, "L"),
        (2, 7, "e\u0301te\u0301"),
        (9, 14, "co\u00adop"),
        (16, 17, "日"),
        (17, 18, "本"),
        (19, 20, "a"),
        (21, 22, "b"),
        (23, 27, "2020"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("don't l’eau", ["don", "t", "l", "eau"], id="apostrophes"),
        pytest.param("$3.14 C++", ["3", "14", "c"], id="punctuation"),
        pytest.param("日本語のTest", ["日", "本", "語", "の", "test"], id="a word each"),
        pytest.param("𠮷野家", ["𠮷", "野", "家"], id="beyond the basic plane"),
        pytest.param("カ・タ", ["カ", "タ"], id="the dot of kana is no word"),
        pytest.param("x²+½", ["x2", "1", "2"], id="one half is two words"),
        pytest.param("👩\u200d👧 \u0301 _ -- \n", [], id="no word"),
    ],
)
def test_folded_words(text: str, words: list[str]) -> None:
    assert folded_words(text) == words


def test_joiners_inside_a_word_do_not_end_it() -> None:
    """They once did: find_words kept the word whole, and folding it cut it in two again."""
    assert folded_words("می\u200cخواهم a\u200db") == ["میخواهم", "ab"]
    assert stemmed_words("run\u200dning", "en") == ["run"]


#: Every language with a stemmer, by its code.
STEMMED = [
    "ar", "ca", "cs", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa",
    "fi", "fr", "ga", "hi", "hu", "hy", "id", "it", "lt", "ne", "nl", "no",
    "pl", "pt", "ro", "ru", "sr", "st", "sv", "ta", "tr", "yi",
]  # fmt: skip


def test_every_language_with_a_stemmer_is_known_by_its_code() -> None:
    import Stemmer

    algorithms = {*Stemmer.algorithms()} - {"porter", "dutch_porter"}
    assert {type(Stemmer.Stemmer(code)) for code in STEMMED} == {Stemmer.Stemmer}
    assert len(STEMMED) == len(algorithms)


def test_a_decomposed_text_has_the_words_of_a_composed_one() -> None:
    text = "Élève français, Łódź — ÜBERGRÖSSE, naïveté, ガード, 한국어"
    decomposed = unicodedata.normalize("NFD", text)
    assert folded_words(decomposed) == folded_words(text)
    for language in STEMMED:
        assert stemmed_words(decomposed, language) == stemmed_words(text, language)


@pytest.mark.parametrize(
    ("text", "language", "stems"),
    [
        pytest.param("bridges opened running", "en", ["bridg", "open", "run"], id="English"),
        pytest.param("étudiants étudiaient Alibaba", "fr", ["etudi", "etudi", "alibab"], id="fr"),
        pytest.param("Häuser Brücken", "de", ["haus", "bruck"], id="German"),
        pytest.param("canciones habladas", "es", ["cancion", "habl"], id="Spanish"),
        pytest.param("parlavano città", "it", ["parl", "citt"], id="Italian"),
        pytest.param("falavam pontes", "pt", ["fal", "pont"], id="Portuguese"),
        pytest.param("lopende bruggen", "nl", ["loop", "brug"], id="Dutch"),
        pytest.param("mostami", "cs", ["most"], id="Czech"),
        pytest.param("costs 4", "und", ["cost", "costs", "4"], id="any of the seven languages"),
        pytest.param("clés", "und", ["cles", "cle"], id="accents of an unknown language"),
        pytest.param("Bridges Ponts", "ja", ["bridges", "ponts"], id="no stemmer of a language"),
        pytest.param("日本", "en", ["日", "本"], id="ideographs"),
        pytest.param("½ ﷺ", "en", ["1", "2", "صلى", "الله", "عليه", "وسلم"], id="several in one"),
    ],
)
def test_stemmed_words(text: str, language: str, stems: list[str]) -> None:
    assert stemmed_words(text, language) == stems


def test_names_match_across_languages_in_their_folded_form_only() -> None:
    assert folded_words("Alibaba") == ["alibaba"]
    assert stemmed_words("Alibaba", "fr") == ["alibab"]
    assert stemmed_words("Alibaba", "en") == ["alibaba"]


@pytest.mark.parametrize("language", ["en", "fr", "und"])
def test_a_very_long_word_is_no_word(language: str) -> None:
    text = f"before {'x1' * 500_000} {'z' * MAX_WORD_LENGTH} {'z' * (MAX_WORD_LENGTH + 1)} after"
    expected = ["before", "z" * MAX_WORD_LENGTH, "after"]
    assert folded_words(text) == expected
    assert [word[:5] for word in stemmed_words(text, language)] == [
        word[:5] for word in [*stemmed_words("before", language), expected[1]]
    ] + stemmed_words("after", language)


def test_the_length_of_a_word_does_not_count_its_accents() -> None:
    """A decomposed word of 40 letters once had folded words and no stems."""
    word = "e\u0301" * 40
    assert folded_words(word) == ["e" * 40]
    assert [len(stem) >= 38 for stem in stemmed_words(word, "en")] == [True]


def test_a_word_of_many_accents_takes_no_longer_for_each() -> None:
    """The time once grew with the square of their number: this took an hour."""
    assert folded_words("a" + "\u0301" * 500_000 + "!") == ["a"]


# -- agreement with FTS5 -------------------------------------------------------------------------


def words_table(rows: list[str]) -> sqlite3.Connection:
    """Return the lexical table of the store, with one column."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE words USING fts5 (folded, tokenize = 'unicode61 remove_diacritics 0')"
    )
    database.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (words, 'instance')")
    database.executemany("INSERT INTO words VALUES (?)", [(row,) for row in rows])
    return database


@pytest.mark.parametrize("language", [None, "en", "fr", "de", "ru", "ar"])
def test_every_word_is_one_token_and_is_found_by_its_own_query(language: str | None) -> None:
    words = stemmed_words(HARD_TEXT, language) if language else folded_words(HARD_TEXT)
    database = words_table([" ".join(words), "nothing of it"])
    tokens = database.execute("SELECT term FROM terms WHERE doc = 1 ORDER BY offset")
    assert [token for (token,) in tokens] == words
    for word in words:
        found = database.execute("SELECT rowid FROM words WHERE words MATCH ?", (f'"{word}"',))
        assert found.fetchall() == [(1,)], word


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(0x20, 0x17F, id="Latin"),
        pytest.param(0x180, 0x24F, id="Latin extended"),
        pytest.param(0x370, 0x52F, id="Greek and Cyrillic"),
        pytest.param(0x590, 0x6FF, id="Hebrew and Arabic"),
        pytest.param(0x1E00, 0x1FFF, id="Latin and Greek with accents"),
        pytest.param(0x2070, 0x218F, id="superscripts and number forms"),
        pytest.param(0x3040, 0x4DFF, id="kana and hexagrams"),
        pytest.param(0xAC00, 0xD7A3, id="Hangul"),
        pytest.param(0xF900, 0xFFEF, id="compatibility forms"),
        pytest.param(0x1D400, 0x1D7FF, id="mathematical letters"),
    ],
)
def test_every_character_folds_to_tokens_of_fts5(first: int, last: int) -> None:
    """Capitals in bold, decomposed kana and hexagrams were once words that FTS5 does not have."""
    words = [word for code in range(first, last + 1) for word in folded_words(chr(code))]
    database = words_table([" ".join(words)])
    tokens = [token for (token,) in database.execute("SELECT term FROM terms ORDER BY offset")]
    assert tokens == words


# -- function words ------------------------------------------------------------------------------


def test_stop_words_are_folded() -> None:
    assert {"ou", "etait", "meme", "a"} <= stop_words("fr")
    assert "dass" in stop_words("de")
    assert stop_words("fi") == frozenset()
    for language in STOP_WORDS:
        assert stop_words(language) == {fold(word) for word in stop_words(language)}
        assert all(folded_words(word) == [word] for word in stop_words(language))
        assert stop_words(language) <= all_stop_words()
