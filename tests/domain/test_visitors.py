"""What a user agent and a referrer tell."""

import pytest

from nesthaus.domain.visitors import (
    DeviceType,
    browser_name,
    device_type,
    program_behind,
    referrer_host,
)

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1"
)
ANDROID_PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"
)
ANDROID_TABLET = (
    "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
)
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TELEVISION = "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 Chrome/94.0 Safari/537.36"
HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "device", "browser"),
    [
        (IPHONE, "mobile", "Mobile Safari"),
        (IPAD, "tablet", "Mobile Safari"),
        (ANDROID_PHONE, "mobile", "Chrome Mobile"),
        (ANDROID_TABLET, "tablet", "Chrome"),
        (WINDOWS, "desktop", "Edge"),
        (LINUX, "desktop", "Firefox"),
        ("something else", "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_a_user_agent_tells_device_and_browser(
    user_agent: str | None, device: str, browser: str
) -> None:
    assert device_type(None, user_agent) == device
    assert browser_name(user_agent) == browser


def test_a_television_is_none_of_the_devices() -> None:
    assert device_type(None, TELEVISION) is DeviceType.UNKNOWN


def test_what_the_page_says_goes_first_where_it_is_one_of_the_types() -> None:
    assert device_type("tablet", IPHONE) is DeviceType.TABLET
    assert device_type("fridge", IPHONE) is DeviceType.MOBILE


@pytest.mark.parametrize(
    ("user_agent", "reason"),
    [
        (HEADLESS, "automation: HeadlessChrome"),
        ("python-requests/2.32.3", "automation: python-requests"),
        ("curl/8.5.0", "automation: curl"),
        ("python-httpx/0.28.1", "automation: httpx"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "crawler: Googlebot"),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", "crawler: bingbot"),
        ("nesthaus-check", "own: nesthaus-check"),
        (None, None),
        ("", None),
    ],
)
def test_a_program_is_named(user_agent: str | None, reason: str | None) -> None:
    assert program_behind(user_agent) == reason


@pytest.mark.parametrize(
    "user_agent", [IPHONE, IPAD, ANDROID_PHONE, ANDROID_TABLET, WINDOWS, LINUX, TELEVISION]
)
def test_a_person_is_no_program(user_agent: str) -> None:
    assert program_behind(user_agent) is None


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://www.Example.com:443/a?b=c", "www.example.com"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("", "direct"),
        (None, "direct"),
        ("no address", "direct"),
        ("http://[broken", "direct"),
    ],
)
def test_a_referrer_tells_its_host_or_direct(referrer: str | None, host: str) -> None:
    assert referrer_host(referrer) == host
