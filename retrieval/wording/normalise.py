"""Compare answers by their words: normalisation after SQuAD, articles and pronouns.

Knows words only.
"""

from __future__ import annotations

from seedqa.index.lexical import folded_words

#: Articles that SQuAD's normalisation removes, for the seven languages.
_ARTICLES = """
    a an the le la les l un une des du der die das den dem ein eine el los las lo una il gli i uno
    o os as um uma de het een
"""
ARTICLES = frozenset(_ARTICLES.split())


#: Words that alone name nothing, without accents. Those that are names too are left out: "it",
#: "us", "who", "eu", "io", "ella", "elle", "este".
_PRONOUNS = """
    i he she we you they him her them this that these those
    je nous vous ils elles lui eux leur cela ceci celui celle ceux celles
    ich du sie wir ihr ihn ihm ihnen dies dieser diese dieses
    yo nosotros ellos ellas ello esto eso esta estos estas
    egli noi voi essi esse esso loro questo questa questi queste quello quella
    ele eles elas isso isto
    ik jij hij zij wij hem hen dit dat deze
"""
PRONOUNS = frozenset(_PRONOUNS.split())


def normalise_answer(text: str) -> list[str]:
    """Return the words of an answer as SQuAD compares them (Rajpurkar et al. 2016).

    They are in lower case, without punctuation and articles; accents are folded too.
    """
    return [word for word in folded_words(text) if word not in ARTICLES]
