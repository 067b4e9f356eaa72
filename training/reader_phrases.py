"""The words that made-up facts are told and asked in, in seven languages.

A fact is a subject (a bridge, a museum), a relation (its height) and a value. Written for this
project. Knows nothing of examples, nor of models.
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")


@dataclass(frozen=True, slots=True)
class Relation:
    """How a relation is told and asked in one language.

    {s} is the subject, {of} the subject as an owner ("of the bridge"), {v} the value, {y} a year.
    """

    label: str
    """The name of its column in a table."""
    told: tuple[str, ...]
    """Sentences that name the subject."""
    bare: tuple[str, ...]
    """Sentences that leave it to the heading."""
    asked: tuple[str, ...]


#: What a relation's values are: reader_facts.py makes them.
VALUES = {
    "opened": "year",
    "architect": "person",
    "height": "metres",
    "cost": "money",
    "capacity": "count",
    "director": "person",
    "town": "town",
    "hours": "clock",
    "closing": "weekday",
    "reason": "reason",
    "repair": "duration",
    "material": "material",
    "code": "code",
    "owner": "company",
    "visitors": "count",
    "partners": "list",
    "inspection": "date",
    "weight": "tonnes",
}
#: The subject as it is named and as an owner; {n} is its name.
KINDS = {
    "bridge": """en|the {n} bridge|of the {n} bridge
fr|le pont {n}|du pont {n}
de|die Brücke {n}|der Brücke {n}
es|el puente {n}|del puente {n}
it|il ponte {n}|del ponte {n}
pt|a ponte {n}|da ponte {n}
nl|de brug {n}|van de brug {n}""",
    "museum": """en|the {n} museum|of the {n} museum
fr|le musée {n}|du musée {n}
de|das Museum {n}|des Museums {n}
es|el museo {n}|del museo {n}
it|il museo {n}|del museo {n}
pt|o museu {n}|do museu {n}
nl|het museum {n}|van het museum {n}""",
    "station": """en|{n} station|of {n} station
fr|la gare de {n}|de la gare de {n}
de|die Station {n}|der Station {n}
es|la estación de {n}|de la estación de {n}
it|la stazione di {n}|della stazione di {n}
pt|a estação de {n}|da estação de {n}
nl|het station {n}|van het station {n}""",
    "library": """en|the {n} library|of the {n} library
fr|la bibliothèque {n}|de la bibliothèque {n}
de|die Bibliothek {n}|der Bibliothek {n}
es|la biblioteca {n}|de la biblioteca {n}
it|la biblioteca {n}|della biblioteca {n}
pt|a biblioteca {n}|da biblioteca {n}
nl|de bibliotheek {n}|van de bibliotheek {n}""",
    "ship": """en|the ship {n}|of the ship {n}
fr|le navire {n}|du navire {n}
de|das Schiff {n}|des Schiffes {n}
es|el barco {n}|del barco {n}
it|la nave {n}|della nave {n}
pt|o navio {n}|do navio {n}
nl|het schip {n}|van het schip {n}""",
    "school": """en|{n} school|of {n} school
fr|l'école {n}|de l'école {n}
de|die Schule {n}|der Schule {n}
es|la escuela {n}|de la escuela {n}
it|la scuola {n}|della scuola {n}
pt|a escola {n}|da escola {n}
nl|de school {n}|van de school {n}""",
    "factory": """en|the {n} factory|of the {n} factory
fr|l'usine {n}|de l'usine {n}
de|die Fabrik {n}|der Fabrik {n}
es|la fábrica {n}|de la fábrica {n}
it|la fabbrica {n}|della fabbrica {n}
pt|a fábrica {n}|da fábrica {n}
nl|de fabriek {n}|van de fabriek {n}""",
    "tower": """en|the {n} tower|of the {n} tower
fr|la tour {n}|de la tour {n}
de|das Gebäude {n}|des Gebäudes {n}
es|la torre {n}|de la torre {n}
it|la torre {n}|della torre {n}
pt|a torre {n}|da torre {n}
nl|de toren {n}|van de toren {n}""",
    "machine": """en|the {n}|of the {n}
fr|la machine {n}|de la machine {n}
de|die Maschine {n}|der Maschine {n}
es|la máquina {n}|de la máquina {n}
it|la macchina {n}|della macchina {n}
pt|a máquina {n}|da máquina {n}
nl|de machine {n}|van de machine {n}""",
}
#: language | column | told | bare | asked; what is between tildes are choices.
RELATIONS = {
    "opened": """en|Opened|{s} was opened in {v}~in {v} {s} was inaugurated|the opening took place in {v}~opened in {v}|When was {s} opened?~In what year did {s} open?~What year was {s} inaugurated?
fr|Ouverture|{s} a été mis en service en {v}~l'ouverture {of} remonte à {v}|l'ouverture a eu lieu en {v}~mise en service : {v}|Quand a eu lieu l'ouverture {of} ?~En quelle année {s} a-t-on ouvert ?~De quand date l'ouverture {of} ?
de|Eröffnet|{s} wurde {v} eröffnet~{v} wurde {s} eingeweiht|die Eröffnung fand {v} statt~eröffnet wurde {v}|Wann wurde {s} eröffnet?~In welchem Jahr wurde {s} eingeweiht?
es|Inauguración|{s} se inauguró en {v}~en {v} abrió {s}|la inauguración tuvo lugar en {v}~abierto desde {v}|¿Cuándo se inauguró {s}?~¿En qué año abrió {s}?
it|Inaugurazione|{s} fu inaugurato nel {v}~l'apertura {of} risale al {v}|l'inaugurazione avvenne nel {v}~aperto dal {v}|Quando fu inaugurato {s}?~In che anno aprì {s}?~A quando risale l'apertura {of}?
pt|Inauguração|{s} foi inaugurado em {v}~a abertura {of} ocorreu em {v}|a inauguração ocorreu em {v}~aberto desde {v}|Quando foi inaugurado {s}?~Em que ano abriu {s}?
nl|Geopend|{s} werd in {v} geopend~in {v} opende {s}|de opening vond plaats in {v}~geopend in {v}|Wanneer werd {s} geopend?~In welk jaar ging {s} open?""",
    "architect": """en|Architect|{s} was designed by {v}~the plans {of} are by {v}|the plans were drawn by {v}~the architect was {v}|Who designed {s}?~Who was the architect {of}?~Who drew the plans {of}?
fr|Architecte|{s} est l'œuvre de {v}~les plans {of} sont de {v}|les plans ont été dessinés par {v}~l'architecte était {v}|Qui a conçu {s} ?~Qui est l'architecte {of} ?~Qui a dessiné les plans {of} ?
de|Architekt|{s} wurde von {v} entworfen~die Pläne {of} stammen von {v}|die Pläne zeichnete {v}~entworfen von {v}|Wer hat {s} entworfen?~Von wem stammen die Pläne {of}?~Wer ist der Architekt {of}?
es|Arquitecto|{s} fue obra de {v}~los planos {of} son de {v}|los planos los dibujó {v}~el proyecto es de {v}|¿Quién diseñó {s}?~¿Quién fue el arquitecto {of}?~¿De quién son los planos {of}?
it|Architetto|{s} è opera di {v}~i disegni {of} sono di {v}|i disegni sono di {v}~il progetto fu affidato a {v}|Chi ha progettato {s}?~Chi è l'architetto {of}?~Di chi sono i disegni {of}?
pt|Arquiteto|{s} foi projetado por {v}~os planos {of} são de {v}|os planos são de {v}~o projeto foi confiado a {v}|Quem projetou {s}?~Quem foi o arquiteto {of}?
nl|Architect|{s} werd ontworpen door {v}~de tekeningen {of} zijn van {v}|de tekeningen zijn van {v}~het ontwerp is van {v}|Wie heeft {s} ontworpen?~Wie was de architect {of}?""",
    "height": """en|Height|{s} is {v} high~the height {of} is {v}|the height is {v}~it rises to {v}|How high is {s}?~What is the height {of}?~How tall is {s}?
fr|Hauteur|{s} mesure {v} de haut~la hauteur {of} est de {v}|la hauteur est de {v}~l'ensemble atteint {v}|Quelle est la hauteur {of} ?~Combien mesure {s} ?~Quelle hauteur atteint {s} ?
de|Höhe|{s} ist {v} hoch~die Höhe {of} beträgt {v}|die Höhe beträgt {v}~der höchste Punkt liegt bei {v}|Wie hoch ist {s}?~Welche Höhe hat {s}?
es|Altura|{s} mide {v} de alto~la altura {of} es de {v}|la altura es de {v}~alcanza {v}|¿Cuánto mide {s}?~¿Qué altura tiene {s}?~¿Cuál es la altura {of}?
it|Altezza|{s} è alto {v}~l'altezza {of} è di {v}|l'altezza è di {v}~raggiunge {v}|Quanto è alto {s}?~Qual è l'altezza {of}?
pt|Altura|{s} tem {v} de altura~a altura {of} é de {v}|a altura é de {v}~atinge {v}|Qual é a altura {of}?~Quanto mede {s}?~Que altura tem {s}?
nl|Hoogte|{s} is {v} hoog~de hoogte {of} bedraagt {v}|de hoogte bedraagt {v}~het hoogste punt ligt op {v}|Hoe hoog is {s}?~Wat is de hoogte {of}?""",
    "cost": """en|Cost|the construction {of} cost {v}~{s} cost {v}|the works cost {v}~the bill came to {v}|How much did {s} cost?~What did the construction {of} cost?
fr|Coût|la construction {of} a coûté {v}~{s} a coûté {v}|les travaux ont coûté {v}~la facture s'élève à {v}|Combien a coûté {s} ?~Quel est le coût {of} ?~Combien a coûté la construction {of} ?
de|Kosten|der Bau {of} kostete {v}~{s} kostete {v}|die Arbeiten kosteten {v}~die Rechnung belief sich auf {v}|Wie viel kostete {s}?~Was hat der Bau {of} gekostet?~Wie teuer war der Bau {of}?
es|Coste|la construcción {of} costó {v}~{s} costó {v}|las obras costaron {v}~la factura ascendió a {v}|¿Cuánto costó {s}?~¿Cuánto costó la construcción {of}?
it|Costo|la costruzione {of} è costata {v}~{s} è costato {v}|i lavori sono costati {v}~la spesa fu di {v}|Quanto è costato {s}?~Quanto è costata la costruzione {of}?
pt|Custo|a construção {of} custou {v}~{s} custou {v}|as obras custaram {v}~a despesa foi de {v}|Quanto custou {s}?~Quanto custou a construção {of}?
nl|Kosten|de bouw {of} kostte {v}~{s} kostte {v}|het werk kostte {v}~de rekening bedroeg {v}|Hoeveel kostte {s}?~Wat kostte de bouw {of}?""",
    "capacity": """en|Seats|{s} has {v} seats~there are {v} seats for the visitors {of}|there are {v} seats~{v} seats are available|How many seats does {s} have?~How many seats are there in {s}?
fr|Places|{s} compte {v} places~{v} places attendent les visiteurs {of}|on y trouve {v} places~{v} places sont disponibles|Combien de places compte {s} ?~Quel est le nombre de places {of} ?
de|Plätze|{s} hat {v} Plätze~{v} Plätze stehen den Besuchern {of} zur Verfügung|es gibt {v} Plätze~{v} Plätze stehen bereit|Wie viele Plätze hat {s}?~Wie groß ist die Zahl der Plätze {of}?
es|Plazas|{s} tiene {v} plazas~los visitantes {of} disponen de {v} plazas|hay {v} plazas~se ofrecen {v} plazas|¿Cuántas plazas tiene {s}?~¿Cuál es el número de plazas {of}?
it|Posti|{s} ha {v} posti~i visitatori {of} dispongono di {v} posti|ci sono {v} posti~{v} posti sono disponibili|Quanti posti ha {s}?~Qual è il numero dei posti {of}?
pt|Lugares|{s} tem {v} lugares~os visitantes {of} dispõem de {v} lugares|há {v} lugares~{v} lugares estão disponíveis|Quantos lugares tem {s}?~Qual é o número de lugares {of}?
nl|Plaatsen|{s} telt {v} plaatsen~de bezoekers {of} hebben {v} plaatsen|er zijn {v} plaatsen~{v} plaatsen zijn beschikbaar|Hoeveel plaatsen heeft {s}?~Hoeveel plaatsen telt {s}?""",
    "director": """en|Director|{s} is run by {v}~{v} is the director {of}|the director is {v}~{v} is in charge|Who runs {s}?~Who is the director {of}?~Who is in charge {of}?
fr|Direction|{s} est dirigé par {v}~{v} assure la direction {of}|la direction est assurée par {v}~{v} en est responsable|Qui dirige {s} ?~Qui est responsable {of} ?~À qui revient la direction {of} ?
de|Leitung|{s} wird von {v} geleitet~{v} hat die Leitung {of}|die Leitung hat {v}~verantwortlich ist {v}|Wer leitet {s}?~Wer hat die Leitung {of}?~Wer ist der Chef {of}?
es|Dirección|{s} está a cargo de {v}~{v} lleva la dirección {of}|la dirección corresponde a {v}~el responsable es {v}|¿Quién dirige {s}?~¿Quién lleva la dirección {of}?~¿Quién es el responsable {of}?
it|Direzione|{s} è diretto da {v}~{v} ha la direzione {of}|la direzione è affidata a {v}~il responsabile è {v}|Chi dirige {s}?~Chi è il responsabile {of}?
pt|Direção|{s} é dirigido por {v}~{v} assume a direção {of}|a direção cabe a {v}~o responsável é {v}|Quem dirige {s}?~Quem é o responsável {of}?
nl|Leiding|{s} wordt geleid door {v}~{v} heeft de leiding {of}|de leiding is in handen van {v}~verantwoordelijk is {v}|Wie leidt {s}?~Wie heeft de leiding {of}?~Wie is de directeur {of}?""",
    "town": """en|Town|{s} is located in {v}~{s} lies near {v}|the site is in {v}~located in {v}|Where is {s}?~In which town is {s}?~Where is {s} located?
fr|Ville|{s} se trouve à {v}~{s} est situé près de {v}|le site se trouve à {v}~adresse : {v}|Où se trouve {s} ?~Dans quelle ville se trouve {s} ?~Où est situé {s} ?
de|Ort|{s} liegt in {v}~{s} befindet sich bei {v}|der Standort ist {v}~gelegen in {v}|Wo liegt {s}?~In welcher Stadt befindet sich {s}?~Wo befindet sich {s}?
es|Ciudad|{s} se encuentra en {v}~{s} está cerca de {v}|el lugar es {v}~situado en {v}|¿Dónde está {s}?~¿En qué ciudad se encuentra {s}?
it|Città|{s} si trova a {v}~{s} è vicino a {v}|la sede è a {v}~situato a {v}|Dove si trova {s}?~In quale città si trova {s}?
pt|Cidade|{s} fica em {v}~{s} está perto de {v}|a sede fica em {v}~situado em {v}|Onde fica {s}?~Em que cidade fica {s}?
nl|Plaats|{s} ligt in {v}~{s} bevindt zich bij {v}|de plaats is {v}~gelegen in {v}|Waar ligt {s}?~In welke stad ligt {s}?~Waar bevindt {s} zich?""",
    "hours": """en|Opens at|{s} opens at {v}~work at {s} begins at {v}|the doors open at {v}~work begins at {v}|At what time does {s} open?~When does {s} open in the morning?
fr|Horaire|{s} ouvre à {v}~le matin, {s} ouvre à {v}|les portes ouvrent à {v}~début : {v}|À quelle heure ouvre {s} ?~Quelle est l'heure d'ouverture {of} ?
de|Beginn|{s} öffnet um {v}~um {v} öffnet {s}|die Türen öffnen um {v}~Beginn ist um {v}|Um wie viel Uhr öffnet {s}?~Wann öffnet {s}?
es|Hora|{s} abre a las {v}~a las {v} abre {s}|las puertas se abren a las {v}~comienzo: {v}|¿A qué hora abre {s}?~¿Cuál es la hora de apertura {of}?
it|Orario|{s} apre alle {v}~alle {v} apre {s}|le porte si aprono alle {v}~inizio: {v}|A che ora apre {s}?~Qual è l'orario di apertura {of}?
pt|Horário|{s} abre às {v}~às {v} abre {s}|as portas abrem às {v}~início: {v}|A que horas abre {s}?~Qual é o horário de abertura {of}?
nl|Begin|{s} opent om {v}~om {v} gaat {s} open|de deuren gaan open om {v}~begin: {v}|Hoe laat opent {s}?~Hoe laat gaat {s} open?""",
    "closing": """en|Closed on|{s} is closed on {v}~on {v} {s} is closed|closed on {v}~no entry on {v}|On which day is {s} closed?~Which day is {s} closed?~When is {s} closed?
fr|Fermeture|{s} est fermé le {v}~le {v}, {s} reste fermé|fermeture le {v}~pas d'entrée le {v}|Quel jour {s} est-il fermé ?~Quel est le jour de fermeture {of} ?
de|Ruhetag|{s} ist am {v} geschlossen~am {v} bleibt {s} geschlossen|geschlossen am {v}~Ruhetag ist {v}|An welchem Tag ist {s} geschlossen?~Welcher Tag ist der Ruhetag {of}?
es|Cierre|{s} cierra el {v}~el {v} permanece cerrado {s}|cerrado el {v}~día de cierre: {v}|¿Qué día cierra {s}?~¿Cuál es el día de cierre {of}?
it|Chiusura|{s} è chiuso il {v}~il {v} {s} resta chiuso|chiuso il {v}~giorno di chiusura: {v}|In che giorno è chiuso {s}?~Qual è il giorno di chiusura {of}?
pt|Encerramento|{s} está fechado à {v}~à {v} {s} permanece fechado|fechado: {v}~dia de encerramento: {v}|Em que dia {s} está fechado?~Qual é o dia de encerramento {of}?
nl|Gesloten|{s} is op {v} gesloten~op {v} blijft {s} gesloten|gesloten op {v}~sluitingsdag: {v}|Op welke dag is {s} gesloten?~Wat is de sluitingsdag {of}?""",
    "reason": """en|Reason|{s} was shut for weeks because of {v}~the closure {of} was due to {v}|the closure was due to {v}~the damage was caused by {v}|Why was {s} shut?~What was the reason for the closure {of}?~What caused the closure {of}?
fr|Cause|{s} a dû fermer à cause d'{v}~la fermeture {of} est due à {v}|la fermeture est due à {v}~les dégâts ont été causés par {v}|Pourquoi {s} a dû fermer ?~Quelle est la cause de la fermeture {of} ?
de|Ursache|{s} musste wegen {v} schließen~Grund der Schließung {of} war {v}|der Grund war {v}~Ursache der Schäden war {v}|Warum musste {s} schließen?~Was war der Grund der Schließung {of}?
es|Causa|{s} tuvo que cerrar por {v}~el cierre {of} se debió a {v}|el cierre se debió a {v}~los daños los causó {v}|¿Por qué tuvo que cerrar {s}?~¿A qué se debió el cierre {of}?
it|Causa|{s} dovette chiudere per {v}~la chiusura {of} fu dovuta a {v}|la chiusura fu dovuta a {v}~la causa dei danni fu {v}|Perché {s} dovette chiudere?~Qual è la causa della chiusura {of}?
pt|Causa|{s} teve de fechar por causa de {v}~o encerramento {of} deveu-se a {v}|o encerramento deveu-se a {v}~a causa dos danos foi {v}|Por que {s} teve de fechar?~A que se deveu o encerramento {of}?
nl|Oorzaak|{s} moest sluiten wegens {v}~de sluiting {of} kwam door {v}|de sluiting kwam door {v}~de oorzaak van de schade was {v}|Waarom moest {s} sluiten?~Wat was de oorzaak van de sluiting {of}?""",
    "repair": """en|Repair time|the repair {of} took {v}~{s} was under repair for {v}|the repair took {v}~the works lasted {v}|How long did the repair {of} take?~How long was {s} under repair?~For how long was {s} being repaired?
fr|Durée des travaux|la réparation {of} a duré {v}~{s} est resté en travaux pendant {v}|la réparation a duré {v}~durée des travaux : {v}|Combien de temps a duré la réparation {of} ?~Pendant combien de temps {s} est-il resté en travaux ?
de|Dauer der Arbeiten|die Reparatur {of} dauerte {v}~{s} wurde {v} lang repariert|die Reparatur dauerte {v}~Dauer der Arbeiten: {v}|Wie lange dauerte die Reparatur {of}?~Wie lange wurde {s} repariert?
es|Duración de las obras|la reparación {of} duró {v}~{s} estuvo en obras durante {v}|la reparación duró {v}~duración de las obras: {v}|¿Cuánto duró la reparación {of}?~¿Cuánto tiempo estuvo en obras {s}?
it|Durata dei lavori|la riparazione {of} durò {v}~{s} rimase in riparazione per {v}|la riparazione durò {v}~durata dei lavori: {v}|Quanto durò la riparazione {of}?~Per quanto tempo {s} rimase in riparazione?
pt|Duração das obras|a reparação {of} durou {v}~{s} esteve em obras durante {v}|a reparação durou {v}~duração das obras: {v}|Quanto tempo durou a reparação {of}?~Durante quanto tempo {s} esteve em obras?
nl|Duur van het werk|de reparatie {of} duurde {v}~{s} werd {v} lang hersteld|de reparatie duurde {v}~duur van het werk: {v}|Hoe lang duurde de reparatie {of}?~Hoe lang werd {s} hersteld?""",
    "material": """en|Material|{s} is built of {v}~the outer walls {of} are of {v}|the walls are of {v}~the building material is {v}|What is {s} built of?~What material is {s} made of?
fr|Matériau|{s} est construit en {v}~les parois {of} sont en {v}|les parois sont en {v}~matériau employé : {v}|En quoi est construit {s} ?~De quel matériau sont les parois {of} ?
de|Material|{s} ist aus {v} gebaut~die Wände {of} sind aus {v}|die Wände sind aus {v}~als Material diente {v}|Woraus ist {s} gebaut?~Aus welchem Material sind die Wände {of}?
es|Material|{s} está construido en {v}~las paredes {of} son de {v}|las paredes son de {v}~material empleado: {v}|¿De qué está hecho {s}?~¿De qué material son las paredes {of}?
it|Materiale|{s} è costruito in {v}~le pareti {of} sono in {v}|le pareti sono in {v}~materiale usato: {v}|Di che cosa è fatto {s}?~Di quale materiale sono le pareti {of}?
pt|Material|{s} é construído em {v}~as paredes {of} são de {v}|as paredes são de {v}~material usado: {v}|De que é feito {s}?~De que material são as paredes {of}?
nl|Materiaal|{s} is gebouwd van {v}~de wanden {of} zijn van {v}|de wanden zijn van {v}~als materiaal werd {v} gebruikt|Waarvan is {s} gemaakt?~Van welk materiaal zijn de wanden {of}?""",
    "code": """en|Code|the code {of} is {v}~{s} is registered as {v}|the code is {v}~registered as {v}|What is the code {of}?~Under which code is {s} registered?
fr|Code|le code {of} est {v}~{s} est enregistré sous {v}|le code est {v}~enregistré sous {v}|Quel est le code {of} ?~Sous quel code {s} est-il enregistré ?
de|Kennung|die Kennung {of} ist {v}~{s} ist als {v} eingetragen|die Kennung ist {v}~eingetragen als {v}|Wie lautet die Kennung {of}?~Unter welcher Nummer ist {s} eingetragen?
es|Código|el código {of} es {v}~{s} está registrado como {v}|el código es {v}~registrado como {v}|¿Cuál es el código {of}?~¿Con qué código está registrado {s}?
it|Codice|il codice {of} è {v}~{s} è registrato come {v}|il codice è {v}~registrato come {v}|Qual è il codice {of}?~Con quale codice è registrato {s}?
pt|Código|o código {of} é {v}~{s} está registado como {v}|o código é {v}~registado como {v}|Qual é o código {of}?~Com que código {s} está registado?
nl|Code|de code {of} is {v}~{s} is geregistreerd als {v}|de code is {v}~geregistreerd als {v}|Wat is de code {of}?~Onder welke code is {s} geregistreerd?""",
    "owner": """en|Owner|{s} belongs to {v}~{v} owns {s}|the owner is {v}~it belongs to {v}|Who owns {s}?~Which company owns {s}?~Who does {s} belong to?
fr|Propriétaire|{s} appartient à {v}~{v} est propriétaire {of}|le propriétaire est {v}~l'ensemble appartient à {v}|À qui appartient {s} ?~Quelle entreprise est propriétaire {of} ?~Qui est le propriétaire {of} ?
de|Eigentümer|{s} gehört {v}~{v} ist Eigentümer {of}|Eigentümer ist {v}~es gehört {v}|Wem gehört {s}?~Welche Firma ist Eigentümer {of}?
es|Propietario|{s} pertenece a {v}~{v} es propietaria {of}|el propietario es {v}~pertenece a {v}|¿A quién pertenece {s}?~¿Qué empresa es propietaria {of}?~¿Quién es el dueño {of}?
it|Proprietario|{s} appartiene a {v}~{v} è proprietaria {of}|il proprietario è {v}~appartiene a {v}|A chi appartiene {s}?~Quale azienda è proprietaria {of}?
pt|Proprietário|{s} pertence a {v}~{v} é proprietária {of}|o proprietário é {v}~pertence a {v}|A quem pertence {s}?~Que empresa é dona {of}?
nl|Eigenaar|{s} is eigendom van {v}~{v} is eigenaar {of}|de eigenaar is {v}~het is eigendom van {v}|Van wie is {s}?~Welk bedrijf is eigenaar {of}?""",
    "visitors": """en|Visitors in {y}|in {y} {s} counted {v} visitors~{v} visitors came to {s} in {y}|{v} visitors came in {y}~in {y} there were {v} visitors|How many visitors did {s} have in {y}?~How many people came to {s} in {y}?
fr|Visiteurs en {y}|en {y}, {s} a accueilli {v} visiteurs~{v} visiteurs ont vu {s} en {y}|en {y}, on a compté {v} visiteurs~{v} visiteurs sont venus en {y}|Combien de visiteurs {s} a-t-il accueillis en {y} ?~Quel a été le nombre de visiteurs {of} en {y} ?
de|Besucher {y}|{y} zählte {s} {v} Besucher~{v} Besucher kamen {y} zu uns in {s}|{y} kamen {v} Besucher~{v} Besucher wurden {y} gezählt|Wie viele Besucher hatte {s} {y}?~Wie viele Menschen besuchten {s} im Jahr {y}?
es|Visitantes en {y}|en {y} {s} recibió {v} visitantes~{v} visitantes acudieron a {s} en {y}|en {y} acudieron {v} visitantes~{v} visitantes en {y}|¿Cuántos visitantes tuvo {s} en {y}?~¿Cuántas personas visitaron {s} en {y}?
it|Visitatori nel {y}|nel {y} {s} ha accolto {v} visitatori~{v} visitatori hanno visto {s} nel {y}|nel {y} i visitatori furono {v}~{v} visitatori nel {y}|Quanti visitatori ebbe {s} nel {y}?~Quante persone hanno visitato {s} nel {y}?
pt|Visitantes em {y}|em {y} {s} recebeu {v} visitantes~{v} visitantes conheceram {s} em {y}|em {y} houve {v} visitantes~{v} visitantes em {y}|Quantos visitantes teve {s} em {y}?~Quantas pessoas visitaram {s} em {y}?
nl|Bezoekers in {y}|in {y} telde {s} {v} bezoekers~{v} bezoekers bezochten {s} in {y}|in {y} kwamen er {v} bezoekers~{v} bezoekers in {y}|Hoeveel bezoekers had {s} in {y}?~Hoeveel mensen bezochten {s} in {y}?""",
    "partners": """en|Partners|the partners {of} are {v}~{s} works together with {v}|the partners are {v}~its partners are: {v}|Who are the partners {of}?~Which partners does {s} have?~With whom does {s} work together?
fr|Partenaires|les partenaires {of} sont {v}~{s} travaille avec {v}|les partenaires sont {v}~partenaires : {v}|Quels sont les partenaires {of} ?~Avec qui travaille {s} ?
de|Partner|die Partner {of} sind {v}~{s} arbeitet mit {v} zusammen|die Partner sind {v}~Partner: {v}|Wer sind die Partner {of}?~Mit wem arbeitet {s} zusammen?
es|Socios|los socios {of} son {v}~{s} colabora con {v}|los socios son {v}~socios: {v}|¿Quiénes son los socios {of}?~¿Con quién colabora {s}?
it|Partner|i partner {of} sono {v}~{s} collabora con {v}|i partner sono {v}~partner: {v}|Chi sono i partner {of}?~Con chi collabora {s}?
pt|Parceiros|os parceiros {of} são {v}~{s} colabora com {v}|os parceiros são {v}~parceiros: {v}|Quem são os parceiros {of}?~Com quem colabora {s}?
nl|Partners|de partners {of} zijn {v}~{s} werkt samen met {v}|de partners zijn {v}~partners: {v}|Wie zijn de partners {of}?~Met wie werkt {s} samen?""",
    "inspection": """en|Last inspection|{s} was last inspected on {v}~the last inspection {of} took place on {v}|the last inspection took place on {v}~inspected on {v}|When was {s} last inspected?~On what date was the last inspection {of}?
fr|Dernier contrôle|le dernier contrôle {of} a eu lieu le {v}~{s} a été contrôlé le {v}|le dernier contrôle a eu lieu le {v}~contrôle effectué le {v}|Quand a eu lieu le dernier contrôle {of} ?~À quelle date {s} a-t-il été contrôlé ?
de|Letzte Prüfung|{s} wurde zuletzt am {v} geprüft~die letzte Prüfung {of} war am {v}|die letzte Prüfung war am {v}~geprüft am {v}|Wann wurde {s} zuletzt geprüft?~Wann war die letzte Prüfung {of}?
es|Última revisión|la última revisión {of} fue el {v}~{s} se revisó el {v}|la última revisión fue el {v}~revisado el {v}|¿Cuándo fue la última revisión {of}?~¿En qué fecha se revisó {s}?
it|Ultimo controllo|l'ultimo controllo {of} è stato fatto il {v}~{s} è stato controllato il {v}|l'ultimo controllo è stato fatto il {v}~controllato il {v}|Quando è stato fatto l'ultimo controllo {of}?~In che data è stato controllato {s}?
pt|Última inspeção|a última inspeção {of} foi a {v}~{s} foi inspecionado em {v}|a última inspeção foi a {v}~inspecionado em {v}|Quando foi a última inspeção {of}?~Em que data {s} foi inspecionado?
nl|Laatste keuring|{s} werd het laatst gekeurd op {v}~de laatste keuring {of} was op {v}|de laatste keuring was op {v}~gekeurd op {v}|Wanneer werd {s} het laatst gekeurd?~Wanneer was de laatste keuring {of}?""",
    "weight": """en|Weight|{s} weighs {v}~the weight {of} is {v}|the weight is {v}~it weighs {v}|How much does {s} weigh?~What is the weight {of}?~How heavy is {s}?
fr|Poids|{s} pèse {v}~le poids {of} est de {v}|le poids est de {v}~poids total : {v}|Combien pèse {s} ?~Quel est le poids {of} ?
de|Gewicht|{s} wiegt {v}~das Gewicht {of} beträgt {v}|das Gewicht beträgt {v}~Gesamtgewicht: {v}|Wie viel wiegt {s}?~Wie schwer ist {s}?~Welches Gewicht hat {s}?
es|Peso|{s} pesa {v}~el peso {of} es de {v}|el peso es de {v}~peso total: {v}|¿Cuánto pesa {s}?~¿Cuál es el peso {of}?
it|Peso|{s} pesa {v}~il peso {of} è di {v}|il peso è di {v}~peso totale: {v}|Quanto pesa {s}?~Qual è il peso {of}?
pt|Peso|{s} pesa {v}~o peso {of} é de {v}|o peso é de {v}~peso total: {v}|Quanto pesa {s}?~Qual é o peso {of}?
nl|Gewicht|{s} weegt {v}~het gewicht {of} bedraagt {v}|het gewicht bedraagt {v}~totaalgewicht: {v}|Hoeveel weegt {s}?~Hoe zwaar is {s}?~Wat is het gewicht {of}?""",
}


def read_relations() -> dict[tuple[str, str], Relation]:
    """Return the words of each relation in each language."""
    found = {}
    for name, block in RELATIONS.items():
        for line in block.splitlines():
            language, label, *rest = line.split("|")
            told, bare, asked = (tuple(part.split("~")) for part in rest)
            found[name, language] = Relation(label, told, bare, asked)
    return found


def read_kinds() -> dict[tuple[str, str], tuple[str, str]]:
    """Return the subject and the owner form of each kind in each language."""
    found = {}
    for name, block in KINDS.items():
        for line in block.splitlines():
            language, subject, owner = line.split("|")
            found[name, language] = (subject, owner)
    return found
