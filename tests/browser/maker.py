"""Whose price list the demo shows: that of the running server, or another maker's."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Page, Route

from nesthaus.catalogue import load_catalogue
from nesthaus.domain.pricing import Catalogue, PriceList
from nesthaus.ingest.admission import Request
from nesthaus.ingest.prices import Prices
from nesthaus.ingest.refused import Refused
from tests.prices import price_list

CLOCK = datetime(2026, 6, 1, tzinfo=UTC)
BICYCLES = Path(__file__).parent.parent / "catalogue" / "bicycles"

Choices = dict[str, Any]
"""A configuration as the API takes it; measured categories as `{value, quantity}`."""


class Maker(Protocol):
    """Who knows what a configuration costs."""

    def document(self) -> dict[str, Any]:
        """The answer of GET /api/pricing/data."""
        ...

    def price(self, choices: Choices) -> dict[str, Any] | None:
        """The answer of POST /api/pricing/calculate; None where it is 400."""
        ...


class Server:
    """The stack, asked over HTTP."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def document(self) -> dict[str, Any]:
        return self._http.get("/api/pricing/data").json()

    def price(self, choices: Choices) -> dict[str, Any] | None:
        body = {"configuration": choices}
        answer = self._http.post("/api/pricing/calculate", json=body)
        assert answer.status_code in (200, 400), answer.text
        return answer.json() if answer.status_code == 200 else None


@dataclass
class OtherMaker:
    """The same code with another price list; `on` lets a page see no other."""

    prices: Prices

    def document(self) -> dict[str, Any]:
        return json.loads(self.prices.document_in_force().body)

    def price(self, choices: Choices) -> dict[str, Any] | None:
        try:
            return json.loads(self.prices.calculate(_call({"configuration": choices})))
        except Refused:
            return None

    def on(self, page: Page) -> None:
        def calculate(route: Route) -> None:
            try:
                answer = self.prices.calculate(_call(route.request.post_data_json))
            except Refused as refused:
                route.fulfill(status=400, json={"error": str(refused), "field": refused.field})
            else:
                route.fulfill(body=answer, content_type="application/json")

        page.route("**/api/pricing/data", lambda route: route.fulfill(json=self.document()))
        page.route("**/api/pricing/calculate", calculate)


def house_of(version: str) -> OtherMaker:
    return _maker(price_list(version))


def bicycles() -> OtherMaker:
    return _maker(*load_catalogue(ZoneInfo("Europe/London"), BICYCLES).lists)


def random_choices(maker: Maker, random: Random) -> Choices:
    """One that has a price; half of what is not required is left out."""
    document = maker.document()
    while True:
        choices: Choices = {}
        for category in document["categories"]:
            if category["id"] != document["base"] and random.random() < 0.4:
                continue
            option = random.choice(category["options"])["id"]
            size = choices.get(document["base"], option)
            choices[category["id"]] = _measured(category, option, size, random)
        choices = {category: choice for category, choice in choices.items() if choice}
        if document["base"] in choices and maker.price(choices):
            return choices


def link_of(choices: Choices) -> str:
    """The demo's query for these choices."""
    parts: list[str] = []
    for category, choice in choices.items():
        named = [choice] if isinstance(choice, str) else [str(each) for each in choice.values()]
        parts.append(",".join([category, *named]))
    return "c=" + ";".join(parts)


def _measured(category: dict[str, Any], option: str, size: str, random: Random) -> Any:
    limit = category.get("limits", {}).get(size, 0)
    if category["kind"] == "area":
        return {"value": option, "squareMeters": random.randint(1, int(limit * 20)) / 20}
    if category["kind"] != "quantity":
        return option
    offered = range(1, limit + 1)
    if category["pricedBy"] == "quantity":
        offered = [int(each) for each in category["prices"][option].get(size, {}) if each != "0"]
    return {"value": option, "quantity": random.choice(offered)} if offered else None


def _maker(*lists: PriceList) -> OtherMaker:
    catalogue = Catalogue(lists, ZoneInfo("Europe/Vienna"))
    return OtherMaker(Prices(catalogue, lambda: CLOCK))


def _call(body: object) -> Request:
    encoded = json.dumps(body).encode()
    return Request(encoded, CLOCK, None, None, no_consent=False, is_own=False, token=None)
