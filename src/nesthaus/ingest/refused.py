"""The outcome of a call, or of one event of a batch, that is not taken."""

from nesthaus.domain.refusals import Refusal


class Refused(Exception):
    """`sentence` is short and names the field; `field` is its path in the body."""

    def __init__(self, reason: Refusal, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.field = field


def invalid(field: str, sentence: str) -> Refused:
    return Refused(Refusal.INVALID, f"{field}: {sentence}", field)


def malformed(error: Exception) -> Refused:
    text = str(error).replace("JSON is malformed: ", "")
    return Refused(Refusal.MALFORMED, f"body: no valid JSON ({text})")
