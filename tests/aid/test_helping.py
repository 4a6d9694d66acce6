"""Help in single cases: a cause, a decision of somebody else with the aid of the year beside it, measures, visits, an outcome."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.aid.conftest import AT
from tests.caseload import Office
from zhucan.aid import helping
from zhucan.aid.models import HelpFile, HelpNote
from zhucan.aid.refusing import AidRefused
from zhucan.cases.awards import grant
from zhucan.core.money import fen
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db

COUNTY, YEAR = "330499", Period.year(2025)


def figure(name: str) -> Any:
    return engine.figure(name, COUNTY, YEAR).value


def parts(name: str) -> dict[str, Any]:
    return {part.label: part.value for part in engine.breakdown(name, COUNTY, YEAR, "cause")}


def opened(office: Office, person: Person, kind: str, cause: str, **more: Any) -> HelpFile:
    return helping.open_file(
        kind=kind,
        person=person,
        cause=cause,
        asked_for="示例需要",
        day=date(2025, 3, 3),
        at=AT,
        by=office.clerk,
        **more,
    )


def decided(office: Office, file: HelpFile, decision: str = "granted", **more: Any) -> HelpFile:
    return helping.decide(
        file=file, decision=decision, day=date(2025, 3, 10), note="示例", at=AT, by=office.approver, **more
    )


def noted(file: HelpFile, channel: str, on: str, yuan: str = "") -> HelpNote:
    return helping.note(
        file=file, channel=channel, day=date.fromisoformat(on), what="示例", worker="甲", at=AT, by=None,
        amount_fen=fen(yuan) if yuan else None,
    )  # fmt: skip


def test_s051_a_hardship_case_is_decided_beside_the_other_aid_of_the_year_and_followed_up(office: Office):
    person = office.person()
    day = date(2025, 2, 3)
    grant(
        person=person, scheme_id="temporary-relief", division=office.county.a, applied_on=day, approved_on=day,
        amount_fen=fen("1500.00"), at=AT, by=None,
    )  # fmt: skip
    file = opened(office, person, "hardship", "illness", asked_fen=fen("5000.00"))
    assert [(one.what, one.amount_fen) for one in helping.other_aid(person, 2025)] == [
        ("残疾人临时救助（残联）", 150_000)
    ]
    with pytest.raises(AidRefused, match="由另一个人决定"):
        helping.decide(file=file, decision="granted", day=date(2025, 3, 10), note="示例", at=AT, by=office.clerk)
    with pytest.raises(AidRefused, match="还没有决定"):
        noted(file, "relief", "2025-03-11", "3000.00")
    file = decided(office, file, amount_fen=fen("3000.00"))
    noted(file, "relief", "2025-03-12", "3000.00")
    with pytest.raises(AidRefused, match="超过决定的金额"):
        noted(file, "goods", "2025-03-13", "0.01")
    with pytest.raises(AidRefused, match="还没有回访"):
        helping.close(file=file, day=date(2025, 4, 20), outcome="已出院", at=AT, by=None)
    noted(file, "visit", "2025-04-15")
    helping.close(file=file, day=date(2025, 4, 20), outcome="已出院", at=AT, by=None)
    refused = decided(office, opened(office, office.person(), "hardship", "no_carer"), "refused")

    assert (file.other_fen, refused.granted_fen) == (fen("1500.00"), None)
    assert parts("hardship-help-opened") == {"生病住院": 1, "没人照顾": 1}
    assert (figure("hardship-help-granted"), figure("hardship-help-running")) == (1, 1)
    assert parts("hardship-help-granted") == {"生病住院": 1}
    assert parts("hardship-help-amount") == {"生病住院": Decimal("3000.00")}
    assert engine.records("hardship-help-amount", COUNTY, YEAR)[0].person_id == person.pk


def test_s049_who_was_below_the_line_and_is_not_any_more_is_lifted_against_the_target(office: Office):
    line = helping.line_on(COUNTY, date(2025, 3, 3), AT)
    assert line is not None
    before = {"low": line - 1, "near": line, "still": 0}
    files = {
        name: decided(office, opened(office, office.person(), "poverty", "low_income", income_fen=income))
        for name, income in before.items()
    }
    with pytest.raises(AidRefused, match="帮扶前的家庭人均月收入"):
        opened(office, office.person(), "poverty", "no_work")
    for file in files.values():
        noted(file, "farming", "2025-04-01", "2000.00")
        noted(file, "visit", "2025-10-01")
    noted(files["low"], "training", "2025-05-01")
    later = helping.line_on(COUNTY, date(2025, 11, 3), AT)
    assert later is not None
    with pytest.raises(AidRefused, match="帮扶后的家庭人均月收入"):
        helping.close(file=files["low"], day=date(2025, 11, 3), outcome="示例", at=AT, by=None)
    for name, after in (("low", later), ("near", later + 5), ("still", later - 1)):
        closed = helping.close(
            file=files[name], day=date(2025, 11, 3), outcome="示例", at=AT, by=None, income_fen=after
        )
        assert closed.lifted is (name == "low")
    add_plan_item(
        division=COUNTY, year=2025, text="解决温饱", indicator="poverty-help-lifted", target="4", at=AT, by=None
    )

    assert (figure("poverty-help-helped"), figure("poverty-help-lifted")) == (3, 1)
    assert parts("poverty-help-helped") == {"种养殖": 3, "培训": 1}
    assert [one.rate for one in progress(COUNTY, YEAR)] == [Decimal("25.0")]


def test_a_person_has_one_open_file_for_a_cause_and_a_note_can_be_taken_back(office: Office):
    person = office.person()
    file = decided(office, opened(office, person, "hardship", "disaster"))
    with pytest.raises(AidRefused, match="还没有结案"):
        opened(office, person, "hardship", "disaster")
    wrong = noted(file, "goods", "2025-03-12")
    helping.take_back(note=wrong, reason="填错", at=AT, by=None)

    assert figure("hardship-help-helped") == 0
    assert opened(office, person, "hardship", "illness").pk


def test_help_decided_late_in_the_books_is_not_granted_in_the_figures_of_before(office: Office):
    file = helping.open_file(
        kind="hardship", person=office.person(), cause="illness", asked_for="示例需要", asked_fen=fen("500.00"),
        day=date(2025, 3, 3), at=moment(date(2025, 3, 3)), by=office.clerk,
    )  # fmt: skip
    helping.decide(
        file=file, decision="granted", day=date(2025, 3, 10), note="示例", amount_fen=fen("300.00"),
        at=moment(date(2025, 5, 1)), by=office.approver,
    )  # fmt: skip

    def granted(at: datetime | None) -> Any:
        return engine.figure("hardship-help-granted", COUNTY, Period(Month(2025, 3), Month(2025, 4)), known_at=at).value

    assert granted(moment(date(2025, 4, 15))) == 0
    assert granted(moment(date(2025, 5, 15))) == granted(None) == 1
    assert HelpFile.objects.get().by == office.clerk  # who opened it stays
