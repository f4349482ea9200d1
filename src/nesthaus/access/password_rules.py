"""Which passwords and names of accounts there may be. Without the library that hashes them."""

import re
import secrets
import unicodedata

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 1_000
FIRST_NAME = "admin"

# Without 0 and o, 1, i and l, which are mistaken for each other.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_E_MAIL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,189}")


class InvalidPassword(ValueError):
    """The message is a sentence for whoever chose it."""


class InvalidAccountName(ValueError):
    """The message is a sentence for whoever chose it."""


def checked_password(password: str) -> str:
    """The same letters typed on another keyboard are the same password: NFC."""
    normal = unicodedata.normalize("NFC", password)
    if len(normal) < LEAST_CHARACTERS:
        raise InvalidPassword(f"a password has at least {LEAST_CHARACTERS} characters")
    if len(normal) > MOST_CHARACTERS:
        raise InvalidPassword(f"a password has at most {MOST_CHARACTERS:,} characters")
    if not _is_text(normal):
        raise InvalidPassword("a password is text; this has bytes that are no UTF-8")
    return normal


def made_password() -> str:
    """99 random bits as four groups that can be read out and typed."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def checked_name(name: str) -> str:
    """In lower case: nobody has two accounts that differ in that."""
    normal = name.strip().lower()
    if normal == FIRST_NAME or (_E_MAIL.fullmatch(normal) and _is_text(normal)):
        return normal
    raise InvalidAccountName(f"an account's name is an e-mail address, or {FIRST_NAME}")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
