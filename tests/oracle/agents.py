"""User agents whose device, browser and nature nobody can argue about.

A figure of the counter must not be read from the parser the product uses in the way the product
uses it: what a string means is written here by hand, and held against the libraries in a test.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    text: str
    device: str
    browser: str  # the family, as ua-parser names it
    is_bot: bool = False


_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"

PEOPLE = (
    Agent(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Safari/537.36", "desktop", "Chrome"
    ),
    Agent(
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "desktop",
        "Firefox",
    ),
    Agent(
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Safari/605.1.15",
        "desktop",
        "Safari",
    ),
    Agent(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Safari/537.36 Edg/138.0.0.0",
        "desktop",
        "Edge",
    ),
    Agent(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_APPLE} "
        "Mobile/15E148 Safari/604.1",
        "mobile",
        "Mobile Safari",
    ),
    Agent(
        f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {_APPLE} Mobile/15E148 Safari/604.1",
        "tablet",
        "Mobile Safari",
    ),
    Agent(
        f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {_WEBKIT} Mobile Safari/537.36",
        "mobile",
        "Chrome Mobile",
    ),
)
PROGRAMS = (
    Agent(
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "unknown",
        "Googlebot",
        is_bot=True,
    ),
    Agent(
        f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT.replace('Chrome', 'HeadlessChrome')} "
        "Safari/537.36",
        "desktop",
        "HeadlessChrome",
        is_bot=True,
    ),
)
BY_TEXT = {agent.text: agent for agent in PEOPLE + PROGRAMS}
NOBODY = Agent("", "unknown", "unknown")


def agent_of(text: str | None) -> Agent:
    return BY_TEXT[text] if text else NOBODY
