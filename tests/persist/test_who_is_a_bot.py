"""A crawler, a tool of automation, or more than 20 interactions within one whole UTC second."""

from nesthaus.domain.events import Interaction
from tests.persist.conftest import Keep, Look
from tests.persist.traffic import FIREFOX, call, clicked, opened

DAY = 86_400
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def clicks(second: float, count: int, first_number: int = 1) -> list[Interaction]:
    return [clicked(second, first_number + number) for number in range(count)]


async def reason(look: Look) -> str | None:
    (row,) = await look("select bot_reason from user_sessions")
    return row["bot_reason"]


async def test_twenty_interactions_in_a_second_are_a_person(keep: Keep, look: Look) -> None:
    await keep(call("anna", *clicks(0, 20), *clicks(1, 20)))
    assert await reason(look) is None


async def test_twenty_one_interactions_in_a_second_are_a_burst(keep: Keep, look: Look) -> None:
    await keep(call("anna", *clicks(0.1, 11), *clicks(0.9, 10)))
    assert await reason(look) == "burst"


async def test_a_burst_is_seen_across_batches_and_stays(keep: Keep, look: Look) -> None:
    await keep(call("anna", *clicks(0, 11), *clicks(5, 1)))
    await keep(call("anna", *clicks(0.5, 9)))
    assert await reason(look) is None
    await keep(call("anna", *clicks(0.9, 1)))
    assert await reason(look) == "burst"
    await keep(call("anna", *clicks(9, 1)))
    assert await reason(look) == "burst"


async def test_a_burst_delivered_twice_is_not_twice_as_many(keep: Keep, look: Look) -> None:
    half = call("anna", *clicks(0, 11))
    await keep(half)
    await keep(half, call("anna", clicked(3)))
    assert await reason(look) is None


async def test_a_burst_that_falls_out_of_the_figures_is_none(keep: Keep, look: Look) -> None:
    await keep(call("anna", *clicks(8 * DAY, 21)), now=8 * DAY)
    assert await reason(look) == "burst"
    await keep(call("anna", clicked(0)), now=8 * DAY)
    assert await reason(look) is None


async def test_a_burst_that_falls_out_is_none_however_much_remains(keep: Keep, look: Look) -> None:
    await keep(call("anna", *clicks(8 * DAY, 21)), now=8 * DAY)
    await keep(call("anna", *(clicked(second) for second in range(25))), now=8 * DAY)
    (row,) = await look("select total_interactions, bot_reason from user_sessions")
    assert row == {"total_interactions": 25, "bot_reason": None}


async def test_a_burst_shows_when_the_crawler_turns_out_to_be_a_browser(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", *clicks(0, 21), user_agent=GOOGLEBOT))
    assert await reason(look) == "crawler: Googlebot"
    await keep(call("anna", opened(0, user_agent=FIREFOX)))
    assert await reason(look) == "burst"


async def test_the_reason_names_the_tool(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(0), user_agent="python-requests/2.32.3"))
    assert await reason(look) == "automation: python-requests"
