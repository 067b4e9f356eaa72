"""Function words of seven languages, question words among them.

They carry no topic, so lexical search drops them, and they reveal the language of a short
question. Lists of packages serve other purposes: the 1,300 English words of `stop-words` and
`stopwordsiso` contain "system", "million" and "home". `index.lexical` folds each list with `fold`.
"""

from __future__ import annotations

STOP_WORDS: dict[str, str] = {
    "en": """
        a about after again against all also am an and any are as at be because been before being
        between both but by can cannot could did do does doing don down during each few for from
        further had has have having he her here hers herself him himself his how i if in into is it
        its itself just me more most much my myself no nor not now of off on once only or other our
        ours ourselves out over own same she should so some such than that the their theirs them
        themselves then there these they this those through to too under until up upon us very was
        we were what when where which while who whom whose why will with within without would you
        your yours yourself yourselves may might must shall s t ll ve re m d many
    """,
    "fr": """
        à afin ai aie ainsi alors après as au aucun aucune aussi autre autres aux avaient avais
        avait avant avec avez avoir avons ayant c car ce ceci cela celle celles celui ces cet cette
        ceux chaque chez ci combien comme comment d dans de depuis des donc dont du elle elles en
        entre es est et étaient étais était étant été être eu eux fait faut furent fut il ils j je
        jusqu l la là laquelle le lequel les lesquels leur leurs lors lorsque lui m ma mais me même
        mêmes mes moi moins mon n ne ni non nos notre nous on ont où ou par parce pas pendant peu
        peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se sera
        serait ses si soi son sont sous sur t ta tandis te tes toi ton tous tout toute toutes très
        tu un une vers vos votre vous y
    """,
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderem anderen anderer
        anderes auch auf aus bei beim bin bis bist da damit dann das dass daß dein deine dem den
        denn der des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine
        einem einen einer eines er es etwas euch euer für gegen gab gibt habe haben hat hatte
        hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins
        ist ja jede jedem jeden jeder jedes jene kann kein keine keinem keinen keiner können
        könnte man manche mehr mein meine mich mir mit muss nach nicht nichts noch nun nur ob oder
        ohne sehr sein seine seinem seinen seiner seines seit selbst sich sie sind so solche soll
        sollte sondern über um und uns unser unsere unter viel viele vom von vor wann war waren
        warum was wegen weil welche welchem welchen welcher welches wem wen wenn wer werde werden
        wessen wie wieder wieviel will wir wird wo woher wohin worden wurde wurden zu zum zur
        zwischen
    """,
    "es": """
        a al algo alguna algunas alguno algunos ante antes aquel aquella aquellas aquellos así aun
        aunque bajo bien cada como cómo con contra cual cuál cuales cuáles cualquier cuando cuándo
        cuánta cuántas cuanto cuánto cuántos de del desde donde dónde dos durante e el él ella ellas
        ellos en entre era eran es esa esas ese eso esos esta está estaba estado están estar estas
        este esto estos fue fueron ha había habían haber han has hasta hay he la las le les lo los
        más me mi mí mientras mis mucho muchos muy nada ni no nos nosotros nuestra nuestro o os otra
        otras otro otros para pero poco por porque pues que qué quien quién quienes quiénes se sea
        según ser será si sí sido sin sobre son su sus también tan tanto te tenía tiene tienen toda
        todas todo todos tu tú tus u un una unas uno unos usted y ya yo
    """,
    "it": """
        a abbia abbiamo ad agli ai al alla alle allo altra altre altri altro anche ancora avere
        aveva avevano c che chi ci ciò cioè coi col come con contro cosa così cui d da dagli dai
        dal dalla dalle dallo degli dei del dell della delle dello dentro di dopo dove due dunque e
        è ed egli era erano esse essere essi fa fino fra fu furono gli ha hai hanno ho i il in io l
        la le lei li lo loro lui ma mai me mentre mi mia mie miei mio molto ne né negli nei nel nell
        nella nelle nello noi non nostra nostro o ogni oppure per perché però più poi presso prima
        proprio qual quale quali qualche quando quanta quante quanti quanto quella quelle quelli
        quello questa queste questi questo qui quindi se sei senza si sia siamo siano sono sopra
        sotto stata stati stato su sua sue sugli sui sul sulla sulle suo suoi tra tu tua tuo tutta
        tutte tutti tutto un una uno vi voi
    """,
    "pt": """
        a à ainda além algo algum alguma algumas alguns ante antes ao aos apenas após aquela
        aquelas aquele aqueles aquilo as às assim até cada com como contra cuja cujo da das de dela
        delas dele deles depois desde dessa desse desta deste do dos durante e é ela elas ele eles
        em enquanto entre era eram essa essas esse esses esta está estão estas estava este estes
        eu foi foram há isso isto já la lhe lhes lo logo mais mas me mesmo meu minha muito na nada
        não nas nem nenhum nessa nesse nesta neste no nos nós nossa nosso num numa o onde os ou
        outra outras outro outros para pela pelas pelo pelos per perante pode podem pois por porque
        porquê qual quais qualquer quando quanta quantas quanto quantos que quê quem se seja sem
        sendo ser será seu seus si sido sob sobre sua suas são também tão te tem têm tinha toda
        todas todo todos tu tua um uma umas uns você vocês
    """,
    "nl": """
        aan al alle alleen als altijd ander andere anders ben bij binnen daar dan dat de der deze
        die dit doch doen door dus een eens en enkele er geen ge haar had hadden heb hebben heeft
        hem het hier hij hoe hoeveel hun ieder iedere iets ik in is ja je jij jullie kan kon konden
        kunnen maar me meer men met mij mijn moet moeten na naar niet niets nog nu of om omdat onder
        ons onze ook op over reeds sinds te tegen toch toen tot u uit uw van veel voor waar waarin
        waarom wanneer want waren was wat we wel welk welke werd werden wie wij wil word worden
        wordt zal ze zei zelf zich zij zijn zo zonder zou zouden
    """,
}
