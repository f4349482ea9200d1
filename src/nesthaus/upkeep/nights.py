"""When work is due that is done once a night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

AT = time(3, 0)
"""By the calendar of the project: nobody waits then for a table that is written anew."""


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The latest moment at which it became due."""
    today = now.astimezone(zone).date()
    tonight = datetime.combine(today, AT, zone)
    if tonight > now:
        tonight = datetime.combine(today - timedelta(days=1), AT, zone)
    return tonight
