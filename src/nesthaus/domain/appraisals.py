"""What a saved configuration is worth by one price list, also where it cannot be priced."""

from dataclasses import dataclass

from nesthaus.domain.configurations import Configuration, configuration_hash
from nesthaus.domain.pricing import PriceList, Unpriceable, completion_percentage, price


@dataclass(frozen=True, slots=True)
class Appraisal:
    """`total_price_eur` is None, never 0, where `price_error` names what has no price."""

    configuration_hash: str
    total_price_eur: int | None
    completion_percentage: float
    price_list_version: str
    price_error: str | None


def appraise(configuration: Configuration, price_list: PriceList) -> Appraisal:
    """What is stored with a snapshot that was saved while `price_list` was in force."""
    total, error = None, None
    try:
        total = price(configuration, price_list).total_price_eur
    except Unpriceable as unpriceable:
        error = str(unpriceable)
    return Appraisal(
        configuration_hash=configuration_hash(configuration, price_list),
        total_price_eur=total,
        completion_percentage=completion_percentage(configuration, price_list),
        price_list_version=price_list.version,
        price_error=error,
    )
