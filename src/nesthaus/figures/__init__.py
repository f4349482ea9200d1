"""What each figure is: SQL over a relation `chosen` (`chosen.sql`), one file per figure.

Whoever counts says which sessions are chosen and in which cell each of them lies: aggregate in a
temporary table, report in a CTE. So a stored figure and one counted for a filter are the same text.
Reads the raw tables and `session_figures`; writes nothing. Rows of `over` events are in no figure
but `tracking`; a session that is not counted yet has no row in `session_figures`, and is missing in
what is read from there: selections, bounces, funnel, drop-off, paths, changes of mind, tracking.

Every row has the columns

    cell, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum

of which `category` and `value_text` are '' and the numbers 0 where a figure has no use for them.
A session lies in one cell only, so all of them add up over cells.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from nesthaus.db.queries import load_statements, name_of, named
from nesthaus.domain.pricing import Catalogue, PriceList
from nesthaus.domain.sessions import FIGURES_END_AFTER

METRICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sessions": (
            "sessions",
            "status",
            "conversions",
            "interactions",
            "prices",
            "devices",
        ),
        "bounces": ("bounces",),
        "choices": ("selections", "abandoned_for", "returned_to"),
        "page_views": ("page_views",),
        "funnel": ("funnel", "drop_off"),
        "options": ("options",),
        "price": ("price",),
        "paths": ("path_nodes", "path_links", "orders"),
        "tracking": ("tracking",),
        "clock_skew": ("clock_skew",),
    }
)
"""The metric types of each figure's rows."""

NOT_IN_WEEKS = frozenset({"price", "clock_skew", "orders"})
"""Metric types with nearly as many values as sessions: weeks would have as many rows as days."""

_CHOICES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "selected": frozenset({"selections"}),
        "changed": frozenset({"abandoned_for", "returned_to"}),
    }
)

FIGURES: Mapping[str, bytes] = MappingProxyType(
    {name: load_statements(__name__, f"{name}.sql")[name] for name in METRICS}
)

MAKE_CHOSEN = load_statements(__name__, "chosen.sql")["make_chosen"]
"""Makes `chosen` as an empty temporary table that ends with the transaction."""

_NARROW = load_statements(__name__, "narrow.sql")["narrow"]


def over(chosen: bytes, figure: bytes, *, once: bool = True) -> bytes:
    """The figure of the sessions that the query `chosen` gives.

    They are looked for `once`, or with whatever else the figure asks of them.
    """
    kept = b"materialized" if once else b"not materialized"
    ctes = b"with chosen as " + kept + b" (\n" + chosen + b"\n)"
    if figure.startswith(b"with "):
        whole = ctes + b",\n" + figure.removeprefix(b"with ")
    else:
        whole = ctes + b"\n" + figure
    return named(whole, name_of(figure))


def narrow(chosen: bytes) -> bytes:
    """The same sessions, for figures that ask nothing of configurations (all but `options`): those
    of some months would not fit in memory with them."""
    return over(chosen, _NARROW, once=False)


def figure_parameters(
    catalogue: Catalogue, first: datetime, last: datetime, but: Collection[str] = ()
) -> dict[str, object]:
    """What figures and `session_figures` ask besides `chosen`, of sessions that started from
    `first` to `last`.

    The funnel has the steps of the list in force at `last`. Metrics of `but` are left out where
    that spares anything.
    """
    return {
        "choices": [kind for kind, metrics in _CHOICES.items() if not metrics <= set(but)],
        "required": list(catalogue.in_force_at(last).required_categories),
        "only_options": only_options(catalogue),
        "list_starts": list_starts(catalogue),
        "first": first,
        "last": last + FIGURES_END_AFTER,
    }


def only_options(catalogue: Catalogue) -> str:
    """JSON: of each list, category -> its only option, which a ticked box means. One that is
    replaced has another id; `list_starts` tells when."""
    return json.dumps([_only_options(each) for each in catalogue.lists])


def list_starts(catalogue: Catalogue) -> list[datetime]:
    """Of all lists but the first, which is also in force before it begins."""
    return list(catalogue.starts[1:])


def _only_options(price_list: PriceList) -> dict[str, str]:
    return {
        category.id: category.only_option
        for category in price_list.categories
        if category.only_option is not None
    }
