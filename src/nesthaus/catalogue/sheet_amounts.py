"""Amounts as people write them in sheets, in Austria and elsewhere. Nothing is guessed."""

import re
import unicodedata
from decimal import Decimal

from nesthaus.catalogue.cells import MAX_AMOUNT_EUR, NOT_OFFERED
from nesthaus.catalogue.sheet_files import Cell

_ON_REQUEST = frozenset({"-1", "on request", "auf anfrage"})
_NOT_OFFERED = frozenset({NOT_OFFERED, "nicht angeboten"})

_SIGN_AND_CURRENCY = re.compile(r"^(?:€|eur(?:o)?\b)|(?:€|\beur(?:o)?)$")
# 188619, 188.619, 188 619, 188'619, each perhaps followed by ,00 or ,-; or 188,619.00
_PLAIN = r"\d{1,15}"
_POINTS = r"\d{1,3}(?:\.\d{3}){1,4}"
_SPACES = r"\d{1,3}(?:[ ']\d{3}){1,4}"
_COMMAS = r"\d{1,3}(?:,\d{3}){1,4}"
_EUROS = re.compile(
    rf"(?P<euros>-?(?:(?:{_PLAIN}|{_POINTS}|{_SPACES})(?:,(?P<cents>\d{{1,2}}|-{{1,2}}))?"
    rf"|(?:{_PLAIN}|{_COMMAS}|{_SPACES})\.(?P<english_cents>\d{{1,2}})))",
    re.ASCII,
)
_COULD_BE_THOUSANDS = re.compile(rf"-?{_COMMAS}", re.ASCII)

Amount = int | str | None
"""Whole euros; None: on request; NOT_OFFERED."""


class BadAmount(Exception):
    """Says what is wrong with it."""


def read_amount(cell: Cell) -> Amount:
    """Raises BadAmount."""
    if isinstance(cell, Decimal):
        raise BadAmount(f"is the number {cell}, not a whole number of euros{_lost_thousands(cell)}")
    text = " ".join(unicodedata.normalize("NFKC", cell).casefold().split())
    text = text.replace("−", "-").replace("–", "-").replace("—", "-").replace("’", "'")
    if text in _NOT_OFFERED:
        return NOT_OFFERED
    text = _SIGN_AND_CURRENCY.sub("", text).strip()
    if text in _ON_REQUEST:
        return None
    return _euros(text, cell)


def _euros(text: str, cell: str) -> int | None:
    found = _EUROS.fullmatch(text)
    if found is None:
        hint = ""
        if _COULD_BE_THOUSANDS.fullmatch(text):
            hint = f"; write {text.replace(',', '.')} or {text.replace(',', '')} for thousands"
        allowed = 'a whole number of euros, "on request" (-1) or "not offered"'
        raise BadAmount(f"must be {allowed}, not {cell[:40]!r}{hint}")
    cents = found["cents"] or found["english_cents"] or ""
    if cents.strip("0-"):
        raise BadAmount(f"must be whole euros, not {cell[:40]!r}")
    whole = found["euros"].removesuffix(cents).rstrip(",") if found["cents"] else found["euros"]
    if found["english_cents"]:
        whole = whole[: -len(cents) - 1]
    amount = int(re.sub(r"[.,' ]", "", whole))
    if amount == -1:
        return None
    if not 0 <= amount <= MAX_AMOUNT_EUR:
        raise BadAmount(f"must be from 0 to {MAX_AMOUNT_EUR}, or -1 for on request, not {amount}")
    return amount


def _lost_thousands(number: Decimal) -> str:
    """A sheet that takes 188.619 for a fraction has lost what was meant."""
    meant = number * 1000
    if meant != int(meant):
        return ""
    return f"; if {int(meant)} is meant, its point was taken for that of a fraction"
