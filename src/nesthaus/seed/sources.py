"""Where visitors come from."""

from dataclasses import dataclass
from functools import cache

from nesthaus.seed.chance import Weighted

_ALL_YEAR = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Source:
    referrer: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None


DIRECT = Source()

# Source, share, the months in which it runs.
_SOURCES: tuple[tuple[Source, float, tuple[int, ...]], ...] = (
    (DIRECT, 30, _ALL_YEAR),
    (Source("https://www.google.com/"), 26, _ALL_YEAR),
    (Source("https://www.bing.com/"), 4, _ALL_YEAR),
    (Source("https://duckduckgo.com/"), 2, _ALL_YEAR),
    (Source("https://www.google.com/", "google", "cpc", "brand"), 8, _ALL_YEAR),
    (Source("https://www.google.com/", "google", "cpc", "modular-house"), 9, _ALL_YEAR),
    (Source("https://l.instagram.com/", "instagram", "paid_social", "spring"), 12, (3, 4, 5)),
    (Source("https://l.instagram.com/", "instagram", "paid_social", "autumn"), 12, (9, 10, 11)),
    (Source("https://l.facebook.com/", "facebook", "paid_social", "open-house"), 6, (5, 6, 10)),
    (Source("https://www.pinterest.com/"), 3, _ALL_YEAR),
    (Source(None, "newsletter", "email", "monthly"), 5, _ALL_YEAR),
    (Source(None, "newsletter", "email", "new-prices"), 7, (6, 9, 12)),
    (Source("https://www.houzz.com/"), 3, _ALL_YEAR),
    (Source("https://magazine.example/houses-that-grow"), 2, _ALL_YEAR),
    (Source(None, "trade-fair", "qr", "stand"), 4, (1, 2, 9)),
)


@cache
def sources_of(month: int) -> Weighted[Source]:
    """Those of a calendar month, 1 to 12."""
    return Weighted((source, share) for source, share, months in _SOURCES if month in months)
