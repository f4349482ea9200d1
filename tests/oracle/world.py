"""All that was accepted, as it stands at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nesthaus.domain.pricing import Catalogue
from tests.oracle.accepted import Accepted
from tests.oracle.ranges import (
    Question,
    chosen,
    range_of,
)
from tests.oracle.sessions import Session, count_sessions, required_categories

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class World:
    """All that was accepted, as it stands at `now`."""

    accepted: Accepted
    sessions: Sequence[Session]
    catalogue: Catalogue
    now: datetime

    def chosen(self, question: Question) -> list[Session]:
        return chosen(self.sessions, question, range_of(question, self.now))

    @property
    def required(self) -> tuple[str, ...]:
        return required_categories(self.catalogue, self.now)


def world_of(accepted: Accepted, catalogue: Catalogue, now: datetime) -> World:
    return World(accepted, count_sessions(accepted, now), catalogue, now)
