"""What a question asks for: a person, a time, an amount, or nothing but a search for its words.

Knows the question words of the seven languages, folded; nothing of the index or of models.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from seedqa.index.documents.dates import MONTHS, WEEKDAYS
from seedqa.index.language import UNKNOWN_LANGUAGE
from seedqa.index.lexical import all_stop_words, fold, folded_words, stop_words, word_forms
from seedqa.index.patterns import lazy_pattern
from seedqa.retrieval.question import Question
from seedqa.retrieval.wording.naming import question_names
from seedqa.retrieval.wording.units import MONEY, may_be_said_in, unit_in, unit_of

#: What asks for somebody, at the beginning of a question.
_WHO: Mapping[str, str] = {
    "en": "who whom whose", "fr": "qui", "de": "wer wem wen wessen", "es": "quien quienes",
    "it": "chi", "pt": "quem", "nl": "wie",
}  # fmt: skip
_WHEN = "when quand wann cuando quando wanneer"
#: English words that ask for something else than a time after "when".
_WHAT_AFTER = frozenset(("what", "which", "why", "how"))
#: After a word that asks "which", the nouns that make it ask for a time.
_TIMES = """
    year day date month century time hour annee jour mois siecle heure jahr uhrzeit tag datum monat
    jahrhundert ano dia fecha mes siglo hora anno giorno data mese secolo ora seculo jaar dag maand
    eeuw
"""
_HOW_MUCH = lazy_pattern(
    r"\bhow (?:much (?:is|are|was|were|do|does|did)\b(?!.* (?:weigh|hold|have|contain))|expensive)"
    r"|\bwie teuer|\bquanto (?:e|sono|vengono|viene|fica|sai)\b|\bcuanto (?:es|son|vale|valen)\b"
    r"|\bhoe duur\b|\ba combien\b"
)
#: What asks for a count, folded: an answer without a number is none, however long it is.
_COUNT = lazy_pattern(
    r"\b(?:how many|wie ?viele|cuant[oa]s|quant[ie]|quant[oa]s|hoeveel|combien d)\b|\bcombien de\b"
    r"(?! temps)|\A(?:what|which|quel|welche|cual|qual|quale|wat|welk)(?: \w+){1,3}"
    r" (?:number|nombre|anzahl|numero|aantal) (?:of|de|d|der|di|do|da|dos|das|van)\b"
)
#: "What was the time of the crew?" asks for an hour or for how long it took.
_TIME_OF = lazy_pattern(
    r"\A(?:what (?:is|was) the|quel (?:est|etait) le|cual (?:es|fue) el|qual (?:e|era) il"
    r"|qual (?:e|foi) o|was (?:ist|war) die|wat (?:is|was) de)"
    r" (?:time|temps|tiempo|tempo|zeit|tijd)\b"
)
#: "What is the phone number?" asks for figures.
_NUMBER_OF = lazy_pattern(
    r"\A(?:what|which|quel|wie lautet|welche|cual|qual|quale|wat|welk)\b"
    r".{0,40}\b(?:number|\w*nummer|numero)\b(?! (?:one|un|uno|eins))"
)
_PHONE_NUMBER = lazy_pattern(
    r"\b(?:(?:phone|telephone|mobile) number|(?:telefon|handy|mobil|ruf|telefoon)nummer"
    r"|numero (?:de |di )?(?:tel\w*|portable|movil|cellulare|telemovel))\b"
)
#: "e-mail", whose "e" is a verb in Italian.
_ELECTRONIC = lazy_pattern(r"\be-(?=\w)", re.IGNORECASE)
_AT = lazy_pattern(r"@|[(\[](?i:at)[)\]]|\bAT\b")
#: "What is her e-mail address?" asks for what has an @; "what is it for?" does not.
_EMAIL = (
    r"(?:e ?mail ?(?:address(?:es)?|adress?en?|adressen?)"
    r"|adres(?:se|ses)? (?:e ?mail|mail|electronique)"
    r"|direccion de (?:e ?mail|correo)|correo electronico|adresse (?:de )?courriel"
    r"|indirizzo (?:di )?(?:e ?mail|posta elettronica)|endereco (?:de )?(?:e ?mail|correio))\b"
)
_ASKS_EMAIL = lazy_pattern(
    r"\A(?:and |et |und |y |e )?(?:what (?:is|are|s)|which is|wie (?:lautet|ist)"
    r"|quel(?:le)?s? (?:est|sont)|cual(?:es)? (?:es|son)|qual (?:e|sono)|quais? (?:e|sao)"
    r"|wat (?:is|zijn)) "
    rf"(?:(?!(?:for|of|with|pour|fur|per|para|voor|de|di|do|von|van)\b)\w+ )*{_EMAIL}"
)
_NAMES_EMAIL = lazy_pattern(rf"\b{_EMAIL}")
_CALLED = lazy_pattern(
    r"\b(?:called|names?|title|heisst|heissen|namen?|titel|s appelle(?:nt)?|noms?|titre|llaman?"
    r"|nombres?|titulo|chiamano?|nom[ei]|titolo|chamam?|nomes?|heten|heet)\b"
)
_ASKS_TOPIC = lazy_pattern(
    r"(?i)\b(?:about|topic|position|where|address|wo|worum|thema|adresse|où|sujet|thème|dónde|tema"
    r"|dirección|dove|argomento|indirizzo|onde|assunto|endereço|waar|waarover|onderwerp|adres)\b"
)
#: The shortest telephone numbers: 15, for an ambulance in France.
MIN_PHONE_DIGITS = 2
#: "How many weeks": the noun that is counted, and where it is no sum of money.
_COUNTED = lazy_pattern(
    r"\b(?:how many|wie ?viele?|cuant[oa]s|quant[ie]|quant[oa]s|hoeveel|combien de?) ([a-z]+)"
)
_COUNTED_THINGS = lazy_pattern(
    r"\b(?:how many|wie ?viele|cuant[oa]s|quant[ie]|quant[oa]s|combien de?) "
    r"(?!(?:\w+ ){0,2}(?:euros?|dollars?|pounds?|cents?|pfund|argent|dolar\w*|libras|livres|soldi"
    r"|reais|pesos|francs?|franken|million\w*|thousand|money|gebuhren|caution|loyers?|frais)\b)"
)
#: What asks for a sum of money, folded.
_ASKS_SUM = lazy_pattern(
    r"\A(?:and |und |et |y |e |en )?(?:what (?:does|do|will|would)\b.*\bcost\b"
    r"(?! (?:cover|include|cent(?:er|re)|mean|estimate|sharing)\b)"
    r"|(?:was|wie ?viel) kostet?n?\b|combien (?:ca |cela )?coute(?:nt)?\b|cuanto cuestan?\b"
    r"|quanto (?:costa(?:no)?|custam?)\b|(?:wat|hoeveel) kost(?:en)?\b)"
)
_TIME_OR_SPAN = lazy_pattern(
    r"\d[:.h'’]\d|\d\s*(?:h|m|s|min|sec|hours?|minutes?|seconds?|uhr|stunden?|minuten|sekunden|heures?"
    r"|minutos?|segundos?|horas?|or[ae]|minuti|secondi|uur|days?|am|pm|o['’]clock)\b|noon|midnight",
    re.IGNORECASE,
)
_CONJUNCTIONS = "and or und oder et ou y o e en of"
#: Words that grant or deny, and answer nothing else.
_YES_OR_NO = "yes no oui non ja nein si nao sim nee"
#: Other nouns for spans of time.
_PERIODS = """
    season semester term quarter period date weekday saison trimestre semestre periode jahreszeit
    quartal wochentag estacion temporada periodo stagione estacao epoca seizoen jaargetijde kwartaal
    holiday feast fete feiertag fiesta festa feestdag
"""
_HOW_MANY = lazy_pattern(
    r"\b(?:how (?:many|much|old|tall|high|far|big|large|wide|deep|heavy)"
    r"|combien(?! de temps)|wie ?viele?|wie (?:alt|hoch|gross|weit|tief|breit|schwer)"
    r"|cuant[oa]s?(?! tiempo)|quant[oaie]s?(?! tempo)"
    r"|hoeveel|hoe (?:oud|hoog|ver|groot|diep|breed|zwaar))\b"
)
#: Nouns for an amount of money, folded: "what is the rent?" asks for a figure.
_PRICES = """
    price fine fee fees cost costs rent rental deposit salary wage wages fare toll surcharge rate
    tax
    prix amende tarif cout loyer montant salaire caution prime frais taxe
    preis miete bussgeld geldstrafe gebuhr kaution gehalt lohn betrag tarif beitrag
    precio multa tarifa coste alquiler fianza sueldo salario cuota importe
    prezzo multa tariffa costo affitto cauzione stipendio canone importo
    preco multa custo renda aluguel aluguer mensalidade caucao
    prijs boete tarief huur borg waarborg salaris loon contributie bedrag
"""
#: Verbs that ask for a price.
_COST = """
    cost costs pay pays paid coute coutent coutait paie paient payaient kostet kosten kostete zahlt
    zahlen zahlten cuesta cuestan costaba paga pagan pagaban costa costano costava pagano pagavano
    custa custam custava pagam pagavam kost kostte betaalt betalen betaalde betaalden
"""
_WHICH = """
    which what quel quelle quels quelles welche welcher welches welchem welchen que cual cuales
    quale quali qual quais welk welke
"""
_IS = "is was are were est etait sont ist war sind es era son e sono eram sao zijn waren"
#: A figure, or a Roman number: "XIX secolo".
_FIGURE = lazy_pattern(r"\d|\b[IVXLCDM]{1,7}\b")
#: What stands after the first number of a folded answer.
_UNIT = lazy_pattern(r"\A[^\d/]*\d[\d.,' ]*([a-z]+|[€$£%°])")
#: Units of time and length; of what neither is; and of money, all currencies cannot be named.
_SPANS = """
    km m cm mm metre metres meter meters mile miles metros metri metern
    hour hours minute minutes day days week weeks month months year years
    heure heures jour jours semaine semaines mois an ans annee annees
    stunde stunden minuten tag tage tagen woche wochen monat monate monaten jahr jahre jahren
    hora horas minuto minutos dia dias semana semanas mes meses ano anos
    ora ore minuti giorno giorni settimana settimane mese mesi anno anni
    uur uren minuut minuten dag dagen weken maand maanden jaar jaren
"""
_MEASURES = """
    people persons persone personnes personen personas pessoas guests m2
    kg g gram grams gramm grammes gramos grammi kilo kilos kwh kw w l ml liter litre litres liters
    litri litros db gb mb kb degrees grad degres gradi °
"""
#: Verbs that want money: what is paid may be counted in months, and "costa" is a coast as well.
_COSTS_MONEY = """
    cost costs coute coutent coutait kostet kosten kostete cuesta cuestan custa custam kost kostte
"""
_MONEY = "€ $ £ eur euro euros dollar dollars pound pounds franc francs franken chf cent cents"
_HOW_LONG = lazy_pattern(
    r"\b(?:how long|wie lange|combien de temps|cuanto tiempo|quanto tempo|hoe ?lang|how old)\b"
)
#: "2e étage" is no amount.
_ORDINAL = lazy_pattern(r"\b\d+(?:st|nd|rd|th|er|re|e|ème|[ºª])(?!\w)")
#: What else asks, anywhere in a question.
_ASKS = """
    what which where why how que quoi quel quelle quels quelles lequel laquelle ou pourquoi comment
    was welche welcher welches welchem welchen wo wohin woher warum wieso weshalb womit wie
    cual cuales donde adonde por como cosa quale quali qual dov dove perche come
    quais onde aonde wat welk welke waar waarom hoe
"""
#: "Which version", in the seven languages.
_WHICH_VERSION = lazy_pattern(
    r"\b(?:which|what|welche[rs]?|quelle|qué|que|quale|qual|welke)\s+"
    r"(?:version|release|versión|versione|versão|versie)\b",
    re.IGNORECASE,
)
#: "In which version" asks for its number; which version of a song it was may be "the live one".
_IN_VERSION = lazy_pattern(
    r"\b(?:in (?:which|what|welcher)|dans quelle|en qué|in quale|em que|in welke)\s+"
    r"(?:version|release|versión|versione|versão|versie)\b(?!\s+(?:of|de|von|del|di|do|da|van)\b)",
    re.IGNORECASE,
)
#: What makes a statement or an order of words, of each language: what has one is no bare keyword.
_VERBS = """
    is are was were be been has have had do does did can could will would should may might must
    name list give tell show describe explain find
    est sont etait etaient ont avait avaient peut doit sera fut
    donne donnez cite citez liste nomme nommez indique indiquez
    ist sind war waren hat haben hatte hatten wird werden wurde wurden kann darf muss soll
    nenne nennen gib zeige
    es son era eran fue fueron ha han hay tiene puede debe nombra di dime enumera indica
    e sono erano fu hanno puo deve elenca dimmi nomina
    sao eram foi foram tem pode diga indique nomeie
    zijn heeft hebben had kan mag moet wordt werden noem geef toon
"""
_NUMBERS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion dozen half once twice none
    un une deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt
    trente quarante cinquante soixante cent cents mille million millions milliard milliards
    dizaine douzaine quinzaine vingtaine trentaine centaine moitie aucun aucune
    ein eine einen einem eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig
    dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert tausend millionen dutzend halb
    halfte keine
    uno una dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta
    cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil millon millones docena mitad
    due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti trenta quaranta
    cinquanta sessanta settanta ottanta novanta cento mila milione milioni dozzina meta
    um uma dois duas quatro sete oito dez doze vinte trinta quarenta cinquenta sessenta cem
    milhao milhoes duzia metade
    een twee drie vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig zestig
    zeventig tachtig negentig honderd duizend miljoen dozijn helft geen
"""
#: Shares, and what costs nothing: amounts without a number.
_AMOUNTS = """
    third thirds quarter quarters fifth tenth free nothing double included charge donation request
    frei freier freie freies inbegriffen inklusive spende anfrage inclus incluse compris comprise
    offert offerte libre incluido incluida incluso inclusa libero libera graca livre vrij kosteloos
    inbegrepen
    tiers quart quarts cinquieme dixieme gratuit gratuite gratuits gratuites gratuitement rien
    drittel viertel funftel zehntel kostenlos kostenfrei gratis umsonst nichts
    tercio tercios cuarto cuartos quinto decimo nada gratuito gratuita gratuitos gratuitas
    terzo terzi quarto quarti niente gratuiti tercos terco derde kwart niets
"""
#: Seasons, feasts, times of day and ages: a time without a figure, as the days of the week are. And
#: what is said of a time when something is not open.
_TIMES_IN_WORDS = """
    closed never always ferme fermee fermes fermees jamais toujours geschlossen nie immer cerrado
    cerrada nunca siempre chiuso chiusa mai sempre fechado fechada encerrado gesloten nooit altijd
    century millennium age era siecle millenaire jahrhundert jahrtausend siglo milenio secolo
    millennio seculo milenio eeuw
    spring summer autumn fall winter today yesterday tomorrow morning noon afternoon evening night
    midnight easter christmas printemps ete automne hiver hier demain matin midi soir nuit minuit
    paques noel fruhling fruhjahr sommer herbst heute gestern morgen mittag abend nacht mitternacht
    ostern weihnachten primavera verano otono invierno hoy ayer manana mediodia tarde noche
    medianoche pascua navidad estate autunno inverno oggi ieri domani mattina mezzogiorno pomeriggio
    sera notte mezzanotte pasqua natale verao outono hoje ontem amanha manha noite natal lente zomer
    vandaag gisteren ochtend middag avond pasen kerst kerstmis
"""
#: Words of a longer answer that tells a time by an event or a span: "as soon as the snow is gone".
_TIME_TOLD = """
    after before during until till since once while as when whenever every each if upon by time day
    days week weeks month months year years hour hours minute minutes moment
    apres avant pendant durant depuis jusqu jusque lorsque lors quand chaque fois jour jours
    semaine semaines mois an ans annee annees heure heures fin debut
    nach vor wahrend bis seit sobald wenn als bei beim jeden jede jedes mal tag tage tagen woche
    wochen monat monate monaten jahr jahre jahren stunde stunden ende anfang
    despues antes durante hasta desde cuando tras cada al vez dia dias semana semanas mes meses ano
    anos hora horas fin final inicio
    dopo prima fino da quando ogni appena volta giorno giorni settimana settimane mese mesi anno
    anni ora ore fine inizio
    depois ate apos vez fim comeco
    na voor tijdens tot sinds zodra wanneer elke elk keer dag dagen week weken maand maanden jaar
    jaren uur einde begin
"""
#: What says no in a question, of each language.
_NEGATIONS: Mapping[str, str] = {
    "en": "not cannot never no none neither nor without except",
    "fr": "pas jamais aucun aucune sauf sans ni",
    "de": "nicht kein keine keinen keinem keiner nie niemals ohne ausser",
    "es": "no nunca ningun ninguna ninguno salvo sin excepto jamas",
    "it": "non mai nessuno nessuna nessun senza tranne",
    "pt": "nao nunca nenhum nenhuma sem exceto",
    "nl": "niet geen nooit zonder behalve",
}
_NOT = lazy_pattern(r"n['’]t\b", re.IGNORECASE)
#: The beginnings of other words that say no: "forbidden", "excluded", "closed".
_NEGATIVE = (
    "forbid", "prohib", "exclu", "refus", "fail", "lack", "closed", "banned", "only", "interdi",
    "defend", "ferm", "seul", "verbot", "verbiet", "untersag", "ausgeschl", "geschlossen", "nur",
    "cerrad", "solo", "vietat", "esclu", "chius", "proib", "fechad", "encerrad", "verbod",
    "gesloten", "uitgesloten", "alleen",
)  # fmt: skip
_OR = "or ou oder o of either whether"
#: What a contrast begins with: "includes the chip, but not the food".
_BUT = lazy_pattern(
    r"\b(?:but|mais|aber|sondern|jedoch|pero|sino|ma|però|bensì|mas|porém|maar|echter|whereas|while"
    r"|although|though)\b",
    re.IGNORECASE,
)
#: The endings of adjectives that few nouns have, and of what German does not write like a noun.
_ADJECTIVE: Mapping[str, str] = {
    "en": "ese|ish|ous|ful|ive|able|ible|less", "fr": "[oa]ise?s?|eux|euses?|iques?|ifs?|ives?",
    "de": "", "es": "os[oa]s?|iv[oa]s?|[ai]bles?", "it": "es[ei]|os[oaie]|iv[oaie]|[ai]bil[ei]",
    "pt": "os[oa]s?|iv[oa]s?|[ai]ve(?:l|is)", "nl": "ige?|ische?|lijke?",
}  # fmt: skip
#: An answer of more words is too free to be judged.
_FEW_WORDS = 3
#: Words at the beginning that are looked at for one that asks for somebody.
_OPENING = 3


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(listed).split())


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, ...]:
    return tuple(folded_words(text))


def _spoken(question: Question) -> tuple[str, ...]:
    """Return the folded words of a question in order; every candidate asks for them."""
    return _folded(question.text)


def is_search(question: Question) -> bool:
    """Return whether it is bare keywords: without a question mark, a question word or a verb."""
    if "?" in question.text:
        return False
    words = frozenset(folded_words(_ELECTRONIC.sub("e", question.text)))
    asking = _words(_ASKS) | _words(_WHEN) | _words(_VERBS) | _words(" ".join(_WHO.values()))
    return not words & asking and not _HOW_MANY.search(" ".join(question.words))


def is_of_wrong_kind(answer: str, language: str, question: Question) -> bool:
    """Return whether an answer, in `language`, can hardly be what is asked for.

    "When" and "in which year" want a figure, the name of a month, a day or a season, or at length
    what tells a time; an e-mail address has an @. Other answers are judged if they have few words:
    "who" wants neither figures nor an adjective ("chinois"); "how many", "what is the price" and
    "in which version" want a figure or an amount in words.
    """
    words = folded_words(answer)
    if asks_when(question):
        return _is_no_time(words, answer)
    if _asks_email_address(question) and not _AT.search(answer):
        return True
    lacks_amount = not _has_amount(words, answer)
    if _COUNT.search(" ".join(_spoken(question))) and lacks_amount:
        return True
    return len(words) <= _FEW_WORDS and _is_short_of_kind(
        words, answer, language, question, lacks_amount
    )


def _is_short_of_kind(
    words: Sequence[str], answer: str, language: str, question: Question, lacks_amount: bool
) -> bool:
    """Return whether an answer of few words is of the wrong kind."""
    if _asks_thing(question) and {*words} <= _words(_YES_OR_NO):
        return True
    spoken = " ".join(_spoken(question))
    if _TIME_OF.search(spoken) and not _TIME_OR_SPAN.search(answer):
        return True
    if _NUMBER_OF.search(spoken) and sum(map(str.isdigit, answer)) < MIN_PHONE_DIGITS:
        return lacks_amount or asks_phone_number(question)
    if _has_other_unit(answer, question) or _is_time_for_thing(words, question):
        return True
    asks_amount = _HOW_MANY.search(spoken) or _ASKS_SUM.search(spoken) or _asks_price(question)
    if asks_amount or _IN_VERSION.search(question.text):
        return lacks_amount
    return asks_who(question) and _is_nobody(words, answer, language)


def _has_amount(words: Sequence[str], answer: str) -> bool:
    """Return whether an answer, or its folded words, has a figure or an amount in words."""
    is_amount = bool(_words(_AMOUNTS) & {*words}) or any(map(_is_number, words))
    return is_amount or bool(_FIGURE.search(_ORDINAL.sub("", answer)))


def _asks_thing(question: Question) -> bool:
    """Return whether a question begins with what neither "yes" nor "no" answers: "what", "who"."""
    asking = _words(_ASKS) | _words(_WHEN) | _words(" ".join(_WHO.values()))
    return not asking.isdisjoint(_spoken(question)[:2])


def _is_time_for_thing(words: Sequence[str], question: Question) -> bool:
    """Return whether an answer is a season, a month or a day, and a thing was asked for.

    "In welcher Wohnung wird das Bad saniert?" is not answered by "im Herbst".
    """
    thing = asked_thing(question)
    times = _words(_TIMES_IN_WORDS) | _words(WEEKDAYS) | MONTHS.keys()
    told = [word for word in words if word not in all_stop_words()]
    is_span = thing in _words(_TIME_TOLD + _PERIODS)
    return bool(thing and told) and not is_span and all(word in times for word in told)


def _is_no_time(words: Sequence[str], answer: str) -> bool:
    in_words = _words(_TIMES_IN_WORDS) | _words(WEEKDAYS) | MONTHS.keys()
    if len(words) > 1:  # "eighth calendar day", "after lunch"
        in_words |= _words(_TIME_TOLD)
    # "dienstags", "domingos": the plural of a day, or what happens every week on it
    days = {word.removesuffix("s") for word in words}
    return not _FIGURE.search(answer) and in_words.isdisjoint({*words, *days})


def _is_nobody(words: Sequence[str], answer: str, language: str) -> bool:
    if answer[:1].islower() and words[0] in _words(_CONJUNCTIONS):
        return True  # the second half of something
    names = [word for raw in answer.split() if raw[:1].isupper() for word in folded_words(raw)]
    if names and len(names) < len(words) and MONTHS.keys() >= {*names}:  # "retired in May"
        return True
    if any(char.isupper() for raw in answer.split() for char in raw if not _has_figure(raw)):
        return False
    has_figure = bool(_FIGURE.search(answer))
    return has_figure or (len(words) < 2 and _is_adjective(answer, language))


def _has_figure(word: str) -> bool:
    """Return whether a word is a code or a number: its capitals make no name."""
    return any(map(str.isdigit, word))


def only_repeats(answer: str, language: str, question: Question) -> bool:
    """Return whether an answer has no other words than a question that offers no choice.

    "Flood" does not say whether flood damage is covered; "dogs are not allowed" and "the pool is
    heated" do say. A place or a name may be part of the question.
    """
    asks_name = not _words(_ASKS).isdisjoint(_spoken(question)[:_OPENING])
    if asks_who(question) or (asks_name and not asks_when(question)):
        return False
    is_same = question.language in (language, UNKNOWN_LANGUAGE)
    if not is_same or not _words(_OR).isdisjoint(question.words):
        return False
    asked = word_forms(question.text, language=language)
    said = folded_words(answer)
    words = [word for word in said if word not in stop_words(language)]
    is_denied = not _words(" ".join(_NEGATIONS.values())).isdisjoint(said) or _NOT.search(answer)
    known = word_forms(answer, language=language)
    says_all = all(
        not known.isdisjoint(word_forms(word, language=language)) for word in question.topical
    )
    return (
        bool(words)
        and not (is_denied or says_all)
        and all(not asked.isdisjoint(word_forms(word, language=language)) for word in words)
    )


def lacks_role(question: Question, said: str, language: str) -> bool:
    """Return whether a question who somebody is names roles, none of which is in what was said.

    "Who is the trainer of SV Hattem?" is hardly answered by who scored most goals for it.
    """
    if question.language != language or not asks_role(question):
        return False
    names = question_names(question)
    roles = [word for word in question.topical if word not in names]
    known = word_forms(said, language=language)
    return bool(roles) and all(
        known.isdisjoint(word_forms(word, language=language)) for word in roles
    )


def asks_role(question: Question) -> bool:
    """Return whether a question asks who somebody is, by what they are: "who is the trainer?"."""
    return asks_who(question) and not _words(_IS).isdisjoint(_spoken(question)[1:2])


def has_negation(question: Question) -> bool:
    """Return whether a question asks for what is not."""
    negations = _words(_NEGATIONS.get(question.language, ""))
    return bool(negations & {*question.words} or _NOT.search(question.text))


def lacks_negation(sentence: str, words: str, above: str) -> bool:
    """Return whether what the words of an answer stand in has no negation.

    That is the part of the sentence around `words`, up to a contrast, and the headings `above`.
    "What does the price not include?" is not answered by "it includes the chip, but not the food".
    """
    at = max(0, sentence.find(words))
    edges = [0, *(found.start() for found in _BUT.finditer(sentence)), len(sentence)]
    part = next(
        (sentence[start:end] for start, end in pairwise(edges) if start <= at < end), sentence
    )
    said = {*folded_words(f"{part} {above}")}
    every = _words(" ".join(_NEGATIONS.values()))
    says_no = said & every or any(word.startswith(_NEGATIVE) for word in said)
    return not says_no and not _NOT.search(part)


def asks_version(question: Question) -> str:
    """Return the words with which a question asks for a version, or ""."""
    found = _WHICH_VERSION.search(question.text)
    return found.group() if found else ""


def names_price(words: Collection[str]) -> bool:
    """Return whether folded words have a noun for an amount of money."""
    return not _words(_PRICES).isdisjoint(words)


def asks_cost(words: Collection[str]) -> bool:
    """Return whether folded words have a verb that asks for a price."""
    return not _words(_COST).isdisjoint(words)


def _has_other_unit(answer: str, question: Question) -> bool:
    """Return whether an answer is a measure of something else than the question asks for."""
    words = _spoken(question)
    spoken, told = " ".join(words), unit_in(answer)
    counted = _COUNTED.search(spoken)
    if told and counted and (asked := unit_of(counted[1])):
        return not may_be_said_in(asked, told)
    if told in MONEY and (_HOW_LONG.search(spoken) or _COUNTED_THINGS.search(spoken)):
        return True
    found = _UNIT.match(fold(answer))
    if not found:
        return False
    asks_span = not _words(_SPANS).isdisjoint(words) or "frist" in words
    asks_price = not _words(_COSTS_MONEY).isdisjoint(words) or _asks_price(question)
    is_long = _HOW_LONG.search(spoken)
    if asks_price and not asks_span and not is_long:
        return found[1] in _words(_SPANS) or found[1] in _measures()
    return bool(is_long) and (found[1] in _measures() or found[1] in _MONEY.split())


@cache
def _measures() -> frozenset[str]:
    return frozenset(_MEASURES.split())


def asks_name(question: Question) -> bool:
    """Return whether a question asks what something is called."""
    return _CALLED.search(" ".join(_spoken(question))) is not None


def asks_topic(question: Question) -> bool:
    """Return whether a question asks what something is about, or where it is."""
    return _ASKS_TOPIC.search(question.text) is not None


def asks_phone_number(question: Question) -> bool:
    """Return whether a question asks for a telephone number."""
    return _PHONE_NUMBER.search(" ".join(_spoken(question))) is not None


@lru_cache(maxsize=64)  # each candidate is asked
def _asks_email_address(question: Question) -> bool:
    """Return whether a question asks for an e-mail address, and has none itself."""
    spoken = " ".join(_spoken(question))
    pattern = _NAMES_EMAIL if is_search(question) else _ASKS_EMAIL
    return pattern.search(spoken) is not None and not _AT.search(question.text)


def asks_how_much(question: Question) -> bool:
    """Return whether a question asks how much something is, in money: "How much is the ticket?"."""
    return _HOW_MUCH.search(" ".join(_spoken(question))) is not None


def asks_which(question: Question) -> bool:
    """Return whether a question begins with what asks for one of several: "Which team"."""
    return not _words(_WHICH).isdisjoint(_spoken(question)[:1])


def asked_thing(question: Question) -> str:
    """Return the folded noun after a word that asks "which", or "": the room of "in which room"."""
    opening = _spoken(question)[: _OPENING + 1]
    found = (noun for word, noun in pairwise(opening) if word in _words(_WHICH))
    noun = next(found, "")
    return noun if noun in question.topical and noun not in _words(_TIMES + _COST) else ""


def number_words() -> frozenset[str]:
    """Return the folded words that are numbers."""
    return _words(_NUMBERS)


def _is_adjective(word: str, language: str) -> bool:
    ending = _ADJECTIVE.get(language)
    return ending is not None and bool(re.search(rf"(?:{ending})$", word))


def _is_number(word: str) -> bool:
    """Return whether a folded word is a number, or is composed of some ("fünfundzwanzig")."""
    return word in _words(_NUMBERS) or word.endswith(_last_parts())


@cache
def _last_parts() -> tuple[str, ...]:
    """Return the numbers that another number may end in; shorter ones end other words too."""
    return tuple(part for part in _words(_NUMBERS) if len(part) > 3)


def asks_when(question: Question) -> bool:
    """Return whether a question asks for a time: "when", "in which year", "what time"."""
    words = _spoken(question)
    which = _words(_ASKS)
    at = next((at for at, word in enumerate(words[:_OPENING]) if word in _words(_WHEN)), None)
    if at is not None:  # neither "what happens when" nor "when it rains, what" asks for a time
        return not which & {*words[:at]} and not _WHAT_AFTER & {*words[at:]}
    return any(
        word in which and after in _words(_TIMES) for word, after in pairwise(words[: _OPENING + 1])
    )


def _asks_price(question: Question) -> bool:
    """Return whether it begins like "What was the rent": neither "… include" nor "… for?"."""
    words = _spoken(question)
    if words[:2] == ("wie", "hoch"):  # "Wie hoch ist die Grundmiete?"
        return any(word.endswith(tuple(_words(_PRICES))) for word in words[3:5])
    return (
        not _words(_ASKS).isdisjoint(words[:1])
        and not _words(_IS).isdisjoint(words[1:2])
        and not _words(_PRICES).isdisjoint(words[2:4])
        and _words("fur remis enthalten include included").isdisjoint(words)
        and words[-1] != "for"
    )


def asks_who(question: Question) -> bool:
    """Return whether a question begins by asking for somebody; "wie" does so in Dutch alone."""
    opening = {*_spoken(question)[:_OPENING]}
    return any(
        opening & _words(words)
        for language, words in _WHO.items()
        if language != "nl" or question.language == "nl"
    )
