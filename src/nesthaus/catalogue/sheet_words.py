"""How sheets name things: the same word, whoever typed it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def plain(text: str) -> str:
    """Without case, spaces and signs, umlauts spelt out: "Gebäudehülle" is "gebaeudehuelle"."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    # What is left of accents goes, too: "Façade" is "facade".
    letters = unicodedata.normalize("NFKD", folded)
    return re.sub(r"[^\w]|_", "", "".join(c for c in letters if not unicodedata.combining(c)))


def by_word(names: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """From what each id is called to the ids that are called so; its own id counts most."""
    meant: dict[str, set[str]] = {}
    for key, words in names.items():
        for word in words:
            meant.setdefault(plain(word), set()).add(key)
    meant.update({plain(key): {key} for key in names})
    return meant
