"""The words of one: of those in ``WORDS`` that count something, how they read of a single one."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ONE"]

ONE: Mapping[str, tuple[str, str, str, str]] = {
    "usage": (
        "usage of {meter}, {events} event",
        "Verbrauch {meter}, {events} Ereignis",
        "consommation {meter}, {events} événement",
        "consumo {meter}, {events} evento",
    ),
    "units": ("unit", "Einheit", "unité", "unità"),
    "packages": ("package", "Paket", "lot", "pacchetto"),
    "multiplied": ("counted unit", "gezählte Einheit", "unité comptée", "unità contata"),
    "divided": ("counted unit", "gezählte Einheit", "unité comptée", "unità contata"),
    "rounded units": ("rounded unit", "gerundete Einheit", "unité arrondie", "unità arrotondata"),
    "included units": ("included unit", "inbegriffene Einheit", "unité incluse", "unità inclusa"),
    "units of addons": ("unit of addons", "Einheit von Zusätzen", "unité des options", "unità dei supplementi"),
    "free units": ("free unit", "freie Einheit", "unité gratuite", "unità gratuita"),
    "units beyond the free ones": (
        "unit beyond the free ones",
        "Einheit über die freien hinaus",
        "unité au-delà des gratuites",
        "unità oltre quelle gratuite",
    ),
    "hours": ("hour", "Stunde", "heure", "ora"),
    "minutes": ("minute", "Minute", "minute", "minuto"),
    "periods": ("period", "Zeitraum", "période", "periodo"),
}
