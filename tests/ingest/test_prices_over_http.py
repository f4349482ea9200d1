"""What does a configuration cost, asked over HTTP, and what is the price list in force?"""

from datetime import UTC, datetime

from tests.clocks import SettableClock
from tests.ingest.conftest import Api


async def test_a_price_with_its_breakdown_and_rate(api: Api) -> None:
    configuration = {"nest": "nest80", "bodenaufbau": "elektrische_fussbodenheizung"}

    answer = await api.post("/api/pricing/calculate", {"configuration": configuration})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["totalPrice"], told["currency"]) == (213032, "EUR")
    assert told["priceListVersion"] == "2025-12"
    assert told["completionPercentage"] == 25.0
    by_category = {line["category"]: line for line in told["breakdown"]}
    assert by_category["nest"]["amount"] == 213032
    assert by_category["bodenaufbau"]["onRequest"] is True
    assert sum(line["amount"] for line in told["breakdown"]) == 213032


async def test_an_older_list_can_be_named(api: Api) -> None:
    body = {"configuration": {"nest": "nest80"}, "priceList": "2025-06"}

    told = (await api.post("/api/pricing/calculate", body)).json()

    assert (told["totalPrice"], told["monthlyRate"]) == (155500, 902)


async def test_the_list_in_force_changes_at_midnight_in_vienna(
    api: Api, clock: SettableClock
) -> None:
    clock.set(datetime(2025, 11, 30, 22, 59, 59, tzinfo=UTC))
    before = await api.client.get("/api/pricing/data")
    clock.set(datetime(2025, 11, 30, 23, 0, tzinfo=UTC))
    after = await api.client.get("/api/pricing/data")

    assert (before.json()["version"], after.json()["version"]) == ("2025-08", "2025-12")


async def test_a_page_that_has_the_list_already_is_told_so(api: Api) -> None:
    first = await api.client.get("/api/pricing/data")
    etag = first.headers["etag"]

    again = await api.client.get("/api/pricing/data", headers={"If-None-Match": f'"x", {etag}'})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == etag
