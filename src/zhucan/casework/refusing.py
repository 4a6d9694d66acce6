"""What every entry about a person is held against: the day has come, they were alive, and a county is theirs."""

from datetime import date, datetime

from zhucan.cases.queries import home_on
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.delivery.stock import alive_on
from zhucan.orgs.clock import SHANGHAI
from zhucan.orgs.models import Division
from zhucan.registry.models import Person


class CaseworkRefused(ZhucanError):
    """It cannot be entered like this; nothing was changed."""


def happened(day: date, *, since: date | None, at: datetime, what: str) -> None:
    """Refuse a day that has not come, or that lies before `since`. Raises `CaseworkRefused`."""
    if day > at.astimezone(SHANGHAI).date():
        raise CaseworkRefused(f"{what} {day} 还没有到：请核对日期。")
    if since is not None and day < since:
        raise CaseworkRefused(f"{what} {day} 早于 {since}：请核对日期。")


def alive(person: Person, day: date) -> None:
    """Refuse what is entered for a day after the death. Raises `CaseworkRefused`."""
    if not alive_on(person, day):
        raise CaseworkRefused("本人在这一天之前已去世，不能登记：请核对日期。")


def said(text: str, what: str, most: int) -> str:
    """Return a text that has to be there, without blanks around it. Raises `CaseworkRefused`."""
    words = text.strip()
    if not words:
        raise CaseworkRefused(f"没有写{what}：请补上。")
    if len(words) > most:
        raise CaseworkRefused(f"{what}有 {len(words)} 字，超过 {most} 字：请写短一些。")
    return words


def county(person: Person, day: date) -> Division:
    """Return the county that a person lives in on a day. Raises `CaseworkRefused`."""
    home = home_on(person, day)
    if home is None:
        raise CaseworkRefused(f"不知道本人 {day} 的户籍地：请先登记户籍。")
    return Division.objects.get(pk=county_of(home.division_id))
