"""A county lays down its own mechanism, matters run through it by role and deadline, and what came of them is counted."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.casework.conftest import Ward
from zhucan.casework import mechanisms
from zhucan.casework.mechanisms import Step
from zhucan.casework.models import Matter, MatterMove, Mechanism
from zhucan.casework.refusing import CaseworkRefused
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.periods import Period
from zhucan.orgs.clock import moment
from zhucan.orgs.models import AuditEntry, Division
from zhucan.registry.models import Person

pytestmark = pytest.mark.django_db
MORE: dict[str, Any] = {"at": moment(date(2026, 3, 1)), "by": None}
STEPS = (
    Step("村里受理", "commissioner", 3),
    Step("乡镇核实", "township_clerk", 5),
    Step("县里答复", "county_clerk", 10),
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def define(ward: Ward, name: str = "助残直通车", steps: Sequence[Step] = STEPS, since: str = "2025-01-01") -> Mechanism:
    return mechanisms.define(
        division=ward.office.county.a,
        name=name,
        document="示例县残〔2025〕2号（虚构）",
        valid_from=day(since),
        steps=steps,
        **MORE,
    )


def come(mechanism: Mechanism, person: Person, on: str, asked: str = "门口台阶高，出不去") -> Matter:
    return mechanisms.open_matter(mechanism=mechanism, person=person, asked=asked, day=day(on), **MORE)


def take(matter: Matter, role: str, on: str, what: str = "done", note: str = "", outcome: str = "") -> Matter:
    return mechanisms.move(matter=matter, what=what, role=role, day=day(on), note=note, outcome=outcome, **MORE)


def test_s187_a_county_names_its_mechanism_runs_matters_through_it_and_tells_the_share_in_time(ward: Ward):
    mechanism = define(ward)
    swift, late, open_, back = (come(mechanism, ward.office.person(), "2025-03-03") for _ in range(4))
    assert (swift.step.name, swift.due_on) == ("村里受理", day("2025-03-06"))  # a Monday and three working days

    assert take(swift, "commissioner", "2025-03-06").due_on == day("2025-03-13")  # over the weekend
    take(swift, "township_clerk", "2025-03-13")
    assert mechanisms.move(
        matter=swift, what="ended", role="county_clerk", day=day("2025-03-20"), note="铺了坡道", outcome="solved", **MORE
    ).closed_on == day("2025-03-20")  # fmt: skip
    take(late, "commissioner", "2025-03-07")  # a day late
    take(late, "township_clerk", "2025-03-10")
    take(late, "county_clerk", "2025-03-11", "ended", "属于物业，已劝导", "unsolved")
    take(back, "commissioner", "2025-03-04", "ended", "不用办了", "withdrawn")
    take(open_, "commissioner", "2025-03-04")
    returned = take(open_, "township_clerk", "2025-03-05", "returned", "没有写地址")
    assert (returned.step.number, returned.due_on) == (1, day("2025-03-10"))

    def figures(through: int = 12) -> dict[str, Any]:
        period = Period(Month(2025, 1), Month.from_index(Month(2025, through).index + 1))
        names = ("handled", "in-time", "in-time-share", "open", "overdue")
        found = {name: engine.figure(f"matters-{name}", "330499", period) for name in names}
        for name in ("handled", "in-time", "open", "overdue"):
            assert len(engine.records(f"matters-{name}", "330499", period)) == found[name].records
        return {name: one.value for name, one in found.items()}

    assert figures() == {"handled": 2, "in-time": 1, "in-time-share": Decimal("50.00"), "open": 1, "overdue": 1}
    assert figures(2) == {"handled": 0, "in-time": 0, "in-time-share": None, "open": 0, "overdue": 0}
    told = [one.detail for one in engine.records("matters-handled", "330499", Period.year(2025))]
    assert sorted(told) == [
        "助残直通车，2025-03-03 受理，2025-03-11 办结，没有解决", "助残直通车，2025-03-03 受理，2025-03-20 办结，已解决",
    ]  # fmt: skip
    assert list(mechanisms.overdue(Matter.objects.all(), day("2025-03-11"))) == [open_]
    assert not mechanisms.overdue(Matter.objects.all(), day("2025-03-10")).exists()  # the last day is in time
    assert list(mechanisms.waiting(Matter.objects.all(), "commissioner")) == [open_]


def test_only_the_role_of_the_step_takes_it_and_the_order_is_kept(ward: Ward):
    matter = come(define(ward), ward.office.person(), "2025-03-03")
    for role, on, said, words in (
        ("county_clerk", "2025-03-04", {}, "由村（社区）专职委员办理"),
        ("commissioner", "2025-03-01", {}, "早于 2025-03-03"),
        ("commissioner", "2026-03-02", {}, "还没有到"),
        ("commissioner", "2025-03-04", {"what": "sold"}, "没有“sold”"),
        ("commissioner", "2025-03-04", {"what": "returned", "note": "x"}, "这是第一步"),
        ("commissioner", "2025-03-04", {"what": "ended", "note": "x"}, "要写结果"),
        ("commissioner", "2025-03-04", {"what": "ended", "outcome": "solved"}, "没有写说明"),
    ):  # fmt: skip
        with pytest.raises(CaseworkRefused, match=words):
            take(matter, role, on, **said)
    assert not MatterMove.objects.exists()
    matter.refresh_from_db()
    assert (matter.step.number, matter.due_on) == (1, day("2025-03-06"))
    for role in ("commissioner", "township_clerk"):
        take(matter, role, "2025-03-04")
    with pytest.raises(CaseworkRefused, match="这是最后一步"):
        take(matter, "county_clerk", "2025-03-05")
    take(matter, "county_clerk", "2025-03-05", "ended", "好了", "solved")
    with pytest.raises(CaseworkRefused, match="2025-03-05 办结"):
        take(matter, "county_clerk", "2025-03-06")


def test_a_mechanism_with_matters_is_ended_and_replaced_and_one_without_is_rewritten(ward: Ward):
    mechanism = define(ward)
    said: dict[str, Any] = {"name": "助残直通车", "document": "示例文件", "steps": STEPS[:2]}
    rewritten = mechanisms.revise(mechanism=mechanism, valid_from=day("2025-01-06"), **said, **MORE)
    assert (rewritten.pk, rewritten.steps.count(), Mechanism.objects.count()) == (mechanism.pk, 2, 1)

    matter = come(rewritten, ward.office.person(), "2025-03-03")
    with pytest.raises(CaseworkRefused, match="截止日期应在这之后"):
        mechanisms.revise(mechanism=rewritten, valid_from=day("2025-03-03"), **said, **MORE)
    new = mechanisms.revise(mechanism=rewritten, valid_from=day("2025-06-01"), **{**said, "steps": STEPS[2:]}, **MORE)

    rewritten.refresh_from_db()
    assert (rewritten.valid_to, new.steps.get().name) == (day("2025-06-01"), "县里答复")
    assert take(matter, "commissioner", "2025-06-10").step.name == "乡镇核实"  # goes on as it began
    with pytest.raises(CaseworkRefused, match="不在实行"):
        come(rewritten, ward.office.person(), "2025-06-01")
    assert come(new, ward.office.person(), "2025-06-01").step.role == "county_clerk"
    with pytest.raises(CaseworkRefused, match="不能再改"):
        mechanisms.revise(mechanism=rewritten, valid_from=day("2025-09-01"), **said, **MORE)
    mechanisms.end(mechanism=new, day=day("2025-12-01"), **MORE)
    assert not mechanisms.in_force(ward.office.county.a.pk, day("2025-12-01")).exists()


def test_what_makes_no_mechanism_is_refused_and_what_is_asked_is_sealed(ward: Ward):
    define(ward)
    village = Division.objects.filter(level="village").first()
    for said, words in (
        ({"name": "助残直通车"}, "已有“助残直通车”"), ({"name": " "}, "没有写名称"), ({"steps": ()}, "至少要有一步"),
        ({"steps": (Step("x", "auditor", 3),)}, "责任岗位“auditor”不对"), ({"steps": (Step("x", "leader", 0),)}, "1 至 250"),
        ({"steps": (Step(" ", "leader", 1),)}, "没有写第 1 步做什么"),
    ):  # fmt: skip
        with pytest.raises(CaseworkRefused, match=words):
            define(ward, **{"name": "另一个", **said})
    assert village is not None
    with pytest.raises(CaseworkRefused, match="由县"):
        mechanisms.define(
            division=village, name="村里的", document="示例", valid_from=day("2025-01-01"), steps=STEPS, **MORE
        )
    assert Mechanism.objects.count() == 1
    mechanism = Mechanism.objects.get()
    with pytest.raises(CaseworkRefused, match="没有写要办什么"):
        come(mechanism, ward.office.person(), "2025-03-03", " ")
    matter = come(mechanism, ward.office.person(), "2025-03-03")
    take(matter, "commissioner", "2025-03-04", note="家里有三级台阶")
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked, (SELECT note FROM casework_mattermove) FROM casework_matter")
        stored = str(cursor.fetchall())
    assert "台阶" not in stored
    assert Matter.objects.get().asked == "门口台阶高，出不去"


def test_a_deadline_that_no_holiday_table_reaches_is_filled_in_once_the_table_is_out(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
):
    mechanism = define(ward)
    with monkeypatch.context() as without:
        without.setattr(mechanisms, "deadline", lambda day, count: None)
        matter, ended = (come(mechanism, ward.office.person(), "2025-03-03") for _ in range(2))
        assert (matter.due_on, matter.step.name) == (None, "村里受理")
        assert take(matter, "commissioner", "2025-03-04").due_on is None
        take(ended, "commissioner", "2025-03-04", "ended", "当场办好", "solved")
        assert not mechanisms.overdue(Matter.objects.all(), day("2025-12-31")).exists()
        figures = {
            name: engine.figure(f"matters-{name}", "330499", Period.year(2025)) for name in ("handled", "in-time")
        }
        assert {name: one.value for name, one in figures.items()} == {"handled": 1, "in-time": None}
    dated = come(mechanism, ward.office.person(), "2025-03-03")
    assert list(mechanisms.waiting(Matter.objects.all())) == [dated, matter]  # no deadline: last

    out = StringIO()
    call_command("mechanism", "matters", "--division", "330499", stdout=out)
    assert "期限等放假安排公布" in out.getvalue()
    call_command("mechanism", "deadlines", "--division", "330499", stdout=out)
    call_command("mechanism", "deadlines", "--division", "330499", stdout=out)

    assert out.getvalue().splitlines()[-2:] == ["补上了 3 个期限。", "补上了 0 个期限。"]
    matter.refresh_from_db()
    assert matter.due_on == day("2025-03-11")
    assert [one.due_on for one in matter.moves.all()] == [day("2025-03-06")]
    assert engine.figure("matters-in-time", "330499", Period.year(2025)).value == 1


def test_a_matter_entered_by_mistake_is_taken_back_and_what_was_known_before_still_counts_it(ward: Ward):
    first, second, third = (moment(date(2025, month, 10)) for month in (4, 5, 6))
    mechanism, told = (
        define(ward),
        {"mechanism": None, "person": ward.office.person(), "day": day("2025-03-03"), "by": None},
    )
    wrong, right = (
        mechanisms.open_matter(**{**told, "mechanism": mechanism, "asked": asked, "at": first})
        for asked in ("甲", "乙")
    )
    step: dict[str, Any] = {
        "what": "ended",
        "role": "commissioner",
        "day": day("2025-03-04"),
        "note": "办好",
        "by": None,
    }
    for one in (wrong, right):
        mechanisms.move(matter=one, **step, outcome="solved", at=second)
    call_command("mechanism", "retract", str(wrong.pk), "--reason", "登记错人", "--division", "330499")
    with pytest.raises(CaseworkRefused, match="已经撤回"):
        mechanisms.take_back(matter=wrong, reason="x", at=third, by=None)
    with pytest.raises(CaseworkRefused, match="已经撤回"):
        mechanisms.move(matter=wrong, **step, outcome="solved", at=third)

    def known(at: datetime | None) -> tuple[Any, ...]:
        period = Period(Month(2025, 3), Month(2025, 4))
        return tuple(
            engine.figure(f"matters-{one}", "330499", period, known_at=at).value for one in ("open", "handled")
        )

    assert known(first) == (2, 0)  # nobody knew yet that they were done
    assert known(third) == (0, 2)
    assert known(None) == (0, 1)
    assert AuditEntry.objects.filter(action="casework.matter-retracted", target=f"matter:{wrong.pk}").exists()
    out = StringIO()
    call_command("mechanism", "list", "--division", "330499", stdout=out)
    assert "受理过 1 件，在办 0 件" in out.getvalue()
    with pytest.raises(CommandError, match="没有编号"):
        call_command("mechanism", "retract", str(wrong.pk), "--reason", "x", "--division", "330499")
