"""Figures and names as the dashboard writes them in a language, by the visual guide's table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

UNKNOWN = "–"
FEWEST_FOR_A_RATE = 40

_ZONE = ZoneInfo("Europe/Vienna")
_MONTHS_EN = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS_DE = "Jän. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez."


def plain(text: str) -> str:
    """On one line, and with plain spaces: where a line may break is not compared."""
    return " ".join(text.split())


def joined(texts: Sequence[str], last: str) -> str:
    """ "a, b and c" """
    return f" {last} ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


@dataclass(frozen=True)
class Written:
    language: Literal["en", "de"]
    price_list: Mapping[str, Any]
    """The answer of /api/pricing/data."""

    def number(self, value: float, digits: int = 0) -> str:
        # Of the digits that are written: 8.35 is rounded up, though as a float it is a little less.
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        text = f"{rounded:,}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "de" else text

    def money(self, euros: float | None) -> str:
        if euros is None:
            return UNKNOWN
        digits = self.number(euros)
        return f"{digits} €" if self.language == "de" else f"€{digits}"

    def large_money(self, euros: int) -> str:
        if euros < 1_000_000:
            return self.money(euros)
        millions = self.number(euros / 1_000_000, 1)
        return f"{millions} Mio. €" if self.language == "de" else f"€{millions} m"

    def thousands(self, euros: int) -> str:
        digits = self.number(euros / 1000)
        return f"{digits} T€" if self.language == "de" else f"€{digits}k"

    def share(self, ratio: float | None) -> str:
        if ratio is None:
            return UNKNOWN
        return self.number(ratio * 100, 1) + (" %" if self.language == "de" else "%")

    def rate(self, converted: int, sessions: int) -> str:
        return UNKNOWN if sessions < FEWEST_FOR_A_RATE else self.share(converted / sessions)

    def time(self, milliseconds: float | None) -> str:
        if milliseconds is None:
            return UNKNOWN
        if milliseconds < 999.5:
            return f"{self.number(milliseconds)} ms"
        if milliseconds < 59_950:
            return f"{self.number(milliseconds / 1000, 1)} s"
        minutes, seconds = divmod(int(milliseconds / 1000 + 0.5), 60)
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"

    def moment(self, utc: str) -> str:
        """Without the year."""
        at = datetime.fromisoformat(utc).astimezone(_ZONE)
        is_german = self.language == "de"
        day = f"{at.day}." if is_german else str(at.day)
        month = (_MONTHS_DE if is_german else _MONTHS_EN).split()[at.month - 1]
        return f"{day} {month}, {at:%H:%M}"

    def category(self, category: str) -> str:
        return self._name(self._category(category))

    def option(self, category: str, option: str) -> str:
        options = self._category(category)["options"]
        return self._name(next(each for each in options if each["id"] == option))

    def configuration(self, configuration: Mapping[str, Any]) -> str:
        """Its size, and the next three choices."""
        names = [
            self.option(category["id"], _option_id(configuration[category["id"]], category))
            for category in self.price_list["categories"]
            if configuration.get(category["id"])
        ]
        return plain(f"{names[0]} {', '.join(names[1:4])}") if names else UNKNOWN

    def _category(self, category: str) -> Mapping[str, Any]:
        return next(each for each in self.price_list["categories"] if each["id"] == category)

    def _name(self, named: Mapping[str, Any]) -> str:
        return plain(named["labels"].get(self.language, named["label"]))


def _option_id(choice: Any, category: Mapping[str, Any]) -> str:
    if isinstance(choice, str):
        return choice
    only: str = category["options"][0]["id"]
    return only if choice is True else choice.get("value", only)
