"""Who is on the other side: device, browser, where they came from, and whether it is a program."""

import re
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, cast
from urllib.parse import urlsplit

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from ua_parser import BasicResolver, Domain, load_lazy_builtins

UNKNOWN = "unknown"
DIRECT = "direct"
BURST = "burst"

BURST_ABOVE = 20
"""More interactions than this within one whole UTC second are a program's."""


class DeviceType(StrEnum):
    MOBILE = "mobile"
    TABLET = "tablet"
    DESKTOP = "desktop"
    UNKNOWN = "unknown"


DEVICE_TYPES = frozenset(DeviceType)

_CACHED: Final = 4096  # user agents; a few hundred make up nearly all traffic
_CHUNK: Final = 25  # patterns per regex: one alternation of 1,500 is many times slower

_TELEVISION = re.compile(r"\bTV\b|SmartTV|SMART-TV|AppleTV|GoogleTV|HbbTV|CrKey|BRAVIA|\bAFT[A-Z]")
_TABLET = re.compile(r"iPad|Tablet(?! PC)|Kindle|PlayBook|\bSilk/(?!.*Mobile)|Android(?!.*Mobile)")
_MOBILE = re.compile(r"iPhone|iPod|Mobile|Windows Phone|BlackBerry|BB10|Opera Mini|J2ME")
_DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS|Linux")

CHECK_AGENT = "nesthaus-check"
"""The user agent of `nesthaus verify`, whose sessions are in no figure."""

_AUTOMATION = re.compile(
    r"Headless\w*|PhantomJS|SlimerJS|Puppeteer|Playwright|Selenium|WebDriver|Cypress|HtmlUnit|jsdom"
    r"|python-requests|python-urllib|\bpython/\d|httpx|aiohttp|urllib3|\b(?:lib)?curl\b|\bwget\b"
    r"|Go-http-client|okhttp|Apache-HttpClient|\bJava/\d|\baxios\b|node-fetch|\bundici\b|^node\b"
    r"|\bDeno/|\bBun/|libwww-perl|GuzzleHttp|Faraday|Scrapy|PostmanRuntime|HTTPie|PowerShell"
    r"|\bk6/|JMeter|\blocust\b|ApacheBench|vegeta",
    re.IGNORECASE,
)


def device_type(said: str | None, user_agent: str | None) -> DeviceType:
    """What the page said where that is one of the types, else what the user agent tells."""
    if said is not None and said in DEVICE_TYPES:
        return DeviceType(said)
    return DeviceType.UNKNOWN if user_agent is None else _device_type(user_agent)


@lru_cache(_CACHED)
def _device_type(user_agent: str) -> DeviceType:
    if _TELEVISION.search(user_agent):
        return DeviceType.UNKNOWN
    if _TABLET.search(user_agent):
        return DeviceType.TABLET
    if _MOBILE.search(user_agent):
        return DeviceType.MOBILE
    return DeviceType.DESKTOP if _DESKTOP.search(user_agent) else DeviceType.UNKNOWN


def browser_name(user_agent: str | None) -> str:
    """The browser's family, such as `Firefox` or `Mobile Safari`, else `unknown`."""
    return UNKNOWN if user_agent is None else _browser_name(user_agent)


@lru_cache(_CACHED)
def _browser_name(user_agent: str) -> str:
    browser = _resolver()(user_agent, Domain.USER_AGENT).user_agent
    return UNKNOWN if browser is None else browser.family[:100] or UNKNOWN


@cache
def _resolver() -> BasicResolver:
    # Lazy: each of the thousand patterns is compiled when it is first needed, not at start.
    return BasicResolver(load_lazy_builtins())


def referrer_host(referrer: str | None) -> str:
    """The host of an absolute address, else `direct`."""
    try:
        return urlsplit(referrer or "").hostname or DIRECT
    except ValueError:
        return DIRECT


def program_behind(user_agent: str | None) -> str | None:
    """Why this user agent is no person's: `automation: HeadlessChrome`, `crawler: Googlebot`,
    `own: nesthaus-check`."""
    return None if user_agent is None else _program_behind(user_agent)


@lru_cache(_CACHED)
def _program_behind(user_agent: str) -> str | None:
    if user_agent.startswith(CHECK_AGENT):
        return f"own: {CHECK_AGENT}"
    # The crawler list names the tools of automation too; ours goes first, so that the reason
    # tells a script from a crawler.
    if tool := _AUTOMATION.search(user_agent):
        return f"automation: {_named(tool)}"
    crawlers = (pattern.search(user_agent) for pattern in _crawlers())
    crawler = next(filter(None, crawlers), None)
    return None if crawler is None else f"crawler: {_named(crawler)}"


def _named(match: re.Match[str]) -> str:
    return match.group().strip(" /;()")[:100]


@cache
def _crawlers() -> tuple[re.Pattern[str], ...]:
    listed = cast("list[dict[str, str]]", CRAWLER_USER_AGENTS_DATA)
    patterns = [entry["pattern"] for entry in listed]
    chunks = (patterns[first : first + _CHUNK] for first in range(0, len(patterns), _CHUNK))
    return tuple(re.compile("|".join(chunk)) for chunk in chunks)
