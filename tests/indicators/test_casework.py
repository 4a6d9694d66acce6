"""Rehabilitation as it is worked, counted by hand: needs, tiers, referrals, files, counselling, stays and bills."""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests import caseload
from tests.casework.conftest import AT, Ward, build
from tests.county import County, told
from zhucan.cases import materials
from zhucan.casework import counselling, files, progress, referrals
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.catalog import CATALOG
from zhucan.indicators.measures import Value
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.standards import set_standard
from zhucan.payments import services
from zhucan.planning.services import add_plan_item
from zhucan.planning.services import progress as of_targets
from zhucan.registry import findings
from zhucan.registry.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared")]

YEAR = Period.year(2025)
BASE = date(2025, 1, 1)
RELATIONS = (
    "session_held", "rehab_need", "limb_recovering", "screened", "referral", "referral_standing", "case_file", "case_need",
    "case_contact", "case_incident", "mentally_ill", "counselling_hour", "plan_step", "hospital_stay",
)  # fmt: skip
OWN = [item.id for item in CATALOG if getattr(item, "relation", "") in RELATIONS]
MORE: dict[str, Any] = {"at": AT, "by": None}


@pytest.fixture(scope="module")
def people(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Person]]:
    """Seven people of a village.

    kid   five years old, hearing: suspected by screening on 3 February, referred on the 10th, trained in the centre from 20 to 40
          points with a review and one of two steps in time; wears an aid and an implant; in a regular class since September
    sam   eight years old, physical: two items reimbursed within the year's cap, paid in June
    lim   physical, in the best time for recovery, trained in the community, sent home; a social worker's file with two needs, of
          which training was served and a device was not
    wai   physical, in the best time for recovery, waits; a coordinator's file nobody has looked at since January
    ill   mental, guarded since January, seen twice, one incident; three weeks in hospital; counselled twice, referred once
    una   mental, guarded by nobody; waits to be taken jointly
    old   physical, served jointly by centre and care home since May
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "ZHUCAN_HOME", tmp_path_factory.mktemp("home"))
        yield _build(build(caseload.make(County())))
        transaction.set_rollback(True)


def _build(ward: Ward) -> dict[str, Person]:
    office = ward.office
    people = {
        "kid": office.person(born=date(2019, 6, 1), category="hearing", grade=2), "sam": office.person(born=date(2017, 3, 2)),
        "lim": office.person(), "wai": office.person(), "ill": office.person(category="mental", grade=2),
        "una": office.person(category="mental", grade=3), "old": office.person(born=date(1945, 3, 2)),
    }  # fmt: skip
    _early(ward, people["kid"])
    _limbs(ward, people["lim"], people["wai"])
    _ill(ward, people["ill"])
    for name, accepted in (("old", True), ("una", False)):
        sent = referrals.refer(
            person=people[name], purpose="joint", institution=ward.home, source=ward.centre, tier="institution",
            reason="住养护院，仍需康复", day=date(2025, 5, 6), **MORE,
        )  # fmt: skip
        if accepted:
            referrals.answer(referral=sent, accepted=True, day=date(2025, 5, 8), **MORE)
    _bills(ward, people["sam"])
    return people


def _early(ward: Ward, kid: Person) -> None:
    ward.find(kid, "screening", "suspected", "2025-02-03")
    sent = referrals.refer(
        person=kid, purpose="early", institution=ward.centre, tier="institution", reason="筛查疑似", day=date(2025, 2, 10), **MORE
    )  # fmt: skip
    ward.find(kid, "hearing_worn", "both", "2025-02-12")
    ward.find(kid, "need_training", "indicated", "2025-02-12")
    plan = ward.serve(
        kid, "hearing-speech-training", "hearing_speech", ("2025-03-10", "2025-03-12"), goal="说出五个词", scale="听觉能力量表",
        start_score=Decimal(20), review_days=60, unit_fen=10_000,
    )  # fmt: skip
    referrals.answer(referral=sent, accepted=True, day=date(2025, 2, 12), onward=plan, **MORE)
    steps = [
        progress.set_milestone(plan=plan, text=text, due_on=date.fromisoformat(day), **MORE)
        for text, day in (("会模仿发音", "2025-05-01"), ("说出两个词", "2025-05-20"))
    ]
    progress.reach(milestone=steps[0], day=date(2025, 4, 20), **MORE)
    progress.reach(milestone=steps[1], day=date(2025, 6, 2), **MORE)
    progress.review(plan=plan, day=date(2025, 4, 10), score=Decimal(28), worker="王老师", **MORE)
    ward.close(plan, "2025-06-30", 40, True)
    for day, placement in (("2024-09-01", "special"), ("2025-09-01", "ordinary")):
        said = {"stage": "kindergarten", "placement": placement, "school": "示例园"}
        findings.set_schooling(person=kid, day=date.fromisoformat(day), said=said, witness=told(day))


def _limbs(ward: Ward, lim: Person, wai: Person) -> None:
    for person in (lim, wai):
        ward.find(person, "best_recovery", "是", "2025-01-20")
    ward.find(lim, "need_training", "indicated", "2025-01-20")
    ward.find(lim, "need_device", "indicated", "2025-01-20")
    ward.find(wai, "need_training", "unfit", "2025-01-20")
    social = files.open_file(
        person=lim,
        kind="social_work",
        every_days=30,
        keepers={"social_worker": "李社工"},
        day=date(2025, 1, 22),
        **MORE,
    )
    files.contact(file=social, day=date(2025, 12, 20), way="visit", worker="李社工", note="在家训练", **MORE)
    plan = ward.serve(
        lim, "physical-training", "physical", ("2025-03-03", "2025-03-05"), by=ward.station, tier="community"
    )
    sent = referrals.refer(
        person=lim, purpose="tier", plan=plan, institution=ward.station, tier="home", reason="能在家训练", day=date(2025, 4, 1), **MORE
    )  # fmt: skip
    referrals.answer(referral=sent, accepted=True, day=date(2025, 4, 2), **MORE)
    files.appoint(division=ward.office.village, name="陈医生", day=BASE, **MORE)
    files.open_file(person=wai, kind="coordination", every_days=90, keepers={}, day=date(2025, 1, 22), **MORE)


def _ill(ward: Ward, ill: Person) -> None:
    three = {"office": "赵干部", "community": "钱网格员", "federation": "孙专干"}
    file = files.open_file(person=ill, kind="guardianship", every_days=30, keepers=three, day=date(2025, 1, 10), **MORE)
    for day in ("2025-12-05", "2025-12-30"):
        files.contact(file=file, day=date.fromisoformat(day), way="visit", worker="钱网格员", note="按时服药", **MORE)
    files.incident(file=file, day=date(2025, 8, 3), account="推倒邻居，已送医", **MORE)
    stay = {
        "admitted": date(2025, 2, 1), "discharged": date(2025, 2, 20), "own": 200_000, "institution": "示例精神病院", "cost": 900_000,
    }  # fmt: skip
    one = ward.office.ask(ill, "mental-inpatient-subsidy", items={"mental-inpatient-subsidy": [stay]}, facts={})[0]
    _through(ward, one)
    for day in ("2025-06-03", "2025-06-10"):
        asked = moment(date.fromisoformat(day))
        hour = counselling.book(
            person=ill, way="phone", day=date.fromisoformat(day), begins=time(9), ends=time(10), counsellor="周咨询师", at=asked,
            by=None,
        )  # fmt: skip
        counselling.hold(booking=hour, note="情绪低落", risk="high", **MORE)
    counselling.refer(booking=hour, institution=ward.centre, reason="风险高", day=date(2025, 6, 11), **MORE)


def _through(ward: Ward, one: Any) -> None:
    for need in materials.needs(one, {}, one.applied_on):
        materials.upload(
            application=one, code=need.code, name="a.pdf", chunks=[b"%PDF-1.4 " + need.code.encode()], on=one.applied_on,
            at=moment(one.applied_on), by=None,
        )  # fmt: skip
    ward.office.step(one, "check", "2025-06-04")
    ward.office.step(one, "approve", "2025-06-05", "approver")


def _bills(ward: Ward, sam: Person) -> None:
    for name, value in (
        ("items_offered", "true"), ("item_r03_rate", "0.8"), ("item_r03_cap", "50.00"), ("item_r07_rate", "0.5"),
        ("item_r07_cap", "60.00"), ("items_year_cap", "8725.00"),
    ):  # fmt: skip
        set_standard(
            name=name,
            place="330499",
            valid_from=BASE,
            value=value,
            document="示例县目录（虚构）",
            at=moment(BASE),
            by=None,
        )
    items = [  # 200 × min(70, 50) × 80 % = 8000, 30 × 55 × 50 % = 825; together up to 8725
        {"code": "r03", "day": date(2025, 3, 1), "times": 200, "own": 7_000},
        {"code": "r07", "day": date(2025, 3, 2), "times": 30, "own": 5_500},
    ]
    one = ward.office.ask(sam, "rehabilitation-items", items={"rehabilitation-items": items}, facts={})[0]
    _through(ward, one)
    at = moment(date(2025, 7, 1))
    run = services.calculate(
        month=Month(2025, 6), division=ward.office.county.a, schemes=("rehabilitation-items", "mental-inpatient-subsidy"), known_at=at,
        at=at, by=ward.office.clerk,
    )  # fmt: skip
    assert run is not None
    services.check(run=run, at=at, by=ward.office.clerk)
    services.approve(run=run, at=at, by=ward.office.approver)


def _value(name: str, period: Period = YEAR, **more: Any) -> Value:
    return engine.figure(name, "330499", period, **more).value


S120 = {
    "need-rehabilitation-indicated": 2, "need-rehabilitation-served": 2, "need-rehabilitation-share": Decimal(100),
    "need-training-indicated": 2, "need-training-served": 2, "need-device-indicated": 1, "need-device-served": 0,
    "need-device-share": Decimal(0), "need-surgery-share": None,
}  # fmt: skip
S121 = {
    "screened-suspected": 1, "early-referred": 1, "early-referral-days": Decimal(7), "plan-reviews": 1, "milestones-due": 2,
    "milestones-in-time": 1, "milestones-in-time-share": Decimal(50),
}  # fmt: skip
S123 = {"child-bills-persons": 1, "child-bills-amount": Decimal("8725.00")}
S126 = {
    "inpatient-admitted": 1, "inpatient-bed-days": 19, "inpatient-cost": Decimal("9000.00"), "mental-inpatient-subsidy-persons": 1,
    "mental-inpatient-subsidy-amount": Decimal("1000.00"),
}  # fmt: skip
S127 = {
    "mentally-ill": 2, "mentally-ill-guarded": 1, "guardianship-share": Decimal(50), "guardianship-files": 1,
    "guardianship-contacts": 2, "guardianship-overdue": 0, "incidents": 1,
}  # fmt: skip
S130 = {
    "deaf-children-trained": 1, "deaf-children-aid": 1, "deaf-children-implant": 1, "deaf-children-mainstreamed": 1,
    "hearing-speech-training-scored": 1, "hearing-speech-training-improved": 1,
}  # fmt: skip
S132 = {
    "limb-best-recovery": 2, "limb-best-recovery-trained": 1, "limb-best-recovery-waiting": 1, "physical-training-persons": 1,
    "physical-training-times": 2,
}  # fmt: skip
S138 = {
    "tier-institution-served": 1, "tier-community-served": 1, "tier-home-served": 0, "referred-community-home": 1,
    "referred-institution-community": 0, "referred-taken": 1,
}  # fmt: skip
S139 = {"coordination-files": 1, "coordination-contacts": 0, "coordination-overdue": 1}
S143 = {
    "counselling-sessions": 2,
    "counselling-persons": 1,
    "counselling-phone": 2,
    "counselling-online": 0,
    "counselling-referred": 1,
}
S144 = {"joint-served": 1, "joint-waiting": 1}
S147 = {
    "social-work-files": 1, "social-work-needs-listed": 2, "social-work-needs-met": 1, "social-work-needs-unmet": 1,
    "social-work-needs-share": Decimal(50), "social-work-overdue": 0,
}  # fmt: skip
BY_ROW = {
    "S120": S120, "S121": S121, "S123": S123, "S126": S126, "S127": S127, "S130": S130, "S132": S132, "S138": S138, "S139": S139,
    "S143": S143, "S144": S144, "S147": S147,
}  # fmt: skip


@pytest.mark.parametrize("row", BY_ROW)
def test_the_figures_of_a_row_are_what_one_counts_by_hand(people: dict[str, Person], row: str):
    with engine.together():
        assert {name: _value(name) for name in BY_ROW[row]} == BY_ROW[row]


def test_every_figure_opens_its_records_and_its_parts_add_up(people: dict[str, Person]):
    with engine.together():
        for name in OWN:
            figure = engine.figure(name, "330499", YEAR)
            assert len(engine.records(name, "330499", YEAR)) == figure.records, name
            if name != "early-referral-days":
                parts = engine.breakdown(name, "330499", YEAR, "division")
                assert sum(part.value or 0 for part in parts) == figure.value, name


def test_the_list_says_who_did_what_where(people: dict[str, Person]):
    def first(name: str) -> str:
        return engine.records(name, "330499", YEAR)[0].detail

    assert first("tier-community-served").endswith(f"2025-03-05 社区 新民社区康复站 老师{people['lim'].pk}，1次")
    assert first("referred-community-home").endswith("康复转介 新民社区康复站 → 新民社区康复站")
    assert first("inpatient-admitted") == "精神残疾人住院补贴 2025-02-01 至 2025-02-20 示例精神病院，自付 2000.00 元"
    assert first("coordination-overdue") == "2025-01-22 建档，还没有联系"
    assert first("social-work-needs-unmet") == "辅助器具，2025-01-22 建档"


def test_nothing_confidential_stands_in_a_list(people: dict[str, Person]):
    told_ = " ".join(one.detail for name in OWN for one in engine.records(name, "330499", YEAR))

    assert not [word for word in ("推倒", "服药", "低落", "high", "风险") if word in told_]


def test_a_day_is_told_as_it_was(people: dict[str, Person]):
    april = Period.month(Month(2025, 4))

    assert (_value("joint-served", april), _value("guardianship-overdue", april)) == (0, 1)
    assert _value("inpatient-bed-days", Period.month(Month(2025, 2))) == 19
    assert _value("incidents", april) == 0
    assert _value("incidents", known_at=moment(date(2025, 12, 31))) == 0


def test_a_target_is_held_against_persons_served_and_against_the_service_rate(people: dict[str, Person]):
    for name, target in (
        ("rehabilitation-served", "10"),
        ("need-rehabilitation-share", "90"),
        ("inpatient-bed-days", "38"),
    ):
        add_plan_item(division="330499", year=2025, text=name, indicator=name, target=target, at=AT, by=None)

    assert [one.rate for one in of_targets("330499", YEAR)] == [Decimal("40.0"), Decimal("111.1"), Decimal("50.0")]
