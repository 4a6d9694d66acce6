"""Projects in parts: what is lacking is a task, what is in place has its cost, and each work and each yuan counts once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.aid.conftest import AT, Works
from tests.caseload import Office
from tests.county import told
from zhucan.aid import projects
from zhucan.aid.models import Contribution, Mark, Undertaking
from zhucan.aid.refusing import AidRefused
from zhucan.cases.models import MaterialFile
from zhucan.core.money import fen
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.planning.services import add_plan_item, progress
from zhucan.registry import services as registry
from zhucan.registry.models import Person
from zhucan.reports import checking
from zhucan.reports.services import compose

pytestmark = pytest.mark.django_db

COUNTY, YEAR = "330499", Period.year(2025)


def figure(name: str, place: str = COUNTY) -> Any:
    return engine.figure(name, place, YEAR).value


def parts(name: str, by: str = "cause") -> dict[str, Any]:
    return {part.label: part.value for part in engine.breakdown(name, COUNTY, YEAR, by)}


def opened(project: str, person: Person, on: str = "2025-02-03", **more: Any) -> Undertaking:
    return projects.open_for(project_id=project, person=person, day=date.fromisoformat(on), at=AT, by=None, **more)


def mark(one: Undertaking, part: str, standing: str, on: str, **more: Any) -> Mark:
    if standing == "lacking":
        more = {"worker": "甲", "due_on": date(2025, 6, 30), **more}
    else:
        more = {"evidence": "入户核实", **more}
    return projects.mark(
        undertaking=one, part=part, standing=standing, day=date.fromisoformat(on), at=AT, by=None,
        **{"what": "示例", **more},
    )  # fmt: skip


def money(one: Undertaking, fund: str, yuan: str, on: str = "2025-04-01", **more: Any) -> Contribution:
    return projects.contribute(
        undertaking=one, fund=fund, payer=more.pop("payer", "示例基金会"), amount_fen=fen(yuan),
        day=date.fromisoformat(on), document="收据", at=AT, by=None, **more,
    )  # fmt: skip


def start(one: Undertaking, on: str) -> None:
    projects.start(undertaking=one, day=date.fromisoformat(on), plan="示例方案", at=AT, by=None)


def accept(one: Undertaking, on: str) -> Undertaking:
    day = date.fromisoformat(on)
    return projects.accept(undertaking=one, finished_on=day, day=day, accepted_by="示例镇", at=AT, by=None)


def test_s114_a_house_is_followed_to_its_payment_and_the_report_waits_for_what_it_cost(office: Office, works: Works):
    person = office.person()
    case = works.granted(works.asked(person, "dangerous-house-repair", "52000.00"))
    house = opened("house-works", person, "2025-03-25", application=case)
    with pytest.raises(AidRefused, match="早于"):
        start(house, "2025-03-20")
    start(house, "2025-03-26")
    mark(house, "rebuild", "in_place", "2025-05-06", cost_fen=fen("52000.00"))
    with pytest.raises(AidRefused, match="在申请里办"):
        accept(house, "2025-05-12")
    case = works.accepted(case)

    assert (projects.danger_grade(house), case.award.granted_fen) == ("D", fen("40000.00"))
    house = Undertaking.objects.get()
    assert (house.started_on, house.done_on) == (date(2025, 3, 26), date(2025, 5, 12))
    assert (figure("house-works-accepted"), figure("house-works-funds")) == (1, None)
    early = compose("county-work-report", COUNTY, 2025, at=AT, by=None)
    assert any("投入资金" in gap for gap in early.content["gaps"])
    with pytest.raises(checking.CheckRefused, match="投入资金”却还不知道"):
        checking.release(report=early, at=AT, by=None, despite="急用")

    works.paid("dangerous-house-repair")

    assert figure("house-works-funds") == Decimal("40000.00")
    report = compose("county-work-report", COUNTY, 2025, at=AT, by=None)
    assert "危旧房改造验收合格1户。投入资金4.00万元" in report.content["sections"][4]["text"].replace("\n", "")
    assert checking.release(report=report, at=AT, by=None, despite="示例").pk


def test_s117_donors_beside_the_government_make_one_house_and_one_sum(office: Office, works: Works):
    person, sister = office.person(), office.person()
    registry.form_household(
        members={person: "户主", sister: "妹妹"}, day=date(2024, 1, 1), at=moment(date(2024, 1, 1)),
        witness=told("2024-01-01"),
    )  # fmt: skip
    house = opened("house-works", sister, "2025-02-03")
    money(house, "donor", "8000.00", programme="慈善助残安居", payer="示例慈善总会")
    with pytest.raises(AidRefused, match="同一处只登记一次"):
        opened("house-works", person, "2025-02-10")
    case = works.granted(works.asked(sister, "dangerous-house-repair", "52000.00"))
    projects.attach(undertaking=house, application=case, at=AT, by=None)
    with pytest.raises(AidRefused, match="自动计入"):
        money(house, "government", "40000.00")
    money(house, "household", "4000.00", payer="本户")
    wrong = money(house, "donor", "1.00", programme="慈善助残安居", payer="示例慈善总会")
    projects.take_back_money(contribution=wrong, reason="填错", at=AT, by=None)
    start(house, "2025-03-26")
    mark(house, "rebuild", "in_place", "2025-05-06", cost_fen=fen("52000.00"))
    works.accepted(case)
    works.paid("dangerous-house-repair")

    told_ = [(one.fund, one.amount_fen) for one in projects.funds(Undertaking.objects.get())]
    assert told_ == [("财政资金", 4_000_000), ("慈善捐赠", 800_000), ("家庭自筹", 400_000)]
    assert figure("house-works-accepted") == 1
    assert figure("house-works-funds") == Decimal("52000.00")
    assert (figure("house-works-donated"), figure("house-works-donated-households")) == (Decimal("8000.00"), 1)
    assert parts("house-works-contributed") == {"慈善捐赠": Decimal("8000.00"), "家庭自筹": Decimal("4000.00")}
    assert projects.donors(Undertaking.objects.all()) == [("慈善助残安居", "示例慈善总会", 1, 800_000)]


def test_a_house_accepted_without_being_registered_as_a_project_counts_too(office: Office, works: Works):
    works.accepted(works.granted(works.asked(office.person(), "dangerous-house-repair", "52000.00")))
    works.paid("dangerous-house-repair")

    assert (figure("house-works-accepted"), figure("house-works-opened")) == (1, 0)
    assert figure("house-works-funds") == Decimal("40000.00")


def test_s175_an_adaptation_has_survey_needs_items_cost_photographs_and_acceptance(office: Office, works: Works):
    person = office.person()
    with pytest.raises(AidRefused, match="要从申请办起"):
        opened("adaptation-works", person, "2025-03-04")
    case = works.granted(works.asked(person, "home-adaptation", "5400.00"))
    home = opened("adaptation-works", person, "2025-03-24", application=case)
    mark(home, "ramp", "lacking", "2025-03-24", need="physical", what="门口坡道 1:12")
    mark(home, "toilet", "lacking", "2025-03-24", need="physical", what="坐便器和扶手")
    start(home, "2025-03-26")
    mark(home, "ramp", "in_place", "2025-05-06", need="physical", what="坡道 3 米", cost_fen=fen("2400.00"))
    mark(home, "toilet", "in_place", "2025-05-06", need="physical", what="坐便器", cost_fen=fen("3000.00"))
    works.accepted(case)

    kept = set(MaterialFile.objects.filter(bundle=case.bundle).values_list("code", flat=True))
    assert {"photo_before", "photo_after", "acceptance_sheet", "adaptation_plan"} <= kept
    assert projects.cost_fen(home) == fen("5400.00")
    assert figure("adaptation-works-accepted") == 1
    assert parts("adaptation-works-cost") == {"坡道": Decimal("2400.00"), "卫生间": Decimal("3000.00")}
    assert (figure("adaptation-works-found"), figure("adaptation-works-closed")) == (2, 2)
    assert engine.records("adaptation-works-accepted", COUNTY, YEAR)[0].person_id == person.pk


def test_s118_a_liveable_home_is_accepted_once_its_three_parts_are_done_and_set_against_the_target(office: Office):
    homes = [opened("liveable-home", office.person()) for _ in range(2)]
    for one in homes:
        start(one, "2025-03-01")
        mark(one, "secure", "not_needed", "2025-03-02", what="")
        mark(one, "indoor", "in_place", "2025-04-01", cost_fen=fen("3000.00"))
    with pytest.raises(AidRefused, match="无障碍设施进家庭还没有到位"):
        accept(homes[0], "2025-05-01")
    mark(homes[0], "access", "in_place", "2025-04-20", cost_fen=fen("1200.50"))
    accept(homes[0], "2025-05-01")
    add_plan_item(
        division=COUNTY, year=2025, text="宜居工程", indicator="liveable-home-accepted", target="2", at=AT, by=None
    )

    assert (figure("liveable-home-accepted"), figure("liveable-home-running")) == (1, 1)
    assert parts("liveable-home-accepted", "division") == {"青石镇": 1}
    assert {part.label: part.value for part in engine.breakdown("liveable-home-accepted", "3304", YEAR, "division")} == {
        "示例县": 1, "示例乙县": 0,
    }  # fmt: skip
    assert parts("liveable-home-cost") == {"家居环境优化": Decimal("3000.00"), "无障碍设施进家庭": Decimal("1200.50")}
    assert [one.rate for one in progress(COUNTY, YEAR)] == [Decimal("50.0")]
    with pytest.raises(AidRefused, match="已于 2025-05-01 验收"):
        mark(homes[0], "secure", "in_place", "2025-05-02", cost_fen=0)


def test_s050_each_of_five_measures_is_told_whether_it_is_in_place(office: Office):
    one = opened("five-measures", office.person())
    for code in ("body", "duty", "task", "rule"):
        mark(one, code, "in_place", "2025-03-01")
    mark(one, "money", "lacking", "2025-03-01")

    assert [part.in_place for part in projects.standings(one).values()] == [True] * 4 + [False]
    assert parts("five-measures-in-place") == {"机构": 1, "职责": 1, "任务": 1, "政策": 1}
    assert (figure("five-measures-households"), figure("five-measures-complete")) == (1, 0)

    mark(one, "money", "in_place", "2025-06-01")

    assert (figure("five-measures-in-place"), figure("five-measures-complete")) == (5, 1)


def test_s032_a_gap_in_basic_needs_is_a_task_until_it_is_found_closed(office: Office):
    one = opened("basic-needs", office.person())
    for code in ("food", "clothing"):
        mark(one, code, "in_place", "2025-02-03")
    mark(one, "education", "not_needed", "2025-02-03")
    with pytest.raises(AidRefused, match="完成期限"):
        mark(one, "medical", "lacking", "2025-02-03", due_on=None)
    mark(one, "medical", "lacking", "2025-02-03", worker="乙", due_on=date(2025, 3, 31))
    mark(one, "shelter", "lacking", "2025-02-03")

    tasks = projects.lacking(Undertaking.objects.all())
    assert [(task.part, task.worker, task.due_on) for task in tasks] == [
        ("medical", "乙", date(2025, 3, 31)),
        ("shelter", "甲", date(2025, 6, 30)),
    ]
    mark(one, "shelter", "lacking", "2025-04-03")  # looked at again, the same gap
    mark(one, "medical", "in_place", "2025-03-20")
    assert [task.part for task in projects.lacking(Undertaking.objects.all())] == ["shelter"]
    assert parts("basic-needs-found") == {"基本医疗": 1, "住房安全": 1}
    assert parts("basic-needs-closed") == {"基本医疗": 1}
    assert (figure("basic-needs-lacking"), figure("basic-needs-incomplete")) == (1, 1)
    assert engine.records("basic-needs-closed", COUNTY, YEAR)[0].detail == "2025-03-20 示例 基本医疗"


def test_s178_a_small_work_names_its_payer_its_cost_and_whom_it_serves(office: Office):
    people = [office.person() for _ in range(2)]
    rail = projects.open_at(
        project_id="small-works", place=office.village, address="二区18号楼4单元", served=people[:1], day=date(2025, 4, 1),
        at=AT, by=None,
    )  # fmt: skip
    with pytest.raises(AidRefused, match="已有正在办的"):
        projects.open_at(
            project_id="small-works", place=office.village, address="二区18号楼4单元", served=(), day=date(2025, 4, 2),
            at=AT, by=None,
        )  # fmt: skip
    projects.serve(undertaking=rail, person=people[1], day=date(2025, 4, 2), at=AT, by=None)
    start(rail, "2025-04-03")
    mark(rail, "stair_rail", "in_place", "2025-04-10", cost_fen=fen("1860.00"))
    with pytest.raises(AidRefused, match="谁出的资金"):
        accept(rail, "2025-04-12")
    money(rail, "community", "1860.00", payer="新民村村委会")
    accept(rail, "2025-04-12")

    village = office.village.code
    assert (figure("small-works-accepted", village), figure("small-works-served", village)) == (1, 2)
    assert figure("small-works-cost", village) == figure("small-works-funds", village) == Decimal("1860.00")
    assert parts("small-works-accepted", "division") == {"青石镇": 1}
    assert engine.records("small-works-accepted", COUNTY, YEAR)[0].detail == "2025-04-12 验收 二区18号楼4单元"
    assert engine.figure("small-works-accepted", COUNTY, YEAR).unit == "处"


def test_what_was_said_by_mistake_is_taken_back_and_no_longer_counts(office: Office):
    one = opened("basic-needs", office.person())
    wrong = mark(one, "food", "lacking", "2025-02-03")
    projects.take_back(mark=wrong, reason="填错", at=AT, by=None)

    assert figure("basic-needs-found") == 0
    assert projects.standings(one)["food"].mark is None
    with pytest.raises(AidRefused, match="已经撤回"):
        projects.take_back(mark=wrong, reason="填错", at=AT, by=None)


def test_a_work_given_up_no_longer_counts_and_one_with_money_is_not_given_up(office: Office):
    one, other = (opened("liveable-home", office.person()) for _ in range(2))
    projects.drop(undertaking=one, day=date(2025, 3, 1), reason="搬走", at=AT, by=None)
    money(other, "donor", "10.00", programme="示例")

    assert (figure("liveable-home-opened"), figure("liveable-home-running")) == (1, 1)
    with pytest.raises(AidRefused, match="已经登记了资金"):
        projects.drop(undertaking=other, day=date(2025, 3, 1), reason="搬走", at=AT, by=None)


def test_a_work_accepted_late_in_the_books_still_runs_in_the_figures_of_before(office: Office):
    def on(day: str) -> dict[str, Any]:
        return {"day": date.fromisoformat(day), "by": None}

    one = projects.open_for(
        project_id="liveable-home", person=office.person(), **on("2025-02-03"), at=moment(date(2025, 2, 3))
    )
    projects.start(undertaking=one, plan="示例方案", **on("2025-03-03"), at=moment(date(2025, 3, 3)))
    projects.mark(
        undertaking=one, part=one.of.parts[0].code, standing="in_place", what="示例", evidence="照片", cost_fen=100,
        **on("2025-03-10"), at=moment(date(2025, 3, 10)),
    )  # fmt: skip
    for part in one.of.parts[1:]:
        projects.mark(
            undertaking=one, part=part.code, standing="not_needed", evidence="照片", **on("2025-03-10"),
            at=moment(date(2025, 3, 10)),
        )  # fmt: skip
    projects.accept(
        undertaking=one, finished_on=date(2025, 3, 20), accepted_by="示例镇", **on("2025-03-21"), at=moment(date(2025, 6, 1))
    )  # fmt: skip
    march = Period(Month(2025, 3), Month(2025, 4))

    def known(at: date | None) -> tuple[Any, ...]:
        told_at = None if at is None else moment(at)
        names = ("liveable-home-running", "liveable-home-accepted")
        return tuple(engine.figure(name, COUNTY, march, known_at=told_at).value for name in names)

    assert known(date(2025, 5, 31)) == (1, 0)
    assert known(date(2025, 6, 2)) == known(None) == (0, 1)
    parts_before = engine.figure("liveable-home-cost", COUNTY, march, known_at=moment(date(2025, 6, 2)))
    assert parts_before.value == Decimal("1.00")  # what hangs on a work stays with its number
