"""What visitors hold in their hands, and which programs come by."""

from dataclasses import dataclass

from nesthaus.seed.chance import Weighted


@dataclass(frozen=True, slots=True)
class Device:
    """`said_type` is what the page says of a device whose user agent hides it."""

    user_agent: str
    viewport_width: int
    viewport_height: int
    latency_ms: int
    said_type: str | None = None
    is_mobile: bool = False


_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
_KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"
_SAFARI = f"{_WEBKIT} Version/18.5"


def _phone(user_agent: str, width: int, height: int, latency_ms: int) -> Device:
    return Device(user_agent, width, height, latency_ms, is_mobile=True)


DEVICES = Weighted(
    [
        (Device(f"{_WINDOWS} {_KHTML} Chrome/141.0.0.0 Safari/537.36", 1920, 953, 35), 17),
        (Device(f"{_WINDOWS} {_KHTML} Chrome/140.0.0.0 Safari/537.36", 1536, 730, 45), 6),
        (
            Device(
                f"{_WINDOWS} {_KHTML} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", 1903, 911, 40
            ),
            6,
        ),
        (
            Device(f"{_WINDOWS[:-1]}; rv:143.0) Gecko/20100101 Firefox/143.0", 1906, 947, 40),
            4,
        ),
        (Device(f"{_MAC} {_SAFARI} Safari/605.1.15", 1440, 789, 30), 7),
        (Device(f"{_MAC} {_KHTML} Chrome/141.0.0.0 Safari/537.36", 1728, 962, 30), 5),
        (Device(f"{_LINUX} {_KHTML} Chrome/140.0.0.0 Safari/537.36", 1920, 969, 40), 1),
        (Device(f"{_LINUX[:-1]}; rv:143.0) Gecko/20100101 Firefox/143.0", 1848, 968, 40), 1),
        (_phone(f"{_IPHONE} {_SAFARI} Mobile/15E148 Safari/604.1", 393, 660, 90), 17),
        (_phone(f"{_IPHONE} {_SAFARI} Mobile/15E148 Safari/604.1", 430, 740, 80), 5),
        (
            _phone(
                f"{_IPHONE} {_WEBKIT} Mobile/15E148 Instagram 401.0.0.32.76 (iPhone15,2; iOS 18_5)",
                393,
                690,
                130,
            ),
            4,
        ),
        (
            _phone(
                f"{_IPHONE} {_WEBKIT} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1", 390, 664, 90
            ),
            2,
        ),
        (
            _phone(
                f"Mozilla/5.0 (Linux; Android 10; K) {_KHTML} Chrome/141.0.0.0"
                " Mobile Safari/537.36",
                412,
                785,
                120,
            ),
            15,
        ),
        (
            _phone(
                f"Mozilla/5.0 (Linux; Android 15; SM-S928B) {_KHTML} SamsungBrowser/28.0"
                " Chrome/130.0.0.0 Mobile Safari/537.36",
                384,
                700,
                130,
            ),
            4,
        ),
        (
            _phone(
                "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
                412,
                760,
                140,
            ),
            1,
        ),
        # An iPad calls itself a Mac; its page sees the touch screen.
        (Device(f"{_MAC} {_SAFARI} Safari/605.1.15", 1024, 1292, 60, said_type="tablet"), 4),
        (
            Device(
                f"Mozilla/5.0 (Linux; Android 14; SM-X710) {_KHTML} Chrome/140.0.0.0 Safari/537.36",
                1280,
                752,
                80,
            ),
            2,
        ),
    ]
)

CRAWLERS = Weighted(
    [
        (
            _phone(
                "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P)"
                f" {_KHTML} Chrome/141.0.0.0 Mobile Safari/537.36"
                " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                412,
                732,
                60,
            ),
            5,
        ),
        (
            Device(
                f"Mozilla/5.0 {_KHTML.removesuffix(')')}; compatible; bingbot/2.0;"
                " +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
                1024,
                1024,
                70,
            ),
            3,
        ),
        (
            Device(
                "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 1280, 1024, 80
            ),
            2,
        ),
        (
            Device(f"{_LINUX} {_KHTML} HeadlessChrome/140.0.0.0 Safari/537.36", 800, 600, 25),
            3,
        ),
    ]
)
