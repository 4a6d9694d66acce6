"""What belongs to school and to being followed: entrance examinations, aid by the term, visits, and a terminal's contract."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from zhucan.core.divisions import NATION
from zhucan.core.errors import ZhucanError
from zhucan.registry import spells
from zhucan.registry.choices import FollowUpKind, Stage, TermAidKind
from zhucan.registry.models import Candidacy, FollowUp, Person, Residence, Schooling, TermAid, TerminalContract
from zhucan.registry.services import in_life
from zhucan.registry.spells import Witness
from zhucan.registry.terms import term_of, term_rows

_EXAM = (6, 7)  # the first day of the national entrance examination, since 2003
_COMPULSORY = (Stage.PRIMARY, Stage.JUNIOR)


class StudyRefused(ZhucanError, ValueError):
    """It cannot be entered like this; nothing was changed."""


def set_candidacy(*, person: Person, year: int, said: Mapping[str, Any], witness: Witness) -> Candidacy:
    """Record what is known of somebody's entrance examination of a year; what is said later completes it.

    Admitted is only who reached the line, so that no more are admitted than qualified. Raises `StudyRefused`, `NotInLife`.
    """
    day = date(year, *_EXAM)
    in_life(person, day, witness)
    held: Candidacy | None = Candidacy.objects.filter(person=person, year=year).as_known().first()
    whole = {**(spells.values_of(held) if held is not None else {"year": year}), **said}
    if whole.get("school") and whole.get("qualified") is not True:
        raise StudyRefused("登记录取要先登记上线：没有上线的人录取，录取率会超过 100%；请核对。")
    if bool(whole.get("school")) != bool(whole.get("stage")):
        raise StudyRefused("录取学校和录取学段要一起填写：请补上缺的一个。")
    score = whole.get("score")
    if score is not None and not 0 <= score <= 1000:
        raise StudyRefused(f"成绩 {score} 不对：应为 0 至 1000；请核对。")
    if held is None:
        return spells.add(Candidacy, person, day, date(year + 1, *_EXAM), witness, **whole)
    return held if spells.values_of(held) == whole else spells.correct(held, witness, **whole)


def give_term_aid(*, person: Person, day: date, kind: str, witness: Witness, amount_fen: int | None = None) -> TermAid:
    """Record what a pupil was spared or given in the term of a day; said again with another amount it is corrected.

    Raises `StudyRefused`, `NotInLife`.
    """
    in_life(person, day, witness)
    if kind not in TermAidKind.values:
        raise StudyRefused(f"没有这一项“{kind}”：应为{'、'.join(TermAidKind.labels)}之一。")
    home = Residence.objects.filter(person=person).as_known().on(day).first()
    first, after = term_of(day, home.division_id if home is not None else NATION, term_rows(witness.at))
    pupil = Schooling.objects.filter(person=person, stage__in=_COMPULSORY, valid_from__lt=after).as_known()
    held = pupil.exclude(valid_to__lte=first).order_by("-valid_from").first()
    if held is None:
        raise StudyRefused(f"{first} 开始的学期没有小学或初中的就学登记：请先登记就学。")
    if kind == TermAidKind.BOARDING and not held.boarding:
        raise StudyRefused("就学登记里没有寄宿，不能登记寄宿生活补助：请先核对就学登记。")
    if amount_fen is not None and amount_fen < 0:
        raise StudyRefused("金额不能为负：请核对。")
    given = TermAid.objects.filter(person=person, kind=kind, valid_from__lt=after, valid_to__gt=first)
    there: TermAid | None = given.as_known().first()
    said = {"kind": kind, "amount_fen": amount_fen, "school": held.school}
    if there is None:
        return spells.add(TermAid, person, first, after, witness, **said)
    return there if spells.values_of(there) == said else spells.correct(there, witness, **said)


def follow_up(
    *, person: Person, day: date, kind: str, worker: str, said: str, witness: Witness, well: bool | None = None
) -> FollowUp:
    """Record one time that somebody was asked after, helped on or answered. Raises `StudyRefused`, `NotInLife`."""
    in_life(person, day, witness)
    if kind not in FollowUpKind.values:
        raise StudyRefused(f"没有这种跟进“{kind}”：应为{'、'.join(FollowUpKind.labels)}之一。")
    if not worker.strip() or not said.strip():
        raise StudyRefused("要写跟进人和做了什么、情况怎样：请补填。")
    if kind == FollowUpKind.CALL and not TerminalContract.objects.filter(person=person).as_known().on(day).exists():
        raise StudyRefused(f"{day} 没有有效的呼叫终端服务合同：请先登记合同，或核对日期。")
    values = {"kind": kind, "worker": worker.strip(), "said": said.strip(), "well": well}
    there: FollowUp | None = FollowUp.objects.filter(person=person, valid_from=day, **values).as_known().first()
    return there or spells.add(FollowUp, person, day, day + timedelta(days=1), witness, **values)


def set_contract(
    *, person: Person, day: date, stop: date | None, number: str, provider: str, witness: Witness
) -> TerminalContract:
    """Record the service contract of a person's terminal for [day, stop); it ends the one before. Raises `NotInLife`."""
    in_life(person, day, witness)
    if not number.strip() or not provider.strip():
        raise StudyRefused("合同编号和服务商都要写：请补填。")
    if stop is not None and stop <= day:
        raise StudyRefused(f"合同到期日 {stop} 不晚于开始日 {day}：请核对。")
    made = spells.begin(TerminalContract, person, day, witness, number=number.strip(), provider=provider.strip())
    return made if stop is None or made.valid_to == stop else spells.correct(made, witness, valid_to=stop)
