"""The words of documents and explanations in the languages that billcore speaks: one table, a row a word.

Words are named in English. What is not in the table (a product's name, a reason that somebody wrote) is shown as it is;
a language that is not spoken reads English.

>>> word("tier", "de_CH", n=2)
'Stufe 2'
>>> word("subtotal", "nl")
'Subtotal'
"""

from __future__ import annotations

from collections.abc import Mapping

from billcore.adapters import formatting
from billcore.adapters.singular import ONE
from billcore.pricing import CommittedKind

__all__ = ["LANGUAGES", "WORDS", "committed", "known", "language", "word"]

LANGUAGES = ("en", "de", "fr", "it")
"""The columns of ``WORDS``; the first is what others fall back to."""

WORDS: Mapping[str, tuple[str, str, str, str]] = {
    # Documents
    "invoice": ("Invoice", "Rechnung", "Facture", "Fattura"),
    "credit_note": ("Credit note", "Gutschrift", "Avoir", "Nota di credito"),
    "opening": ("Opening balance", "Anfangssaldo", "Solde d'ouverture", "Saldo iniziale"),
    "date": ("Date", "Datum", "Date", "Data"),
    "due": ("Due", "Zahlbar bis", "Échéance", "Scadenza"),
    "customer": ("Customer", "Kunde", "Client", "Cliente"),
    "tax_id": ("Tax id", "Steuernummer", "Numéro fiscal", "Codice fiscale"),
    "description": ("Description", "Beschreibung", "Description", "Descrizione"),
    "period": ("Period", "Zeitraum", "Période", "Periodo"),
    "quantity": ("Quantity", "Menge", "Quantité", "Quantità"),
    "amount": ("Amount", "Betrag", "Montant", "Importo"),
    "subtotal": ("Subtotal", "Zwischensumme", "Sous-total", "Subtotale"),
    "tax": ("Tax", "Steuer", "Taxe", "Imposta"),
    "total": ("Total", "Total", "Total", "Totale"),
    "void": ("VOID", "STORNIERT", "ANNULÉ", "ANNULLATO"),
    "of it tax": ("of it tax", "davon Steuer", "dont taxe", "di cui imposta"),
    "of it net": ("of it net", "davon netto", "dont net", "di cui netto"),
    "reverse charge": (
        "reverse charge",
        "Steuerschuldnerschaft des Leistungsempfängers",
        "autoliquidation",
        "inversione contabile",
    ),
    # Why a tax is zero
    "no rate": ("no rate", "kein Steuersatz anwendbar", "aucun taux applicable", "nessuna aliquota applicabile"),
    "zero rate": ("zero rate", "Nullsatz", "taux zéro", "aliquota zero"),
    "nothing to tax": ("nothing to tax", "keine Bemessungsgrundlage", "base imposable nulle", "imponibile nullo"),
    "rounds to zero": ("rounds to zero", "auf null gerundet", "arrondi à zéro", "arrotondata a zero"),
    "opening balance": ("opening balance", "Anfangssaldo", "solde d'ouverture", "saldo iniziale"),
    "paid": ("Paid", "Bezahlt", "Payé", "Pagato"),
    "credited": ("Credited", "Gutgeschrieben", "Crédité", "Accreditato"),
    "open": ("Amount due", "Offener Betrag", "Montant dû", "Importo dovuto"),
    "corrects": ("Corrects", "Korrigiert", "Corrige", "Corregge"),
    # What stands before and below a line
    "minimum commitment": ("Minimum commitment", "Mindestumsatz", "Engagement minimum", "Impegno minimo"),
    "overage line": ("Overage", "Mehrbezug", "Dépassement", "Eccedenza"),
    "billed already": (
        "billed before: {amount} ({documents})",
        "bereits berechnet: {amount} ({documents})",
        "déjà facturé: {amount} ({documents})",
        "già fatturato: {amount} ({documents})",
    ),
    # Explanations: what a value is
    "explanation": ("Explanation", "Erklärung", "Explication", "Spiegazione"),
    "exact amount": ("exact amount", "genauer Betrag", "montant exact", "importo esatto"),
    "exact amounts of the group": (
        "exact amounts of the rounding group",
        "genaue Beträge der Rundungsgruppe",
        "montants exacts du groupe d'arrondi",
        "importi esatti del gruppo di arrotondamento",
    ),
    "rounded with the group": (
        "rounded with its group",
        "mit seiner Gruppe gerundet",
        "arrondi avec son groupe",
        "arrotondato con il suo gruppo",
    ),
    "rounding moved within the group": (
        "rounding moved to another line",
        "Rundung einer anderen Position",
        "arrondi d'une autre ligne",
        "arrotondamento di un'altra riga",
    ),
    "asked by the facts": ("owed by what was had", "nach Bezug geschuldet", "dû selon l'usage", "dovuto per l'uso"),
    "up to the minimum duration": (
        "up to the minimum duration",
        "bis zur Mindestdauer",
        "jusqu'à la durée minimale",
        "fino alla durata minima",
    ),
    "what stays": ("what stays charged", "was berechnet bleibt", "ce qui reste facturé", "quanto resta addebitato"),
    "forgiven, so not taken back": (
        "forgiven, so not given back twice",
        "erlassen, daher nicht nochmals erstattet",
        "remis, donc pas rendu deux fois",
        "condonato, quindi non reso due volte",
    ),
    "billed on": (
        "billed on {document}",
        "berechnet auf {document}",
        "facturé sur {document}",
        "fatturato su {document}",
    ),
    "amount before": (
        "amount before discounts",
        "Betrag vor Rabatt",
        "montant avant remise",
        "importo prima dello sconto",
    ),
    "left to take off": (
        "left by the discounts before",
        "von früheren Rabatten übrig",
        "reste après les remises précédentes",
        "resto dopo gli sconti precedenti",
    ),
    "share taken off": ("discount", "Rabatt", "remise", "sconto"),
    "coupon's amount": ("amount of the coupon", "Betrag des Gutscheins", "montant du coupon", "importo del coupon"),
    "taken off": ("taken off", "abgezogen", "déduit", "dedotto"),
    "rounded on": (
        "rounded amount on {document}",
        "gerundeter Betrag auf {document}",
        "montant arrondi sur {document}",
        "importo arrotondato su {document}",
    ),
    "not known yet": ("not known yet", "noch nicht bekannt", "pas encore connu", "non ancora noto"),
    "nothing used": ("nothing used", "nichts verbraucht", "rien consommé", "nessun consumo"),
    "no longer had": ("no longer had", "nicht mehr bezogen", "n'est plus souscrit", "non più sottoscritto"),
    "usage": (
        "usage of {meter}, {events} events",
        "Verbrauch {meter}, {events} Ereignisse",
        "consommation {meter}, {events} événements",
        "consumo {meter}, {events} eventi",
    ),
    "share of the commitment": (
        "share of the commitment",
        "Anteil der Zusage",
        "part de l'engagement",
        "quota dell'impegno",
    ),
    "part": ("{period}", "{period}", "{period}", "{period}"),
    "rated amount": ("amount by the price", "Betrag nach Preis", "montant selon le prix", "importo secondo il prezzo"),
    "amount over time": ("amount over time", "Betrag über die Zeit", "montant sur la durée", "importo nel tempo"),
    "quantity had": ("quantity", "Menge", "quantité", "quantità"),
    "for period": ("period", "Zeitraum", "période", "periodo"),
    "correcting": ("corrects", "korrigiert", "corrige", "corregge"),
    "price of units": (
        "price of so many units",
        "Preis so vieler Einheiten",
        "prix de tant d'unités",
        "prezzo di tante unità",
    ),
    "flat": ("flat price", "Pauschale", "prix forfaitaire", "prezzo forfettario"),
    "flat amount": ("flat amount", "Pauschalbetrag", "montant forfaitaire", "importo forfettario"),
    "units": ("units", "Einheiten", "unités", "unità"),
    "units at their price": (
        "units at their price",
        "Einheiten zum Preis",
        "unités à leur prix",
        "unità al loro prezzo",
    ),
    "unit amount": ("price of a unit", "Preis einer Einheit", "prix d'une unité", "prezzo unitario"),
    "tier": ("tier {n}", "Stufe {n}", "palier {n}", "scaglione {n}"),
    "packages of tier": (
        "packages of tier {n}",
        "Pakete der Stufe {n}",
        "lots du palier {n}",
        "pacchetti dello scaglione {n}",
    ),
    "bracket": (
        "discount bracket {n}",
        "Rabattstufe {n}",
        "tranche de remise {n}",
        "fascia di sconto {n}",
    ),
    "packages": ("packages", "Pakete", "lots", "pacchetti"),
    "in packages": ("in packages", "in Paketen", "en lots", "in pacchetti"),
    "package size": ("units of a package", "Einheiten je Paket", "unités par lot", "unità per pacchetto"),
    "credits": ("{name}", "{name}", "{name}", "{name}"),
    "worth of a credit": ("worth of one", "Wert je Stück", "valeur de l'unité", "valore di uno"),
    "cell": ("{name}", "{name}", "{name}", "{name}"),
    "step": ("{name}", "{name}", "{name}", "{name}"),
    "default": ("all others", "alle anderen", "tous les autres", "tutti gli altri"),
    "percentage": ("percentage", "Prozentsatz", "pourcentage", "percentuale"),
    "fixed": (
        "fixed amount an event",
        "fester Betrag je Ereignis",
        "montant fixe par événement",
        "importo fisso per evento",
    ),
    "amounts": ("amounts of the events", "Beträge der Ereignisse", "montants des événements", "importi degli eventi"),
    "rate": ("rate", "Satz", "taux", "aliquota"),
    "factor": ("factor", "Faktor", "facteur", "fattore"),
    "free": ("free", "frei", "gratuit", "gratuito"),
    "minimum": ("raised to the minimum", "auf das Minimum erhöht", "porté au minimum", "portato al minimo"),
    "maximum": ("cut to the maximum", "auf das Maximum gekürzt", "ramené au maximum", "ridotto al massimo"),
    "event minimum": (
        "events raised to their minimum",
        "Ereignisse auf ihr Minimum erhöht",
        "événements portés à leur minimum",
        "eventi portati al loro minimo",
    ),
    "event maximum": (
        "events cut to their maximum",
        "Ereignisse auf ihr Maximum gekürzt",
        "événements ramenés à leur maximum",
        "eventi ridotti al loro massimo",
    ),
    "for units": ("for so many units", "für so viele Einheiten", "pour tant d'unités", "per tante unità"),
    "after discount": (
        "after {percent} % off",
        "nach {percent} % Rabatt",
        "après {percent} % de remise",
        "dopo il {percent} % di sconto",
    ),
    "upper bound": (
        "up to the end of the tier",
        "bis zum Ende der Stufe",
        "jusqu'à la fin du palier",
        "fino alla fine dello scaglione",
    ),
    "lower bound": ("below the tier", "unterhalb der Stufe", "sous le palier", "sotto lo scaglione"),
    "at least": ("at least", "mindestens", "au moins", "almeno"),
    "none": ("none", "nichts", "rien", "nulla"),
    "minimum units": ("minimum units", "Mindestmenge", "quantité minimale", "quantità minima"),
    "multiplied": ("counted units", "gezählte Einheiten", "unités comptées", "unità contate"),
    "multiplier": ("multiplier", "Multiplikator", "multiplicateur", "moltiplicatore"),
    "divided": ("counted units", "gezählte Einheiten", "unités comptées", "unità contate"),
    "divisor": ("divisor", "Teiler", "diviseur", "divisore"),
    "rounded units": ("rounded units", "gerundete Einheiten", "unités arrondies", "unità arrotondate"),
    "included units": ("included units", "inbegriffene Einheiten", "unités incluses", "unità incluse"),
    "units of addons": ("units of addons", "Einheiten von Zusätzen", "unités des options", "unità dei supplementi"),
    "free units": ("free units", "freie Einheiten", "unités gratuites", "unità gratuite"),
    "share of the free units": (
        "share of the free units",
        "Anteil der freien Einheiten",
        "part des unités gratuites",
        "quota delle unità gratuite",
    ),
    "units beyond the free ones": (
        "units beyond the free ones",
        "Einheiten über die freien hinaus",
        "unités au-delà des gratuites",
        "unità oltre quelle gratuite",
    ),
    "share of the period": ("share of the period", "Anteil am Zeitraum", "part de la période", "quota del periodo"),
    "hours": ("hours", "Stunden", "heures", "ore"),
    "minutes": ("minutes", "Minuten", "minutes", "minuti"),
    "true-up": ("missing to the commitment", "fehlt zur Zusage", "manque à l'engagement", "manca all'impegno"),
    "overage": ("beyond the commitment", "über die Zusage hinaus", "au-delà de l'engagement", "oltre l'impegno"),
    "beyond the commitment": (
        "lines beyond the commitment",
        "Positionen über die Zusage hinaus",
        "lignes au-delà de l'engagement",
        "righe oltre l'impegno",
    ),
    "committed": ("committed", "zugesagt", "engagé", "impegnato"),
    "committed amount": ("committed amount", "zugesagter Betrag", "montant engagé", "importo impegnato"),
    "covered": ("{name}, {period}", "{name}, {period}", "{name}, {period}", "{name}, {period}"),
    "covered line": ("{name}", "{name}", "{name}", "{name}"),
    "covered periods": ("{name}", "{name}", "{name}", "{name}"),
    "periods": ("periods", "Zeiträume", "périodes", "periodi"),
    "sum of prices": ("sum of lines", "Summe der Positionen", "somme des lignes", "somma delle righe"),
    "added to it": ("added to it", "Zuschlag darauf", "supplément", "supplemento"),
    "left of the cap": ("left of the cap", "Rest bis zur Obergrenze", "reste du plafond", "resto del tetto"),
    "nothing missing": ("nothing missing", "nichts fehlt", "rien ne manque", "non manca nulla"),
    "nothing beyond the commitment": (
        "nothing beyond the commitment",
        "nichts über die Zusage hinaus",
        "rien au-delà de l'engagement",
        "nulla oltre l'impegno",
    ),
    "passed": ("had", "bezogen", "écoulé", "trascorso"),
    "of": ("of", "von", "sur", "su"),
    # What stands beside a value
    "price": ("price", "Preis", "prix", "prezzo"),
    "order": ("order", "Bestellung", "commande", "ordine"),
    "catalog": ("catalog", "Katalog", "catalogue", "catalogo"),
    "snapshot": ("snapshot", "Momentaufnahme", "instantané", "istantanea"),
    "document": ("document", "Beleg", "document", "documento"),
    "line": ("line", "Position", "ligne", "riga"),
    "reason": ("reason", "Grund", "motif", "motivo"),
    "added": ("added", "hinzugefügt", "ajouté", "aggiunto"),
    "measure": ("counted by", "gezählt nach", "compté par", "contato per"),
    "included": ("included", "inbegriffen", "inclus", "inclusi"),
    "above": ("above", "über", "au-dessus de", "oltre"),
    "up_to": ("up to", "bis", "jusqu'à", "fino a"),
    "discount": ("discount %", "Rabatt %", "remise %", "sconto %"),
    # How it follows
    "rounded": ("rounded", "gerundet", "arrondi", "arrotondato"),
    "the least": ("the least", "das kleinste", "le plus petit", "il minore"),
    "the most": ("the most", "das grösste", "le plus grand", "il maggiore"),
    # Reasons and measures
    "late usage": ("late usage", "späte Verbrauchsmeldung", "usage déclaré tard", "consumo comunicato tardi"),
    "change": ("change", "Änderung", "changement", "modifica"),
    "backdated change": ("backdated change", "rückwirkende Änderung", "changement rétroactif", "modifica retroattiva"),
    "correction": ("correction", "Korrektur", "correction", "correzione"),
    "interim": ("billed before", "vorab berechnet", "facturé avant", "fatturato prima"),
    "second": ("second", "Sekunden", "seconde", "secondo"),
    "hour": ("hour", "Stunden", "heure", "ora"),
    "day": ("day", "Tagen", "jour", "giorno"),
    "goodwill": ("goodwill", "Kulanz", "geste commercial", "abbuono"),
    "day_inclusive": ("day begun", "angebrochenen Tagen", "jour entamé", "giorno iniziato"),
    "day30": (
        "day of a month of 30",
        "Tagen des 30-Tage-Monats",
        "jour d'un mois de 30 jours",
        "giorno di un mese di 30 giorni",
    ),
    "ceil": ("unit begun", "angebrochenen Einheiten", "unité entamée", "unità iniziata"),
    "full": ("whole period", "ganzen Zeiträumen", "période entière", "periodo intero"),
    "day_after": ("day after the start", "Tagen nach dem Beginn", "jour après le début", "giorno dopo l'inizio"),
}


def language(locale: str) -> str:
    """The language that a locale reads, of those spoken here."""
    found = formatting.known_locale(locale).partition("_")[0]
    return found if found in LANGUAGES else LANGUAGES[0]


def known(name: str) -> bool:
    """The table has the word."""
    return name in WORDS


def word(name: str, locale: str, /, *, one: bool = False, **values: object) -> str:
    """A word in the locale's language, its places filled; one that is not in the table as it is.

    ``one`` takes the word of one, where it is another. A template whose values are not given reads as the bare name.
    """
    row = ONE.get(name) if one else None
    row = row or WORDS.get(name)
    if row is None:
        return name
    try:
        return row[LANGUAGES.index(language(locale))].format(**values)
    except KeyError:
        return name


def committed(kind: CommittedKind | None, description: str, locale: str) -> str:
    """The description of a line, with the word for what a commitment adds before it."""
    names = {"true-up": "minimum commitment", "overage": "overage line"}
    return description if kind is None else f"{word(names[kind], locale)}: {description}"
