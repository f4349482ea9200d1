"""What is mirrored: images and videos, each named by what it shows."""

import re
import unicodedata
from enum import StrEnum

from msgspec import Struct

MAX_NUMBER = 999_999
MAX_TITLE = 200

MIME_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
}
"""By the ending of a name. No SVG: it can hold scripts."""

_NAME = re.compile(r"(?P<number>[0-9]{1,6})-(?P<title>.+)\.(?P<ending>[A-Za-z0-9]{1,5})", re.DOTALL)
_MOBILE = "-mobile"


class Variant(StrEnum):
    DESKTOP = "desktop"
    MOBILE = "mobile"


class MediaName(Struct, frozen=True):
    """From `<number>-<title>[-mobile].<ending>`; `ending` is a key of MIME_TYPES."""

    number: int
    title: str
    variant: Variant
    ending: str

    @property
    def mime_type(self) -> str:
        return MIME_TYPES[self.ending]


class BadName(Exception):
    """Says what is wrong with a name."""


def read_name(name: str) -> MediaName:
    """Raises BadName; nothing is guessed."""
    found = _NAME.fullmatch(unicodedata.normalize("NFC", name))
    if found is None:
        raise BadName("must be <number>-<title>[-mobile].<ending>")
    ending = found["ending"].lower()
    if ending not in MIME_TYPES:
        raise BadName(f"must end in one of {', '.join(MIME_TYPES)}")
    title, variant = found["title"], Variant.DESKTOP
    if title.endswith(_MOBILE):
        title, variant = title.removesuffix(_MOBILE), Variant.MOBILE
    elif title.casefold().endswith((_MOBILE, "_mobile", " mobile")):
        raise BadName("the mobile variant is written -mobile")
    if not title.strip("-_ .") or title != title.strip():
        raise BadName("has no title, or one that begins or ends with a space")
    if len(title) > MAX_TITLE or any(_is_no_title_sign(sign) for sign in title):
        raise BadName(f"has a title over {MAX_TITLE} signs, or with slashes or invisible signs")
    return MediaName(int(found["number"]), title, variant, ending)


def _is_no_title_sign(sign: str) -> bool:
    """Slashes, and what cannot be seen."""
    return sign in "/\\" or unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029"
