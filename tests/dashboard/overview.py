"""The overview as it is seen in a browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qs, parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, Response, expect

from tests.dashboard.written import UNKNOWN, Written, plain
from tests.stack import Stack

Json = Mapping[str, Any]

ANALYTICS = "/api/admin/analytics/"
_TITLES = {
    "figures": ("Key figures", "Kennzahlen"),
    "daily": ("Sessions and orders by day", "Sitzungen und Bestellungen je Tag"),
    "endings": ("How sessions ended", "Wie Sitzungen endeten"),
    "devices": ("Devices", "Geräte"),
    "popular": ("Most chosen configurations", "Meistgewählte Konfigurationen"),
    "findings": ("What stands out", "Was auffällt"),
    "now": ("Right now", "Gerade jetzt"),
}
_CELLS = """panel => [...panel.querySelectorAll("tbody tr")].map(
    row => [...row.cells].map(cell => cell.innerText))"""


class Seen:
    """The page in a language, beside the very answers it was made of."""

    def __init__(self, page: Page, stack: Stack, view: str = "", language: str = "en") -> None:
        self.page = page
        self._language: Literal["en", "de"] = "de" if language == "de" else "en"
        self.written = Written(self._language, stack.get("/api/pricing/data"))
        if language == "de":
            page.add_init_script("localStorage.setItem('nesthaus.language', 'de')")
        with (
            page.expect_response(_answers("overview")) as overview,
            page.expect_response(_answers("insights")) as insights,
        ):
            page.goto(f"/admin/overview?{view}")
        usual = {} if "since=" in view else {"timeRange": "30d"}
        assert _asked(overview.value) == usual | dict(parse_qsl(view))
        self.overview: Json = overview.value.json()
        self.findings: Sequence[Json] = insights.value.json()["findings"]
        expect(page.locator("main [aria-busy=true]")).to_have_count(0)

    def said(self, words: tuple[str, str]) -> str:
        return words[self._language == "de"]

    def panel(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=self.said(_TITLES[name]), exact=True).first

    def cells(self, name: str) -> list[list[str]]:
        cells: list[list[str]] = self.panel(name).evaluate(_CELLS)
        return [[plain(cell) for cell in row] for row in cells]

    def items(self, name: str) -> list[str]:
        return [plain(text) for text in self.panel(name).locator("li").all_inner_texts()]

    def rate(self, ratio: float | None) -> str:
        """As a key figure."""
        if ratio is None:
            return UNKNOWN
        digits = 2 if ratio < 0.1 else 1
        return self.written.number(ratio * 100, digits) + self.said(("%", " %"))

    def points(self, difference: float) -> str:
        size = self.written.number(abs(difference) * 100, 2)
        return signed(difference, f"{size} {self.said(('points', 'Punkte'))}")

    def growth(self, now: float, before: float) -> str:
        return signed(now - before, self.written.share(abs(now / before - 1)))


def _answers(report: str) -> Callable[[Response], bool]:
    def is_it(response: Response) -> bool:
        return urlsplit(response.url).path == ANALYTICS + report

    return is_it


def _asked(response: Response) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(response.url).query).items()}


def signed(difference: float, text: str) -> str:
    return ("+" if difference > 0 else "−" if difference < 0 else "±") + text


def duration(seconds: float) -> str:
    minutes, rest = divmod(int(abs(seconds) + 0.5), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
