"""Was a change asked for by one of our own pages, or by a page of another site?"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

_OWN = frozenset({"same-origin", "none"})  # none: typed by the person, or no page at all


def comes_from_elsewhere(headers: Headers) -> bool:
    """As browsers tell it: by Sec-Fetch-Site, which knows of proxies in between, or else by Origin
    against Host. What sends neither is no browser, and nobody's cookie is in it by mistake."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OWN
    origin = headers.get("origin")
    if origin is None:
        return False
    return not _is_host(origin, headers.get("host", ""))


def _is_host(origin: str, host: str) -> bool:
    """Ports that go without saying are left out by browsers in both, so the texts are equal."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False
