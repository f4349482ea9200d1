"""How quick the page was for a visitor: web vitals, images, calls."""

from random import Random

from nesthaus.seed.chance import varied
from nesthaus.seed.devices import Device
from nesthaus.seed.tracker import Tracker

_MEASURED = 0.35  # share of page loads that tell
_IMAGES = ("hero", "house", "cladding", "interior", "floor")
_FAILING = 0.004


def measure_load(random: Random, tracker: Tracker, device: Device) -> None:
    """One call after a page has loaded."""
    if random.random() >= _MEASURED:
        return
    slowness = varied(random, 2.0 if device.is_mobile else 1.0, 0.35)
    image = {"url": f"/images/{random.choice(_IMAGES)}.avif"}
    route = {"route": "/api/pricing/data"}
    tracker.measure(
        ("TTFB", _around(random, 120 * slowness, 0.5), "ms", None),
        ("LCP", _around(random, 1_150 * slowness, 0.4), "ms", None),
        ("INP", _around(random, 70 * slowness, 0.6), "ms", None),
        ("CLS", round(min(random.expovariate(30), 1.0), 4), "score", None),
        ("image_load_time", _around(random, 180 * slowness, 0.7), "ms", {**image}),
        ("api_response_time", _around(random, 2.2 * device.latency_ms, 0.5), "ms", {**route}),
    )
    if random.random() < _FAILING:
        tracker.measure(("api_error", 1.0, "count", {**route, "status": 503}))


def measure_price(random: Random, tracker: Tracker, device: Device) -> None:
    """One call after the page had asked for a price."""
    if random.random() < _MEASURED:
        spent_ms = _around(random, 1.3 * device.latency_ms, 0.5)
        tracker.measure(("price_calc_time", spent_ms, "ms", None))


def _around(random: Random, median_ms: float, spread: float) -> float:
    return round(varied(random, median_ms, spread), 1)
