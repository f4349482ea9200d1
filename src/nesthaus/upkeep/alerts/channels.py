"""Where notices go: whatever has an address that apprise knows, and any webhook."""

import asyncio
import logging
import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

SEND_WITHIN_S = 20.0

# Of these the host is no secret; of the others it may be a part of a key.
_SHOWS_HOST = {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"}
# A comma stands in some addresses, too.
_BETWEEN = re.compile(r"\s*,\s*(?=[a-zA-Z][a-zA-Z0-9+.-]*://)|\s+")
# Each address by itself says what became of it, in its own words.
_apprise_log = logging.getLogger("apprise")


class Channel(Struct, frozen=True):
    """`id` stays while the address stays. `name` tells no secret."""

    id: str
    name: str
    url: str


class Delivery(Struct, frozen=True, omit_defaults=False):
    """`error` is one line, where it was not sent."""

    channel: str
    sent: bool
    error: str | None


def channels_of(text: str) -> tuple[Channel, ...]:
    """Of addresses separated by spaces or commas. Raises ValueError that says what is allowed."""
    urls = [part for part in _BETWEEN.split(text.strip()) if part]
    return tuple(_channel(number, url) for number, url in enumerate(urls, start=1))


def _channel(number: int, url: str) -> Channel:
    known = _known(url)
    if known is None:
        raise ValueError(
            f"addresses that apprise knows, such as mailto://…, slack://… or json://…, separated"
            f" by spaces (number {number} is none)"
        )
    scheme, host = urlsplit(known).scheme, urlsplit(known).hostname
    digest = sha256(known.encode()).hexdigest()[:8]
    place = f"{scheme}://{host}" if scheme in _SHOWS_HOST else f"{scheme}://…"
    return Channel(digest, f"{place} ({digest[:4]})", known)


def _known(url: str) -> str | None:
    """A page's address is either one of a service, Slack's perhaps, or a webhook of one's own."""
    webhook = re.sub(r"^http(s?)://", r"json\1://", url)
    return next((each for each in (url, webhook) if _plugin(each) is not None), None)


@cache
def _apprise() -> Any:
    """Loaded where there is a channel: it takes 0.2 s, which every command would pay."""
    return import_module("apprise")


def _plugin(url: str) -> Any:
    instantiate = _apprise().Apprise.instantiate
    level = _apprise_log.level
    _apprise_log.setLevel(logging.CRITICAL)
    try:
        return instantiate(url, suppress_exceptions=True)
    finally:
        _apprise_log.setLevel(level)


async def send_to(
    channels: Sequence[Channel], title: str, body: str, *, is_bad: bool
) -> list[Delivery]:
    """To all of them side by side. Raises nothing."""
    return list(
        await asyncio.gather(*(_send(channel, title, body, is_bad) for channel in channels))
    )


async def _send(channel: Channel, title: str, body: str, is_bad: bool) -> Delivery:
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            error = await asyncio.to_thread(_notify, channel.url, title, body, is_bad)
    except TimeoutError:
        error = f"no answer within {SEND_WITHIN_S:.0f} s"
    return Delivery(channel.name, error is None, error)


def _notify(url: str, title: str, body: str, is_bad: bool) -> str | None:
    """None, or why it was not sent. In a thread: apprise waits for the other side."""
    module = _apprise()
    kind = module.NotifyType.FAILURE if is_bad else module.NotifyType.SUCCESS
    sender = module.Apprise(_plugin(url))
    try:
        # Lines stay lines where a channel wants HTML.
        sent = sender.notify(body, title, kind, body_format=module.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001 - a plugin may fail in any way
        return f"{type(error).__name__} in the sending"
    return None if sent else "the other side cannot be reached, or did not take it"
