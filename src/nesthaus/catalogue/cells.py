"""Reading the cells of price tables: amounts, rows by base option, numbers."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import cast

from nesthaus.catalogue.forms import Flaw

ON_REQUEST = "on request"
NOT_OFFERED = "not offered"
MAX_AMOUNT_EUR = 2_147_483_647  # what the integer columns of stored prices hold

Row = Mapping[str, int | None]
"""Amount by base option; None: on request; what is not offered is not there."""


def table(raw: object, key: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise Flaw(key, f"must be a table, not {raw!r}")
    return cast("dict[str, object]", raw)


def exactly(
    given: Collection[str],
    known: Collection[str],
    key: str,
    category: str,
    missing: str = "missing",
) -> None:
    """Each key of a table must be an option and each option there: a forgotten cell is a flaw."""
    for name in given:
        if name not in known:
            reason = f'no option of category "{category}", which has {", ".join(known)}'
            raise Flaw(f"{key}.{name}", reason)
    for name in known:
        if name not in given:
            raise Flaw(f"{key}.{name}", missing)


def whole(raw: object, key: str) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= MAX_AMOUNT_EUR:
        raise Flaw(key, f"must be a whole number from 0 to {MAX_AMOUNT_EUR}, not {_plain(raw)}")
    return raw


def decimal(raw: object, key: str, greatest: int = MAX_AMOUNT_EUR) -> int | Decimal:
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        number = Decimal(raw)
        if number.is_finite() and 0 <= number <= greatest:
            return raw
    raise Flaw(key, f"must be a number from 0 to {greatest}, not {_plain(raw)}")


def by_option(raw: object, category: str, options: Collection[str], key: str) -> dict[str, object]:
    """A table of prices with a cell for each option."""
    cells = table(raw, key)
    missing = f'missing; write "{NOT_OFFERED}" where there is no price'
    exactly(cells, options, key, category, missing)
    return cells


def row(raw: object, base: str, base_options: Collection[str], key: str) -> Row:
    """A table by base option, or one amount for all of them."""
    if isinstance(raw, dict):
        cells = by_option(cast("object", raw), base, base_options, key)
        keys = {name: f"{key}.{name}" for name in cells}
    else:
        cells = dict.fromkeys(base_options, raw)
        keys = dict.fromkeys(base_options, key)
    return {name: amount(cells[name], keys[name]) for name in cells if cells[name] != NOT_OFFERED}


def amount(raw: object, key: str) -> int | None:
    if raw == ON_REQUEST:
        return None
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= MAX_AMOUNT_EUR:
        allowed = f'a whole number of euros, "{ON_REQUEST}" or "{NOT_OFFERED}"'
        raise Flaw(key, f"must be {allowed}, not {_plain(raw)}")
    return raw


def _plain(raw: object) -> str:
    return str(raw) if isinstance(raw, Decimal) else repr(raw)
