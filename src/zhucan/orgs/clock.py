"""The one place that reads the clock; services are told the date."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return this moment, with its zone."""
    return timezone.now()  # noqa: TID251  this module is where the ban points to


def day_of(at: datetime) -> date:
    """Return the day in Shanghai that a moment falls on (CAL-1)."""
    return at.astimezone(SHANGHAI).date()


def today() -> date:
    """Return today's date in Shanghai (CAL-1)."""
    return day_of(now())


def moment(day: date) -> datetime:
    """Return the first moment of a day in Shanghai, for `recorded_at` and `known_at`."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def last_moment(day: date) -> datetime:
    """Return the last moment of a day in Shanghai: what was recorded on the day itself is known by then."""
    return moment(day + timedelta(days=1)) - timedelta(microseconds=1)
