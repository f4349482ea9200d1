"""What does a name of a mirrored file say?"""

import pytest

from nesthaus.domain.media import BadName, MediaName, Variant, read_name


@pytest.mark.parametrize(
    ("name", "number", "title", "variant", "ending"),
    [
        ("1-haus.jpg", 1, "haus", Variant.DESKTOP, "jpg"),
        ("1-haus-mobile.jpg", 1, "haus", Variant.MOBILE, "jpg"),
        ("012-Haus am See.JPEG", 12, "Haus am See", Variant.DESKTOP, "jpeg"),
        ("7-mobile.png", 7, "mobile", Variant.DESKTOP, "png"),
        ("7-mobile-mobile.png", 7, "mobile", Variant.MOBILE, "png"),
        ("7-a-mobile-b.webp", 7, "a-mobile-b", Variant.DESKTOP, "webp"),
        ("7-v1.2.mp4", 7, "v1.2", Variant.DESKTOP, "mp4"),
        ("7-Ku\u0308che.mov", 7, "Küche", Variant.DESKTOP, "mov"),
    ],
)
def test_it_says_number_title_and_variant(
    name: str, number: int, title: str, variant: Variant, ending: str
) -> None:
    assert read_name(name) == MediaName(number, title, variant, ending)


@pytest.mark.parametrize(
    "name", ["1-a-Mobile.jpg", "1-a_mobile.jpg", "1-a mobile.jpg", "1-a.svg", "1-a", "a-1.jpg"]
)
def test_a_name_that_may_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        read_name(name)
