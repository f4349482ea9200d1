"""What a setting's text may be. Each parser raises ValueError whose text says what is allowed."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from nesthaus.access.addresses import Networks
from nesthaus.access.password_rules import InvalidPassword, checked_password


def whole(least: int, greatest: int) -> Callable[[str], int]:
    allowed = f"a whole number from {least:,} to {greatest:,}"

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= greatest:
            raise ValueError(allowed)
        return int(text)

    return parse


def one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(" or ".join(allowed))
        return text

    return parse


def flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("0 or 1")
    return text == "1"


def zone(text: str) -> ZoneInfo:
    if text not in available_timezones():
        raise ValueError("a name of the IANA time zone database, such as Europe/Vienna")
    return ZoneInfo(text)


def origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for origin in origins:
        if origin != "*" and not re.fullmatch(r"https?://[^/\s]+", origin):
            raise ValueError("* or origins such as https://shop.example, separated by commas")
    if not origins:
        raise ValueError("* or at least one origin such as https://shop.example")
    return origins


def url(*schemes: str) -> Callable[[str], str]:
    allowed = "an address that begins with " + " or ".join(f"{scheme}://" for scheme in schemes)

    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(allowed)
        return text

    return parse


def page(text: str) -> str:
    """Without the slash at its end."""
    parts = urlsplit(text)
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not is_plain:
        raise ValueError("an address such as https://tracking.shop.example")
    return text.rstrip("/")


_OTHER_ROUTES = ("/api/", "/admin/", "/demo/")


def script_path(text: str) -> str:
    segment = r"/[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
    if not re.fullmatch(rf"(?:{segment})+\.js", text) or len(text) > 200:
        raise ValueError("a path such as /assets/shop.js, of A-Z a-z 0-9 . _ ~ - and ending in .js")
    # Beside the script lies what it loads later, under a name made from its own.
    if text.startswith(_OTHER_ROUTES) or text == "/tracker-more.js":
        raise ValueError("a path outside " + " ".join(_OTHER_ROUTES) + " and not /tracker-more.js")
    return text


def networks(text: str) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in text.split(",") if part.strip())
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise ValueError(
                "addresses or networks such as 10.0.0.0/8, separated by commas"
            ) from None
    return networks


def ranges(text: str) -> Networks:
    return tuple(ip_network(part) for part in networks(text))


def password(text: str) -> str:
    try:
        return checked_password(text)
    except InvalidPassword as error:
        raise ValueError(str(error).removeprefix("a password has ")) from None


def directory(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError("a folder")
    return Path(text)


def existing_directory(text: str) -> Path:
    if not Path(text).is_dir():
        raise ValueError("an existing folder")
    return Path(text)
