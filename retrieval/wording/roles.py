"""Tell whether a name goes with another role than the one that a question asks for.

"La presidente, Anna Rossi" does not say who the treasurer is. Knows the roles that people confuse,
in seven languages, and texts; nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from seedqa.index.lexical import folded_words
from seedqa.index.patterns import lazy_pattern

#: Roles that exclude each other as a rule, a line each, folded.
_ROLES = """
    president presidents presidente presidentin prasident prasidentin vorsitzende vorsitzender
        vorsitzenden voorzitter chair chairman chairwoman chairperson
    treasurer tresorier tresoriere schatzmeister schatzmeisterin kassenwart kassenwartin kassier
        kassiererin tesoriere tesoriera tesorero tesorera tesoureiro tesoureira penningmeester
    secretary secretaire sekretar sekretarin schriftfuhrer schriftfuhrerin segretario segretaria
        secretario secretaria secretaris
    landlord landlady lessor bailleur bailleresse vermieter vermieterin vermieters arrendador
        arrendadora casero casera locatore locatrice senhorio senhoria locador locadora verhuurder
        verhuurster
    tenant tenants lessee locataire locataires mieter mieterin mieters inquilino inquilina
        arrendatario arrendataria conduttore conduttrice huurder huurster
    seller vendor vendeur vendeuse verkaufer verkauferin vendedor vendedora venditore venditrice
        verkoper verkoopster
    buyer purchaser acheteur acheteuse acquereur kaufer kauferin comprador compradora acquirente
        compratore koper koopster
    mayor mayoress maire burgermeister burgermeisterin alcalde alcaldesa sindaco sindaca prefeito
        prefeita burgemeester
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
#: A role is at most so many words before a name, titles among them: "our treasurer, Ms Anna Rossi".
WORDS_BEFORE = 4
#: And after it: "Anna Rossi, the treasurer".
WORDS_AFTER = 3
_BREAK = lazy_pattern(r"[,;(\n]")
#: What may be between a role and its name.
_BEFORE_NAME = " ,(:*_–-"


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


def roles_of(sentence: str, start: int, end: int) -> tuple[int, ...]:
    """Return the roles that a sentence gives sentence[start:end].

    What is given a role has it shortly before it or, in brackets or after a comma, after it.

    >>> sentence = "The president, Anna Rossi, thanked Marc Petit, our treasurer."
    >>> roles_of(sentence, 15, 25) == roles_in("president")
    True
    >>> roles_of(sentence, 35, 45) == roles_in("treasurer")
    True
    """
    *rest, label = _BREAK.split(sentence[:start].rstrip(_BEFORE_NAME))
    if rest and len(label.split()) <= 1:  # "The treasurer, Ms"
        label = f"{rest[-1]} {label}"
    near = roles_in(" ".join(label.split()[-WORDS_BEFORE:]))
    after = sentence[end:].lstrip("*_ ")
    if after[:1] in (",", "("):
        near += roles_in(" ".join(after.split()[:WORDS_AFTER]))
    return near


def is_of_other_role(asked: Sequence[int], sentence: str, start: int, end: int) -> bool:
    """Return whether sentence[start:end] has another role in a sentence, and nobody the one asked.

    `asked` are the roles that the question names.

    >>> asked = roles_in("Who is the treasurer?")
    >>> is_of_other_role(asked, "The president, Anna Rossi, signs.", 15, 25)
    True
    >>> is_of_other_role(asked, "The president, Anna Rossi, is treasurer too.", 15, 25)
    False
    """
    if not asked or {*asked} & {*roles_in(sentence)}:
        return False
    return bool(roles_of(sentence, start, end))
