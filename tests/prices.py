"""Short words for what a configuration costs by one of NEST-Haus's price lists."""

from functools import cache
from zoneinfo import ZoneInfo

import pytest

from nesthaus.catalogue import load_catalogue
from nesthaus.domain.configurations import parse_configuration
from nesthaus.domain.pricing import Catalogue, Price, PriceList, Unpriceable, price


@cache
def catalogue_in(zone: ZoneInfo) -> Catalogue:
    """Read once, as reading it takes as long as many a test."""
    return load_catalogue(zone)


CATALOGUE = catalogue_in(ZoneInfo("Europe/Vienna"))
NESTS = ("nest80", "nest100", "nest120", "nest140", "nest160")


def price_list(version: str) -> PriceList:
    found = CATALOGUE.by_version(version)
    assert found is not None
    return found


def priced(version: str, **configuration: object) -> Price:
    return price(parse_configuration(configuration), price_list(version))


def total(version: str, **configuration: object) -> int:
    return priced(version, **configuration).total_price_eur


def lines(version: str, **configuration: object) -> dict[str, int]:
    """The breakdown: amount by category or group, in order."""
    return {line.category: line.amount_eur for line in priced(version, **configuration).lines}


def refusal(version: str, **configuration: object) -> Unpriceable:
    with pytest.raises(Unpriceable) as caught:
        priced(version, **configuration)
    return caught.value
