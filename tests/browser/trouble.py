"""All that goes wrong between a page and its server while a visitor goes on; between two of these
nothing waits until the last one is over."""

from playwright.sync_api import Page, Route

from tests.browser.acts import PAGE, Visitor
from tests.browser.shop import Shop, event_ids, everything_is_sent

OFFLINE_MS = 30_000
NO_BEACON = "navigator.sendBeacon = () => false"
NEVER_HEARD_OF_BEACONS = "delete Navigator.prototype.sendBeacon"
# The system kills a tab without telling its page: no listener hears that it goes.
KILLED = """
for (const type of ['pagehide', 'visibilitychange'])
  addEventListener(type, (event) => event.isTrusted && event.stopImmediatePropagation(), true);
"""


def reloads(shop: Shop, visitor: Visitor) -> None:
    """100 interactions; each page goes before anything of it can have left, the first one before
    the server has told it the time."""
    page = shop.open(body=PAGE)
    for _ in range(4):
        visitor.acts(page, 20)
        page.reload()
    visitor.acts(page, 20)
    everything_is_sent(page)
    page.close()


def closed_tabs(shop: Shop, visitor: Visitor) -> None:
    """60: a tab closed by the visitor, one by the browser, one killed."""
    closed = shop.open(body=PAGE)
    visitor.acts(closed, 20)
    closed.close(run_before_unload=True)
    dropped = shop.open(body=PAGE)
    visitor.acts(dropped, 20)
    dropped.close()
    killed = tab_with(shop, KILLED)
    visitor.acts(killed, 20)
    killed.close()


def two_tabs_at_once(shop: Shop, visitor: Visitor) -> tuple[Page, Page]:
    """100, now here, now there. Both tabs stay."""
    tabs = shop.open(body=PAGE), shop.open(body=PAGE)
    for _ in range(5):
        for tab in tabs:
            visitor.acts(tab, 10)
    return tabs


def half_a_minute_offline(shop: Shop, visitor: Visitor, tabs: tuple[Page, Page]) -> None:
    """80 in 30 s by the page's clock; a third tab is killed meanwhile."""
    third = tab_with(shop, KILLED)
    everything_is_sent(third)
    shop.context.set_offline(True)
    visitor.acts(third, 20)
    third.close()
    began = tabs[0].evaluate("Date.now()")
    for step in range(6):
        shop.context.clock.fast_forward(OFFLINE_MS // 6)
        visitor.acts(tabs[step % 2], 10)
    assert tabs[0].evaluate("Date.now()") >= began + OFFLINE_MS
    shop.context.set_offline(False)


def a_restart_of_the_server(shop: Shop, visitor: Visitor, tabs: tuple[Page, Page]) -> None:
    """80: right before it stops, while it is away, in a tab closed meanwhile, when it is back."""
    first, second = tabs
    third = shop.open(body=PAGE)
    visitor.acts(first, 20)
    shop.stack.stop()
    visitor.acts(second, 20)
    visitor.acts(third, 20)
    third.close()
    shop.stack.start()
    visitor.acts(first, 20)


def blocked_beacons(shop: Shop, visitor: Visitor) -> None:
    """60: a beacon that is refused, one the browser does not know, and no call gets through."""
    for script in (NO_BEACON, NEVER_HEARD_OF_BEACONS):
        page = tab_with(shop, script)
        visitor.acts(page, 20)
        page.close(run_before_unload=True)
    blocked = shop.open(body=PAGE)
    blocked.route("**/api/**", lambda route: route.abort())
    visitor.acts(blocked, 20)
    blocked.close(run_before_unload=True)


def a_lost_answer(shop: Shop, visitor: Visitor) -> set[str]:
    """20, of which the server takes a batch whose answer never comes back. The ids of that."""
    page = shop.open(body=PAGE)
    everything_is_sent(page)
    taken: set[str] = set()

    def lose(route: Route) -> None:
        if taken:
            route.continue_()
            return
        taken.update(event_ids(route.request))
        route.fetch()
        route.abort()

    page.route("**/track-batch", lose)
    visitor.acts(page, 20)
    everything_is_sent(page)
    page.unroute("**/track-batch")
    page.close()
    return taken


def an_order(shop: Shop) -> Page:
    """In a tab that closes at once; the tab opened next has all that is left to send."""
    page = shop.open(body=PAGE)
    page.evaluate("nest.convert({ orderId: 'order' })")
    page.close()
    return shop.open(body=PAGE)


def tab_with(shop: Shop, script: str) -> Page:
    """A new tab with the page of the one before, in which that runs before any other script."""
    page = shop.context.new_page()
    page.add_init_script(script)
    page.goto(shop.url)
    return page
