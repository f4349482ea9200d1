"""The built pages: tracker, demo, dashboard, API documentation. Nothing from elsewhere.

`make install` builds them into the package's folder `web`; a released wheel contains them.
"""

import gzip
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from nesthaus.responses import not_found

WEB = Path(__file__).parent / "web"

_STRICT = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
_FRAMES = "frame-ancestors 'none'"
_POLICY = _STRICT + _FRAMES
# The documentation page's components set style attributes and embed their icons as data.
_DOCS_POLICY = _STRICT + "style-src 'self' 'unsafe-inline'; img-src 'self' data:; " + _FRAMES
_FOREVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"
# As those below, told here.
_PACKED_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

TRACKER_PATH = "/tracker.js"
# By what stands in place of `.js` in the tracker's path. Told here, because what a system's own
# table says of these names differs, and a module of another type is refused by browsers.
_TRACKER_TYPES = {
    ".js": "text/javascript",
    "-more.js": "text/javascript",
    ".mjs": "text/javascript",
    ".d.ts": "text/plain",
    ".d.mts": "text/plain",
}


class _Assets(StaticFiles):
    """Files whose names change with their content, so that they may be kept for ever.

    Beside those that shrink lies a smaller copy, `….gz`.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self._smaller(path, scope) or await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOREVER
        response.headers["Vary"] = "Accept-Encoding"
        return _guarded(response, _POLICY)

    async def _smaller(self, path: str, scope: Scope) -> Response | None:
        takes_gzip = "gzip" in Request(scope).headers.get("accept-encoding", "")
        if not takes_gzip or Path(path).suffix not in _PACKED_TYPES:
            return None
        try:
            response = await super().get_response(f"{path}.gz", scope)
        except HTTPException:
            return None
        response.headers["Content-Type"] = _PACKED_TYPES[Path(path).suffix]
        response.headers["Content-Encoding"] = "gzip"
        return response


def _guarded(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@lru_cache(maxsize=len(_TRACKER_TYPES))
def _packed(path: Path, _changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _built(web: Path, name: str) -> Path:
    path = web / name
    with suppress(OSError):  # a name may be longer than a file's can be
        if path.is_file():
            return path
    raise not_found(f"{name} is not built; `make install` builds it.")


def _unless_known(request: Request, response: Response) -> Response:
    """304 where the browser has this version already."""
    etag = response.headers["ETag"]
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": etag})
    return response


def _tracker_routes(web: Path, tracker_path: str) -> list[BaseRoute]:
    """The tracker's files under the default name, which stays, and under the one it was given."""

    def route(stem: str, ending: str, media_type: str) -> Route:
        async def tracker(request: Request) -> Response:
            path = _built(web, f"tracker{ending}")
            changed_ns = path.stat().st_mtime_ns
            headers = {"ETag": f'"{changed_ns:x}"', "Vary": "Accept-Encoding"}
            if "gzip" in request.headers.get("accept-encoding", ""):
                body = _packed(path, changed_ns)
                headers |= {"ETag": f'"{changed_ns:x}-gzip"', "Content-Encoding": "gzip"}
            else:
                body = path.read_bytes()
            answer = Response(body, headers=headers, media_type=media_type)
            response = _unless_known(request, answer)
            response.headers["Cache-Control"] = _AN_HOUR
            response.headers["Vary"] = "Accept-Encoding"
            # Other sites' pages load the script, also as a module, which needs CORS.
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return _guarded(response, _POLICY)

        return Route(stem + ending, tracker)

    stems = {path.removesuffix(".js") for path in (TRACKER_PATH, tracker_path)}
    return [
        route(stem, ending, media_type)
        for stem in sorted(stems)
        for ending, media_type in _TRACKER_TYPES.items()
    ]


def page_routes(tracker_path: str = TRACKER_PATH, web: Path = WEB) -> list[BaseRoute]:
    """A page that is not built is a 404 that says how to build it."""

    def file(request: Request, name: str, cache: str, policy: str) -> Response:
        path = _built(web, name)
        response = _unless_known(request, FileResponse(path, stat_result=path.stat()))
        response.headers["Cache-Control"] = cache
        return _guarded(response, policy)

    async def demo(request: Request) -> Response:
        return file(request, "demo/index.html", "no-cache", _POLICY)

    async def dashboard(request: Request) -> Response:
        """Its page for every address below it: which view that is, the page finds out itself."""
        return file(request, "admin/index.html", "no-cache", _POLICY)

    async def docs(request: Request) -> Response:
        return file(request, "docs/index.html", "no-cache", _DOCS_POLICY)

    async def docs_file(request: Request) -> Response:
        name = Path(request.path_params["name"]).name
        return file(request, f"docs/{name}", _AN_HOUR, _DOCS_POLICY)

    async def home(_: Request) -> Response:
        return RedirectResponse("/demo")

    return [
        *_tracker_routes(web, tracker_path),
        Route("/demo", demo),
        Mount("/demo/assets", _Assets(directory=web / "demo" / "assets", check_dir=False)),
        Mount("/admin/assets", _Assets(directory=web / "admin" / "assets", check_dir=False)),
        Route("/admin", dashboard),
        Route("/admin/{view:path}", dashboard),
        Route("/api/docs", docs),
        Route("/api/docs/{name}", docs_file),
        Route("/", home),
    ]
