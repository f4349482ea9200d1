"""What do the houses cost that visitors end up with."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.ranks import nearest_rank
from nesthaus.report.counts import count
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

BUCKET_EUR = 25_000


class Bucket(Struct, frozen=True, rename={"from_": "from"}):
    """Sessions with `from` <= last price < `to`, whole euros."""

    from_: int
    to: int
    sessions: int
    converted: int


class Quantiles(Struct, frozen=True):
    """Last prices in whole euros, by nearest rank; None where no session has one."""

    p10: int | None
    p25: int | None
    p50: int | None
    p75: int | None
    p90: int | None


class PriceDistribution(Struct, frozen=True, rename="camel"):
    """Empty buckets between the first and the last are listed too."""

    time_range: str
    buckets: list[Bucket]
    quantiles: Quantiles
    as_of: datetime | None


class _Priced(Struct, frozen=True, order=True):
    price_eur: int
    sessions: int
    converted: int


async def price_distribution(
    pool: Pool, question: Question, catalogue: Catalogue
) -> PriceDistribution:
    async with reading(pool) as connection:
        counts = await count(connection, question, ("price",), catalogue)
    priced = sorted(
        _Priced(int(row.value_text), row.count, row.unique_sessions) for row in counts.of("price")
    )
    prices = [(each.price_eur, each.sessions) for each in priced]
    quantiles = Quantiles(*(nearest_rank(prices, percent) for percent in (10, 25, 50, 75, 90)))
    return PriceDistribution(question.period.name, _buckets(priced), quantiles, counts.as_of)


def _buckets(priced: Sequence[_Priced]) -> list[Bucket]:
    if not priced:
        return []
    first, last = priced[0].price_eur // BUCKET_EUR, priced[-1].price_eur // BUCKET_EUR
    sessions = [0] * (last - first + 1)
    converted = list(sessions)
    for each in priced:
        place = each.price_eur // BUCKET_EUR - first
        sessions[place] += each.sessions
        converted[place] += each.converted
    return [
        Bucket((first + n) * BUCKET_EUR, (first + n + 1) * BUCKET_EUR, sessions[n], converted[n])
        for n in range(last - first + 1)
    ]
