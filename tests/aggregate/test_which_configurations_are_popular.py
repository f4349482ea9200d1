"""Are popular configurations the sum of all days, told in their canonical form?"""

from datetime import date
from typing import Any

from nesthaus.domain.configurations import Choice, configuration_hash
from nesthaus.domain.events import Snapshot
from tests.aggregate.conftest import Count, Figures
from tests.persist.conftest import Keep
from tests.persist.traffic import at, call, clicked, converted, identifier, saved
from tests.prices import price_list

DAY = 86_400


def chose(seconds: float, version: str, **choices: Choice) -> Snapshot:
    moment = at(seconds)
    return Snapshot(
        id=identifier(moment),
        at=moment,
        configuration=choices,
        configuration_hash=configuration_hash(choices, price_list(version)),
        trigger=None,
        price_list_version=version,
        total_price_eur=200_000,
        completion_percentage=25.0,
    )


def without_data(rows: dict[tuple[Any, ...], tuple[Any, ...]]) -> dict[Any, tuple[Any, ...]]:
    return {key[0]: numbers[1:] for key, numbers in rows.items()}


async def test_days_add_up_and_the_average_is_rounded_half_up(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(
        call("anna", saved(0, price=200_000), converted(5)),
        call("ben", saved(1, price=200_001)),
        call("carl", saved(2, price=None)),
        now=10,
    )
    await keep(call("dora", saved(DAY, price=200_001)), now=DAY + 10)
    await count(2 * DAY)
    popular = without_data(await figures("popular_configurations"))
    assert popular == {"hash of nest-80": (4, 1, 200_001, at(DAY))}
    daily = await figures("daily_configurations")
    assert daily == {
        (date(2026, 6, 15), "hash of nest-80"): (3, 1, 400_001, 2, at(2)),
        (date(2026, 6, 16), "hash of nest-80"): (1, 0, 200_001, 1, at(DAY)),
    }


async def test_a_half_is_rounded_up_and_no_price_is_no_average(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", saved(0, price=200_000)), call("ben", saved(1, price=200_001)))
    await keep(call("carl", saved(2, option="nest-100", price=None)))
    await count()
    popular = without_data(await figures("popular_configurations"))
    assert popular["hash of nest-80"][2] == 200_001
    assert popular["hash of nest-100"] == (1, 0, None, at(2))


async def test_a_session_that_goes_on_takes_its_count_along(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", saved(0)))
    await count()
    await keep(call("anna", saved(100, option="nest-120", price=300_000)))
    await count()
    popular = without_data(await figures("popular_configurations"))
    assert popular == {"hash of nest-120": (1, 0, 300_000, at(100))}


async def test_it_is_told_in_the_canonical_form_of_the_list_it_was_saved_under(
    keep: Keep, count: Count, figures: Figures
) -> None:
    ticked = chose(
        0,
        "2025-12",
        pvanlage=Choice(quantity=3),
        nest=Choice("nest80"),
        kamindurchzug=Choice(value=True),
    )
    spelled = chose(
        60,
        "2025-12",
        kamindurchzug=Choice("enabled"),
        nest=Choice("nest80"),
        pvanlage=Choice("pv_modules", quantity=3),
    )
    assert ticked.configuration_hash == spelled.configuration_hash
    await keep(call("anna", clicked(0, 2), ticked), call("ben", clicked(60, 2), spelled))
    await count()
    popular = await figures("popular_configurations")
    assert popular[(ticked.configuration_hash,)][0] == {
        "kamindurchzug": "enabled",
        "nest": "nest80",
        "pvanlage": {"value": "pv_modules", "quantity": 3},
    }
    assert popular[(ticked.configuration_hash,)][1] == 2


async def test_a_list_that_is_gone_leaves_ticks_as_they_are(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", saved(0, price_list="1999-01")))
    await count()
    popular = await figures("popular_configurations")
    assert popular[("hash of nest-80",)][0] == {"nest": "nest-80"}
