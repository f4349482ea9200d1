"""What programs do on the page: crawlers read, scripts click."""

from random import Random

from nesthaus.domain.visitors import BURST_ABOVE
from nesthaus.seed.tracker import Tracker
from nesthaus.seed.visitors import BURSTING, Visitor

_PAGES = ("/", "/configurator", "/about", "/imprint", "/contact")


def play_bot(visitor: Visitor, tracker: Tracker, random: Random) -> None:
    tracker.open({})
    tracker.wait(random.uniform(5, 40))
    if visitor.temperament is BURSTING:
        tracker.load("/configurator")
        _click_in_one_second(tracker, random)
    else:
        for path in random.sample(_PAGES, random.randint(1, len(_PAGES))):
            tracker.load(path)
            tracker.wait(random.uniform(200, 4_000))
    tracker.send()


def _click_in_one_second(tracker: Tracker, random: Random) -> None:
    """As one who tries everything at once; always more than a hand can do."""
    tracker.wait(1_000 - tracker.now_ms % 1_000)
    clicks = BURST_ABOVE + random.randint(8, 40)
    for _ in range(clicks):
        tracker.track("click", value="order", element_id="order")
        tracker.wait(900 // clicks)
