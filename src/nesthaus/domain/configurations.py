"""What a visitor has chosen: its canonical form, its hash, and selections laid over it."""

import hashlib
import json
from collections.abc import Mapping
from operator import itemgetter
from typing import Protocol, cast

import msgspec
from msgspec import Struct

MAX_CATEGORIES = 50
MAX_ID_LENGTH = 100
MAX_NUMBER = 2**53 - 1  # the greatest whole number that every reader of JSON keeps exactly

# Made once: json.dumps would make an encoder for each call.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Choice(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One category's choice.

    `value` is an option id; True for a ticked check box whose option the price list knows; None
    where only a quantity was sent and the category has one option. It is never False: what is not
    chosen is not in a configuration.
    """

    value: str | bool | None = None
    quantity: int | None = None
    square_meters: float | None = None


Configuration = Mapping[str, Choice]
_TICKED = Choice(value=True)
_stored_reader = msgspec.json.Decoder(dict[str, str | bool | Choice])


class InvalidConfiguration(Exception):
    """What was sent has not the shape of a configuration.

    `field` is the path inside it, "" for the whole; `sentence` says what must be there.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}" if field else sentence)
        self.field = field
        self.sentence = sentence


class KnowsOptions(Protocol):
    """The part of a price list that a canonical form needs."""

    def only_option(self, category: str) -> str | None:
        """The option of a category that has exactly one."""
        ...


def parse_configuration(raw: object) -> Configuration:
    """The choices in decoded JSON; null and false are left out, names and prices ignored.

    Whether a price list knows the ids is not asked here. Raises InvalidConfiguration.
    """
    if not isinstance(raw, dict):
        raise InvalidConfiguration("", "must be an object")
    entries = cast("dict[str, object]", raw)
    if len(entries) > MAX_CATEGORIES:
        raise InvalidConfiguration("", f"must not have more than {MAX_CATEGORIES} categories")
    return _choices(entries)


def configuration_from_json(stored: Mapping[str, object]) -> Configuration:
    """The inverse of `configuration_to_json`."""
    return _choices(stored)


def configuration_from_text(stored: str | bytes) -> Configuration:
    """The same, of JSON as it stands in a table: where there are many, in half the time, since ids
    are not looked at again. Raises msgspec.ValidationError for what was never stored."""
    return {
        category: entry if isinstance(entry, Choice) else Choice(entry)
        for category, entry in _stored_reader.decode(stored).items()
    }


def configuration_to_json(configuration: Configuration) -> dict[str, object]:
    """What is stored: as it was sent, less what is not chosen and what is no part of a choice."""
    return {category: _entry(choice, choice.value) for category, choice in configuration.items()}


def canonical_form(configuration: Configuration, price_list: KnowsOptions) -> dict[str, object]:
    """The same entries for the same choices, in whatever order and spelling they were sent.

    True, or a value left out, stays as it is where the list cannot say which option is meant.
    """
    return {
        category: _entry(
            choice,
            choice.value if isinstance(choice.value, str) else price_list.only_option(category),
        )
        for category, choice in sorted(configuration.items(), key=itemgetter(0))
    }


def canonical_json(configuration: Configuration, price_list: KnowsOptions) -> bytes:
    """The canonical form as bytes: what is hashed."""
    return _json(canonical_form(configuration, price_list)).encode()


def configuration_hash(configuration: Configuration, price_list: KnowsOptions) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical_json(configuration, price_list)).hexdigest()


def with_selection(
    configuration: Configuration,
    category: str,
    value: str | None,
    quantity: int | None,
    square_meters: float | None,
) -> Configuration:
    """The configuration after one selection, which replaces all that was chosen in its category.

    A selection without a value takes the category away.
    """
    others = {name: choice for name, choice in configuration.items() if name != category}
    if value is None:
        return others
    return {**others, category: Choice(value, quantity, square_meters)}


def plain_number(number: float) -> int | float:
    """Whole numbers without a decimal point."""
    return int(number) if abs(number) <= MAX_NUMBER and number == int(number) else number


def _entry(choice: Choice, value: str | bool | None) -> object:
    if choice.quantity is None and choice.square_meters is None:
        return True if value is None else value
    entry: dict[str, object] = {} if value is None else {"value": value}
    if choice.quantity is not None:
        entry["quantity"] = choice.quantity
    if choice.square_meters is not None:
        entry["squareMeters"] = plain_number(choice.square_meters)
    return entry


def _choices(entries: Mapping[str, object]) -> Configuration:
    choices: dict[str, Choice] = {}
    for category, raw in entries.items():
        if fault := _id_fault(category):
            raise InvalidConfiguration("", f"has a category id that {fault}")
        try:
            choice = _choice(raw)
        except _Misshapen as error:
            raise InvalidConfiguration(category + error.path, error.reason) from None
        if choice is not None:
            choices[category] = choice
    return choices


class _Misshapen(Exception):
    """What is wrong with a choice, below its category at `path`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


def _choice(raw: object) -> Choice | None:
    if isinstance(raw, str):
        return Choice(_option_id(raw, ""))
    if raw is True:
        return _TICKED
    if raw is None or raw is False:
        return None
    if not isinstance(raw, dict):
        raise _Misshapen("", "must be an option id, an object, true, false or null")
    return _object_choice(cast("dict[str, object]", raw))


def _object_choice(raw: dict[str, object]) -> Choice | None:
    value = raw.get("value")
    if value is False:
        return None
    if value is not None and value is not True:
        value = _option_id(value, ".value")
    quantity = _quantity(raw.get("quantity"))
    square_meters = _square_meters(raw.get("squareMeters"))
    if value is None and quantity is None and square_meters is None:
        return _TICKED  # an empty object chooses the category's only option, as true does
    return Choice(value, quantity, square_meters)


def _option_id(raw: object, path: str) -> str:
    if not isinstance(raw, str):
        raise _Misshapen(path, "must be an option id, true, false or null")
    if fault := _id_fault(raw):
        raise _Misshapen(path, f"has an option id that {fault}")
    return raw


def _id_fault(identifier: str) -> str | None:
    if len(identifier) > MAX_ID_LENGTH:
        return f"is longer than {MAX_ID_LENGTH} characters"
    if "\0" in identifier:
        return "contains a NUL"
    if not identifier.isascii() and any("\ud800" <= mark <= "\udfff" for mark in identifier):
        return "contains a lone surrogate"
    return None


def _quantity(raw: object) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > MAX_NUMBER:
        raise _Misshapen(".quantity", f"must be a whole number, at most {MAX_NUMBER}")
    return raw


def _square_meters(raw: object) -> float | None:
    if raw is None:
        return None
    if not isinstance(raw, (int, float)) or isinstance(raw, bool) or not abs(raw) <= MAX_NUMBER:
        raise _Misshapen(".squareMeters", f"must be a number, at most {MAX_NUMBER}")
    return float(raw)
