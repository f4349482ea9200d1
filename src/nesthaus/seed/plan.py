"""How much traffic is made, and for which span of time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nesthaus.domain.periods import start_of_day

MOST_SESSIONS = 10_000_000
MOST_DAYS = 1_000
_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly `sessions` sessions on the `days` calendar days that end with `until`.

    `seed` chooses among all such traffics. Another value of any field makes other sessions.
    """

    sessions: int
    days: int
    seed: int
    until: datetime

    def __post_init__(self) -> None:
        if not 1 <= self.sessions <= MOST_SESSIONS or not 1 <= self.days <= MOST_DAYS:
            raise ValueError(f"no plan: {self.sessions} sessions on {self.days} days")

    def since(self, zone: ZoneInfo) -> datetime:
        """Midnight of the first day, in UTC."""
        last_day = (self.until - _MOMENT).astimezone(zone).date()
        return start_of_day(last_day - timedelta(days=self.days - 1), zone)

    def words(self) -> str:
        """Tells this plan from every other one."""
        until = self.until.astimezone(UTC).isoformat()
        return f"{self.seed}/{self.sessions}/{self.days}/{until}"
