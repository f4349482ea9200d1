"""What do the houses cost that visitors end up with."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from msgspec import Struct

from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.ranks import nearest_rank, rank_of
from nesthaus.domain.spreads import LAST_PRICE_BUCKET, PRICE_STEP_EUR
from nesthaus.report.counts import as_of, count
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading
from nesthaus.report.spreads import Ranks, StoredSpreads, stored_spreads

BUCKET_EUR = 25_000
_PERCENTS = (10, 25, 50, 75, 90)


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
        stored = await stored_spreads(connection, question, "price")
        if stored is not None:
            return PriceDistribution(
                question.period.name,
                _buckets(await _steps(stored)),
                Quantiles(*await _quantiles(stored)),
                await as_of(connection, question),
            )
        counts = await count(connection, question, ("price",), catalogue)
    priced = sorted(
        _Priced(int(row.value_text), row.count, row.unique_sessions) for row in counts.of("price")
    )
    prices = [(each.price_eur, each.sessions) for each in priced]
    quantiles = Quantiles(*(nearest_rank(prices, percent) for percent in _PERCENTS))
    return PriceDistribution(question.period.name, _buckets(priced), quantiles, counts.as_of)


async def _quantiles(stored: StoredSpreads) -> list[int | None]:
    keys = tuple(stored.spreads)
    count = sum(spread.count for spread in stored.spreads.values())
    if not count:
        return [None] * len(_PERCENTS)
    ranks = [rank_of(percent, count) for percent in _PERCENTS]
    return list((await stored.at_ranks([Ranks(keys, ranks)]))[0])


async def _steps(stored: StoredSpreads) -> list[_Priced]:
    """As if every price were the least one of its bucket, which lies within one of ours; those of
    the last bucket are told one by one."""
    last = await stored.in_buckets((key, LAST_PRICE_BUCKET) for key in stored.spreads)
    priced = [
        _Priced(price, 1, int(converted))
        for ((_, converted), _), runs in last.items()
        for price in chain.from_iterable(runs)
    ]
    for (_, converted), spread in stored.spreads.items():
        before = 0
        for place, end in enumerate(spread.ends):
            bucket, there = spread.first_bucket + place, end - before
            before = end
            if there and bucket != LAST_PRICE_BUCKET:
                sold = there if converted else 0
                priced.append(_Priced(bucket * PRICE_STEP_EUR, there, sold))
    return sorted(priced)


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
