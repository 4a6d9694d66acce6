"""What every entry about somebody has to meet: a day that has come, a person alive on it with a home, words that fit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import day_of
from zhucan.orgs.kept import Retractable
from zhucan.orgs.models import Division
from zhucan.orgs.wording import plain
from zhucan.registry.models import Death, Person, Residence

_Fen = TypeVar("_Fen", int, int | None)


def alive_on(person: Person, day: date) -> bool:
    """Say whether nobody has told of a death before a day; on the day itself much may have been done."""
    return not Death.objects.filter(person=person, retracted_at=None, valid_from__lt=day).exists()


def home_on(person: Person, day: date) -> Residence | None:
    """Return where somebody's hukou is on a day, as believed now."""
    found: Residence | None = Residence.objects.filter(person=person).as_known().on(day).first()
    return found


@dataclass(frozen=True)
class Guard:
    """The checks of an entry; what does not pass raises the error of the package, or service, that asks."""

    refused: type[ZhucanError]
    after_death: str = "请核对人员和日期。"  # what to do about a day after somebody's death

    def day(
        self,
        day: date,
        at: datetime,
        *,
        what: str = "日期",
        since: date | None = None,
        then: str = "只能登记已经发生的事。",
    ) -> None:
        """Let a day pass that has come and is not before another; `then` says what to do about one that has not."""
        if day > day_of(at):
            raise self.refused(f"{what} {day} 还没有到：{then}")
        if since is not None and day < since:
            raise self.refused(f"{what} {day} 早于 {since}：请核对日期。")

    def born(self, person: Person, day: date, *, what: str = "日期") -> None:
        """Let a day pass that is not before somebody's birth."""
        if day < person.born:
            raise self.refused(f"{what} {day} 早于出生日期 {person.born}：请核对人员和日期。")

    def alive(self, person: Person, day: date, *, who: str = "本人") -> None:
        """Let a day pass that is not after somebody's death."""
        if not alive_on(person, day):
            raise self.refused(f"{who}在 {day} 之前已去世，不能登记：{self.after_death}")

    def home(self, person: Person, day: date) -> Division:
        """Return where the hukou of somebody is who is alive on a day."""
        self.alive(person, day)
        found = home_on(person, day)
        if found is None:
            raise self.refused(f"本人 {day} 没有户籍登记：请先登记户籍。")
        return found.division

    def county(self, person: Person, day: date) -> Division:
        """Return the county in which the hukou of somebody is who is alive on a day."""
        return Division.objects.get(pk=county_of(self.home(person, day).code))

    def line(self, text: str, what: str, *, longest: int = 200, needed: bool = True) -> str:
        """Return a text as one line, once it fits its column and can stand in a table that a spreadsheet opens."""
        line = self.prose(" ".join(text.split()), what, longest=longest, needed=needed)
        if line and not plain(line):
            raise self.refused(f"{what}里不要有尖括号，也不要用等号、加减号开头：请改写。")
        return line

    def prose(self, text: str, what: str, *, longest: int, needed: bool = True) -> str:
        """Return a text of any lines, without blanks around it, once it fits its column."""
        text = text.strip()
        if needed and not text:
            raise self.refused(f"没有写{what}：请填写。")
        if len(text) > longest:
            raise self.refused(f"{what}有 {len(text)} 字，超过 {longest} 字：请写短一些。")
        return text

    def take_back(self, row: Retractable, reason: str, at: datetime, *, what: str = "这一条") -> str:
        """Take back a row that was locked, with the reason; return the reason as it can be kept."""
        if row.retracted_at is not None:
            raise self.refused(f"{what}已经撤回：不用再次办理。")
        why = self.line(reason, "撤回原因")
        row.retracted_at = at
        row.save(update_fields=["retracted_at"])
        return why

    def money(self, amount_fen: _Fen, what: str) -> _Fen:
        """Return an amount in fen that is above zero, None where it may be left out."""
        if amount_fen is not None and amount_fen <= 0:
            raise self.refused(f"{what}应大于 0：没有就空着。")
        return amount_fen
