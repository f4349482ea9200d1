"""Are settings read from the right place, and does a bad one say what is wrong?"""

from pathlib import Path

import pytest

from nesthaus.cli.settings import settings_page
from nesthaus.domain.live_limits import LiveLimits
from nesthaus.settings import BadSetting, load_settings, masked

NO_FILE = Path("/nonexistent/.env")


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load_settings({}, NO_FILE)

    assert settings.timezone.key == "Europe/Vienna"
    assert (settings.idle_after_s, settings.rate_limit_per_minute) == (1800, 6000)
    assert settings.allowed_origins == ("*",)
    assert settings.database_url is None
    assert settings.stream_max_entries == 5_000_000
    assert settings.live_limits == LiveLimits(10, 200, 1_000, 0.01, 0.8)


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".env"
    file.write_text("NESTHAUS_IDLE_AFTER_S=600\nNESTHAUS_RATE_LIMIT=5\n")

    settings = load_settings({"NESTHAUS_RATE_LIMIT": "7", "NESTHAUS_TIMEZONE": ""}, file)

    assert (settings.rate_limit_per_minute, settings.idle_after_s) == (7, 600)
    sources = {origin.setting.name: origin.source for origin in settings.origins}
    assert sources["NESTHAUS_RATE_LIMIT"] == "environment"
    assert sources["NESTHAUS_IDLE_AFTER_S"] == ".env"
    assert sources["NESTHAUS_TIMEZONE"] == "default"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("NESTHAUS_TIMEZONE", "Vienna", "IANA"),
        ("NESTHAUS_IDLE_AFTER_S", "30 min", "a whole number from 60 to 86,400"),
        ("NESTHAUS_IDLE_AFTER_S", "59", "a whole number from 60 to 86,400"),
        ("NESTHAUS_RATE_LIMIT", "-1", "a whole number"),
        ("NESTHAUS_RATE_LIMIT_LOOPBACK", "yes", "0 or 1"),
        ("NESTHAUS_CONSENT_DEFAULT", "some", "all or none"),
        ("NESTHAUS_ALLOWED_ORIGINS", "shop.example", "https://shop.example"),
        ("NESTHAUS_TRUSTED_PROXIES", "proxy", "10.0.0.0/8"),
        ("NESTHAUS_CATALOGUE", "/nonexistent", "an existing folder"),
        ("DATABASE_URL", "mysql://db", "postgresql://"),
        ("REDIS_URL", "http://redis", "redis://"),
    ],
)
def test_a_bad_value_is_one_line_with_setting_value_and_what_is_allowed(
    name: str, value: str, allowed: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        load_settings({name: value}, NO_FILE)

    line = str(caught.value)
    assert line.startswith(f"{name}={value} (from environment): allowed is ")
    assert allowed in line
    assert "\n" not in line


def test_user_and_password_of_an_address_are_never_shown() -> None:
    url = "postgresql://ann:secret@db.example:5432/nest?sslpassword=hidden"

    settings = load_settings({"DATABASE_URL": url}, NO_FILE)

    shown = {origin.setting.name: masked(origin) for origin in settings.origins}
    assert shown["DATABASE_URL"] == "postgresql://***@db.example:5432/nest"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "host=db.example password=secret"),
        ("DATABASE_URL", "mysql://ann:secret@db.example/nest"),
        ("DATABASE_URL", "postgresql://ann:secret%zz@db.example/nest"),
        ("DATABASE_URL", "postgresql://ann@db.example/nest?password=secret%zz"),
        ("DATABASE_URL", "postgresql://ann@db.example/nest?pasword=secret"),
        ("DATABASE_URL", "postgresql://ann:secret@[::1/nest"),
        ("REDIS_URL", "secret"),
        ("REDIS_URL", "http://:secret@redis"),
        ("REDIS_URL", "redis://:secret@redis:port/0"),
        ("REDIS_URL", "redis://:secret/more@redis"),
        ("REDIS_URL", "redis://:secret@[::1"),
        ("REDIS_URL", "redis://redis/0?pasword=secret"),
    ],
)
def test_an_address_that_cannot_be_read_stops_the_start_and_shows_no_secret(
    name: str, value: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        load_settings({name: value}, NO_FILE)

    line = str(caught.value)
    assert line.startswith(f"{name}=")
    assert "allowed is an address" in line
    assert "secret" not in line
    assert "\n" not in line


def test_a_password_that_should_have_been_escaped_is_not_shown_either() -> None:
    settings = load_settings(
        {"DATABASE_URL": "postgresql://ann:secret@/x@db.example/nest"}, NO_FILE
    )

    shown = {origin.setting.name: masked(origin) for origin in settings.origins}
    assert shown["DATABASE_URL"] == "postgresql://***@db.example/nest"


def test_the_page_about_settings_is_up_to_date() -> None:
    page = Path(__file__).parents[1] / "docs" / "settings.md"

    assert page.read_text() == settings_page()


def test_alerts_go_to_several_addresses_of_several_kinds() -> None:
    told = (
        "mailto://mail.example:25?from=n@example.com&to=a@example.com,b@example.com  https://ops.example/hook/secret,"
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    )
    mail, hook, slack = load_settings({"NESTHAUS_ALERT_URLS": told}, NO_FILE).alert_channels
    assert mail.url.endswith("to=a@example.com,b@example.com")
    assert hook.url == "jsons://ops.example/hook/secret"
    assert [name.split(" ")[0] for name in (mail.name, hook.name, slack.name)] == [
        "mailto://mail.example",
        "jsons://ops.example",
        "https://…",
    ]
    assert len({mail.id, hook.id, slack.id}) == 3


def test_a_wrong_address_for_alerts_stops_the_start_and_is_not_shown() -> None:
    told = "json://ops.example/hook pigeon://secret@roof"
    with pytest.raises(BadSetting) as caught:
        load_settings({"NESTHAUS_ALERT_URLS": told}, NO_FILE)
    sentence = str(caught.value)
    assert sentence.startswith("NESTHAUS_ALERT_URLS=*** (from environment): allowed is addresses")
    assert sentence.endswith("(number 2 is none)")
    assert "secret" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "told", ["shop.example", "ftp://shop.example", "https://me:pw@shop.example", "https://a.b/?c=d"]
)
def test_where_browsers_reach_it_is_an_address_without_anything_behind(told: str) -> None:
    with pytest.raises(BadSetting, match="allowed is an address such as"):
        load_settings({"NESTHAUS_PUBLIC_URL": told}, NO_FILE)
