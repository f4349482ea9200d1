"""What a setting's text may be. Each parser raises ValueError whose text says what is allowed."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import psycopg
from psycopg.conninfo import conninfo_to_dict

from nesthaus.access.addresses import Networks
from nesthaus.access.password_rules import InvalidPassword, checked_password


def whole(least: int, greatest: int) -> Callable[[str], int]:
    allowed = f"a whole number from {least:,} to {greatest:,}"

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= greatest:
            raise ValueError(allowed)
        return int(text)

    return parse


def whole_or_none(least: int, greatest: int) -> Callable[[str], int]:
    """0 switches off what is set so."""
    within = whole(least, greatest)

    def parse(text: str) -> int:
        if text == "0":
            return 0
        try:
            return within(text)
        except ValueError as error:
            raise ValueError(f"{error}, or 0") from None

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


def database(text: str) -> str:
    return _address(text, "postgresql", "postgres", readable=conninfo_to_dict)


def stream(text: str) -> str:
    # Loaded where there is an address: it takes 0.3 s, which every command would pay.
    from nesthaus.stream.connection import connect  # noqa: PLC0415

    def readable(text: str) -> object:
        return connect(text, 0).connection_pool.make_connection()

    return _address(text, "redis", "rediss", "valkey", "valkeys", "unix", readable=readable)


def _address(text: str, *schemes: str, readable: Callable[[str], object]) -> str:
    """What `readable` says against an address may quote its password."""
    if text.partition("://")[0] not in schemes or "://" not in text:
        begins = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"an address that begins with {begins}")
    try:
        readable(text)
    except (ValueError, TypeError, psycopg.ProgrammingError):
        example = f"{schemes[0]}://user:password@host:port/name"
        raise ValueError(
            f"an address such as {example}, in which signs like @ / # % are escaped (%40 for @)"
        ) from None
    return text


_A_PAGE = "an address such as https://tracking.shop.example"


def page(text: str) -> str:
    """Without the slash at its end."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(_A_PAGE) from None
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not is_plain:
        raise ValueError(_A_PAGE)
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


def drive_folders(text: str) -> tuple[str, ...]:
    folders = tuple(dict.fromkeys(part for part in re.split(r"[,\s]+", text) if part))
    for folder in folders:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", folder):
            raise ValueError("ids of folders, as their addresses end in, separated by commas")
    return folders


def store(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+]*://\S+", text):
        raise ValueError("an address of fsspec such as file:///srv/media or s3://bucket/media")
    return text


def existing_file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError("an existing file")
    return Path(text)


def directory(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError("a folder")
    return Path(text)


def existing_directory(text: str) -> Path:
    if not Path(text).is_dir():
        raise ValueError("an existing folder")
    return Path(text)
