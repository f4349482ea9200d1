"""One session through the public routes to its journey: does a running nesthaus do its work?"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.visitors import CHECK_AGENT

_LOOK_EVERY_S = 0.1
_MOST_S_OF_A_CALL = 10.0
_OK, _CREATED, _ACCEPTED = 200, 201, 202

Told = Callable[[str], None]
Body = Mapping[str, Any]


class NotVerified(Exception):
    """One line: what did not happen."""


class Check:
    """Of the nesthaus at `url`; `token` may read its admin API. All of it ends `within_s`."""

    def __init__(self, url: str, token: str, within_s: float, told: Told) -> None:
        self._url = urlsplit(url)
        self._token = token
        self._within_s = within_s
        self._began = time.monotonic()
        self._told = told
        self._session_id = f"check-{uuid4()}"
        self._last_missing = ""

    def run(self) -> str:
        """The id of the session, which is marked as our own: it is in no figure. Raises
        NotVerified."""
        self._until("it is ready", self._is_ready)
        option = self._first_option()
        self._send(option)
        self._until("the session's journey is told", self._is_told)
        return self._session_id

    def _is_ready(self) -> str | None:
        status, answer = self._call("GET", "/readyz")
        if status == _OK:
            return None
        return f"/readyz answers {status}: {'; '.join(answer.get('reasons', ()))}"

    def _first_option(self) -> dict[str, str]:
        prices = self._expect(_OK, "GET", "/api/pricing/data")
        category = prices["categories"][0]
        return {category["id"]: category["options"][0]["id"]}

    def _send(self, option: dict[str, str]) -> None:
        """The events twice, as a tracker does that lost the answer."""
        ids = Uuid7Source()
        ((category, value),) = option.items()
        events: list[dict[str, str]] = [
            {"type": "page_view", "category": "page", "value": "/check"},
            {"type": "selection", "category": category, "value": value},
            {"type": "click", "category": category},
        ]
        now = datetime.now(UTC)
        events = [each | {"eventId": str(ids.make(now))} for each in events]
        self._post(_CREATED, "create", {"deviceInfo": {"userAgent": CHECK_AGENT}})
        for _ in range(2):
            answer = self._post(_ACCEPTED, "track-batch", {"events": events})
            if answer.get("accepted") != len(events):
                raise NotVerified(f"track-batch did not take every event: {answer}")
        self._post(_ACCEPTED, "save-configuration", {"configuration": option})
        self._post(_ACCEPTED, "finalize", {"conversionStatus": "abandoned"})
        self._told("a session was taken")

    def _is_told(self) -> str | None:
        path = "/api/admin/analytics/user-journey"
        query = urlencode({"sessionId": self._session_id})
        status, journey = self._call("GET", f"{path}?{query}", token=self._token)
        if status == 0 and self._last_missing:
            return self._last_missing  # says more than that this one was too slow
        if status != _OK:
            return f"its journey answers {status}" if status else str(journey["detail"])
        told = (len(journey["interactions"]), len(journey["snapshots"]))
        if told != (3, 1) or journey["session"]["conversionStatus"] != "abandoned":
            return f"{told[0]} of 3 events and {told[1]} of 1 configurations are stored"
        if not str(journey["session"]["botReason"]).startswith("own: "):
            raise NotVerified("the session is not marked as our own")
        return None

    def _until(self, what: str, missing: Callable[[], str | None]) -> None:
        """`missing` says why it is not so yet."""
        self._last_missing = ""
        while (reason := missing()) is not None:
            self._last_missing = reason
            if self._left_s() <= _LOOK_EVERY_S:
                raise NotVerified(f"not within {self._within_s:g} s: {reason}")
            time.sleep(_LOOK_EVERY_S)
        self._told(f"{what} after {time.monotonic() - self._began:.1f} s")

    def _left_s(self) -> float:
        return self._began + self._within_s - time.monotonic()

    def _post(self, expected: int, route: str, body: Body) -> dict[str, Any]:
        # Consent of its own: nobody is behind it, and a refused session proves nothing.
        whole = {"sessionId": self._session_id, "consent": "all", **body}
        return self._expect(expected, "POST", f"/api/sessions/{route}", whole)

    def _expect(
        self, expected: int, method: str, path: str, body: Body | None = None
    ) -> dict[str, Any]:
        status, answer = self._call(method, path, body)
        if status != expected:
            raise NotVerified(f"{method} {path} answers {status}: {answer.get('detail', answer)}")
        return answer

    def _call(
        self, method: str, path: str, body: Body | None = None, token: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and body; 0 where nobody answers."""
        headers = {"User-Agent": CHECK_AGENT, "Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        patience_s = max(_LOOK_EVERY_S, min(self._left_s(), _MOST_S_OF_A_CALL))
        connection = kind(self._url.hostname or "localhost", self._url.port, timeout=patience_s)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, self._url.path.rstrip("/") + path, content, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            return 0, {"detail": f"nobody answers ({error})", "reasons": [str(error)]}
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {"detail": "the answer is no JSON"}
