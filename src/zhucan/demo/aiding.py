"""A little help beside the months' money: homes made better, needs looked into, a handrail, families in the queue, hardships."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from zhucan.aid import helping, homes, projects
from zhucan.aid.models import Undertaking
from zhucan.core.calendar import add_years
from zhucan.core.divisions import county_of
from zhucan.core.money import fen
from zhucan.delivery import accidents
from zhucan.demo.life import at
from zhucan.demo.paying import Staff
from zhucan.orgs.divisions import division
from zhucan.registry.entering import home_on
from zhucan.registry.models import Person

MANY = 6
"""How many people `aid` asks for."""
_SPRING, _SUMMER, _AUTUMN = date(2025, 4, 8), date(2025, 6, 10), date(2025, 11, 18)


def aid(staff: Staff, people: Sequence[Person]) -> None:
    """Register some of each kind for a few people."""
    if len(people) < MANY:  # a very small county has nobody left
        return
    better, poor, needy, waiting, ill, railed = people[:MANY]
    _liveable(staff, better)
    _checked(staff, poor)
    _handrail(staff, railed)
    _queue(staff, (waiting, needy))
    _hardships(staff, ill, needy)
    _policy(staff, better)


def _told(staff: Staff, day: date) -> dict[str, Any]:
    return {"day": day, "at": at(day, 10), "by": staff.clerk}


def _policy(staff: Staff, person: Person) -> None:
    """Buy an accident insurance for the county; nobody is insured yet."""
    home = home_on(person, _SPRING)
    if home is None:
        return
    accidents.open_policy(
        division=division(county_of(home.division_id)), insurer="示例财产保险公司", number="SL-2025-0001", premium_fen=fen("60.00"),
        payer="government", starts_on=_SPRING, ends_on=add_years(_SPRING, 1), at=at(_SPRING, 10), by=staff.clerk,
    )  # fmt: skip


def _in_place(staff: Staff, one: Undertaking, part: str, what: str, day: date, cost: str = "") -> None:
    projects.mark(
        undertaking=one, part=part, standing="in_place", what=what, evidence="入户核实、照片", **_told(staff, day),
        cost_fen=fen(cost) if cost else None,
    )  # fmt: skip


def _liveable(staff: Staff, person: Person) -> None:
    one = projects.open_for(project_id="liveable-home", person=person, **_told(staff, _SPRING))
    projects.start(undertaking=one, plan="修屋面、换地面、门口做坡道", **_told(staff, _SPRING))
    _in_place(staff, one, "secure", "修补屋面", _SUMMER, "3200.00")
    _in_place(staff, one, "indoor", "地面和照明", _SUMMER, "2600.00")
    _in_place(staff, one, "access", "门口坡道和扶手", _SUMMER, "1800.00")
    for fund, payer, programme, amount in (
        ("federation", "示例县残联", "", "5000.00"), ("donor", "示例县慈善总会", "慈善助残安居", "2600.00"),
    ):  # fmt: skip
        projects.contribute(
            undertaking=one, fund=fund, payer=payer, programme=programme, amount_fen=fen(amount), document="收款凭证",
            **_told(staff, _SUMMER),
        )  # fmt: skip
    projects.accept(
        undertaking=one,
        finished_on=_SUMMER,
        accepted_by="县残联、镇、本人",
        day=_SUMMER,
        at=at(_SUMMER, 15),
        by=staff.clerk,
    )


def _checked(staff: Staff, person: Person) -> None:
    needs = projects.open_for(project_id="basic-needs", person=person, **_told(staff, _SPRING))
    for part in ("food", "clothing", "shelter"):
        _in_place(staff, needs, part, "", _SPRING)
    projects.mark(
        undertaking=needs, part="medical", standing="lacking", what="没有参加居民医保", worker="村专职委员",
        due_on=date(2026, 3, 31), **_told(staff, _AUTUMN),
    )  # fmt: skip
    five = projects.open_for(project_id="five-measures", person=person, **_told(staff, _SPRING))
    for part in ("body", "duty", "task", "rule"):
        _in_place(staff, five, part, "", _SPRING)


def _handrail(staff: Staff, person: Person) -> None:
    home = home_on(person, _SPRING)
    if home is None:
        return
    one = projects.open_at(
        project_id="small-works", place=home.division, address="二区18号楼4单元", served=(person,), plan="两侧安装扶手",
        **_told(staff, _SPRING),
    )  # fmt: skip
    projects.start(undertaking=one, plan="两侧安装扶手", **_told(staff, _SPRING))
    _in_place(staff, one, "stair_rail", "六层扶手", _SUMMER, "1860.00")
    projects.contribute(
        undertaking=one, fund="community", payer="村（居）委会", amount_fen=fen("1860.00"), document="付款凭证",
        **_told(staff, _SUMMER),
    )  # fmt: skip


def _queue(staff: Staff, families: Sequence[Person]) -> None:
    for person, sought, cause in zip(families, ("homeless", "low_rent"), ("collapsed", "crowded"), strict=True):
        homes.register(
            person=person, sought=sought, cause=cause, ground="severe", asked_on=_SPRING, at=at(_SPRING, 10),
            by=staff.clerk,
        )  # fmt: skip


def _hardships(staff: Staff, ill: Person, poor: Person) -> None:
    file = helping.open_file(
        kind="hardship", person=ill, cause="illness", asked_for="住院自付的费用", asked_fen=fen("5000.00"),
        **_told(staff, _SPRING),
    )  # fmt: skip
    helping.decide(
        file=file, decision="granted", amount_fen=fen("3000.00"), note="困难属实", day=_SUMMER, at=at(_SUMMER, 10),
        by=staff.approver,
    )  # fmt: skip
    helping.note(
        file=file,
        channel="relief",
        what="送到家里",
        amount_fen=fen("3000.00"),
        worker="县残联",
        **_told(staff, _SUMMER),
    )
    helping.note(file=file, channel="visit", what="已出院，在家休养", worker="村专职委员", **_told(staff, _AUTUMN))
    helping.open_file(
        kind="poverty", person=poor, cause="low_income", asked_for="想养羊，缺本钱和技术", income_fen=fen("860.00"),
        **_told(staff, _AUTUMN),
    )  # fmt: skip
