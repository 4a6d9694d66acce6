"""What every entry of this package has to meet: a day that has come, a person who lives here, words that can be printed."""

from datetime import date, datetime
from typing import TypeVar

from zhucan.cases.queries import home_on
from zhucan.core.errors import ZhucanError
from zhucan.delivery.stock import alive_on
from zhucan.orgs.clock import SHANGHAI
from zhucan.orgs.models import Division
from zhucan.orgs.wording import plain
from zhucan.registry.models import Person


class AidRefused(ZhucanError):
    """It cannot be entered like this; nothing was changed."""


def dated(day: date, at: datetime, *, since: date | None = None, what: str = "日期") -> None:
    """Let a day pass that has come, and is not before another. Raises `AidRefused`."""
    if day > at.astimezone(SHANGHAI).date():
        raise AidRefused(f"{what} {day} 还没有到：只能登记已经发生的事。")
    if since is not None and day < since:
        raise AidRefused(f"{what} {day} 早于 {since}：请核对日期。")


def home_of(person: Person, day: date) -> Division:
    """Return where somebody's hukou is who is alive on a day. Raises `AidRefused`."""
    if not alive_on(person, day):
        raise AidRefused(f"人员 {person.pk} 在 {day} 之前已去世：请核对日期，或换家里的其他人登记。")
    home = home_on(person, day)
    if home is None:
        raise AidRefused(f"人员 {person.pk} 在 {day} 没有户籍登记：请先登记户籍。")
    return home.division


def said(text: str, what: str, *, longest: int = 200, needed: bool = True) -> str:
    """Return a text trimmed, once it can be kept and printed. Raises `AidRefused`."""
    text = " ".join(text.split())
    if needed and not text:
        raise AidRefused(f"没有写{what}：请填写。")
    if len(text) > longest or (text and not plain(text)):
        raise AidRefused(f"{what}不要超过 {longest} 个字，不要有尖括号，也不要用等号、加减号开头：请改写。")
    return text


_Fen = TypeVar("_Fen", int, int | None)


def money(amount_fen: _Fen, what: str) -> _Fen:
    """Return an amount in fen that is above zero, None where it may be left out. Raises `AidRefused`."""
    if amount_fen is not None and amount_fen <= 0:
        raise AidRefused(f"{what}应大于 0：没有就空着。")
    return amount_fen
