"""How two categories are named together, wherever pairs of their options are stored."""

import json


def categories_key(a: str, b: str) -> str:
    """A JSON array of both in the order of their code points: one name, however they are asked."""
    return json.dumps(sorted((a, b)), ensure_ascii=False)
