"""The built pages: tracker script, demo configurator, API documentation. Nothing from elsewhere.

`make install` builds them into the package's folder `web`; a released wheel contains them.
"""

from pathlib import Path

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


class _Assets(StaticFiles):
    """Files whose names change with their content, so that they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOREVER
        return _guarded(response, _POLICY)


def _guarded(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def page_routes(web: Path = WEB) -> list[BaseRoute]:
    """A page that is not built is a 404 that says how to build it."""

    def file(request: Request, name: str, cache: str, policy: str) -> Response:
        path = web / name
        if not path.is_file():
            raise not_found(f"{name} is not built; `make install` builds it.")
        response: Response = FileResponse(path, stat_result=path.stat())
        etag = response.headers["ETag"]
        if etag in request.headers.get("if-none-match", ""):
            response = Response(status_code=304, headers={"ETag": etag})
        response.headers["Cache-Control"] = cache
        return _guarded(response, policy)

    async def tracker(request: Request) -> Response:
        response = file(request, request.url.path.lstrip("/"), _AN_HOUR, _POLICY)
        # Other sites' pages load the script, also as a module, which needs CORS.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def demo(request: Request) -> Response:
        return file(request, "demo/index.html", "no-cache", _POLICY)

    async def docs(request: Request) -> Response:
        return file(request, "docs/index.html", "no-cache", _DOCS_POLICY)

    async def docs_file(request: Request) -> Response:
        name = Path(request.path_params["name"]).name
        return file(request, f"docs/{name}", _AN_HOUR, _DOCS_POLICY)

    async def home(_: Request) -> Response:
        return RedirectResponse("/demo")

    return [
        Route("/tracker.js", tracker),
        Route("/tracker.mjs", tracker),
        Route("/demo", demo),
        Mount("/demo/assets", _Assets(directory=web / "demo" / "assets", check_dir=False)),
        Route("/api/docs", docs),
        Route("/api/docs/{name}", docs_file),
        Route("/", home),
    ]
