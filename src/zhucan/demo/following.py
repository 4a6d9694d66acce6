"""Some of those who are served are followed: steps and reviews of a plan, referrals, files with their keepers, counselling.

All of it is invented and of the last year."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from zhucan.cases import windows
from zhucan.casework import counselling, files, mechanisms, progress, referrals
from zhucan.delivery.models import Plan
from zhucan.demo.life import at
from zhucan.demo.paying import Staff
from zhucan.orgs import institutions
from zhucan.orgs.models import Division, Institution, Level
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Person
from zhucan.registry.spells import Witness

_YEAR = 2025
_OPENED = date(_YEAR, 9, 8)


def follow(
    county: Division, staff: Staff, centre: Institution, people: Sequence[Person], patients: Sequence[Person]
) -> None:
    """Follow a few of those who are trained, and those who take medicine."""
    morning, by = at(_OPENED, 9), staff.clerk
    village = Division.objects.filter(code__startswith=county.code[:6], level=Level.VILLAGE).order_by("code")[0]
    files.appoint(division=village, name="康医生", day=_OPENED, at=morning, by=by)
    home = institutions.register(name="青石镇养护院", kind="care", division=county, at=morning, by=by)
    plan = Plan.objects.filter(person__in=people, closed_on=None).order_by("pk")[0]
    _steps(plan, staff)
    _mechanism(county, staff, people)
    for person, kind, keepers in (
        (people[0], "coordination", {"coordinator": "康医生"}), (people[1], "social_work", {"social_worker": "申社工"}),
        *((one, "guardianship", {"office": "任干部", "community": "甘网格员", "federation": "苗专干"}) for one in patients),
    ):  # fmt: skip
        if kind == "social_work":
            for need in ("need_training", "need_nursing"):
                witness = Witness(morning, by, "康复需求评估")
                set_finding(person=person, day=_OPENED, kind=need, said="indicated", witness=witness)
        file = files.open_file(
            person=person,
            kind=kind,
            every_days=30,
            keepers=keepers,
            day=_OPENED,
            at=morning,
            by=by,
            goal="在家过得稳当",
        )
        for month in (10, 11, 12):
            day = date(_YEAR, month, 10)
            files.contact(
                file=file,
                day=day,
                way="visit",
                worker=next(iter(keepers.values())),
                note="情况平稳。",
                at=at(day, 16),
                by=by,
            )
    hall = windows.open_window(
        division=county,
        name="一号窗口",
        matters="补贴、残疾人证",
        slot_minutes=30,
        per_slot=2,
        most_present=5,
        at=morning,
        by=by,
    )
    for number, name in enumerate(("岑桂英", "柏长山")):
        arrived = at(_OPENED, 9 + number)
        visit = windows.come(window=hall, visitor=name, matter="换领残疾人证", at=arrived, by=by)
        for what, minutes in (("call", 12 + 6 * number), ("leave", 30)):
            windows.step(visit=visit, what=what, at=arrived + timedelta(minutes=minutes), by=by)
    day = date(_YEAR, 11, 5)
    referrals.refer(
        person=plan.person, purpose="tier", plan=plan, institution=centre, tier="home", reason="以后在家练习", day=day, at=at(day, 10),
        by=by,
    )  # fmt: skip
    joint = referrals.refer(
        person=people[0], purpose="joint", institution=home, source=centre, tier="institution", reason="住养护院，仍要训练", day=day,
        at=at(day, 10), by=by,
    )  # fmt: skip
    referrals.answer(
        referral=joint, accepted=True, day=day + timedelta(days=3), at=at(day + timedelta(days=3), 9), by=by
    )
    for number, person in enumerate(people[:2]):
        hour = date(_YEAR, 12, 3 + number)
        booked = counselling.book(
            person=person,
            way="phone",
            day=hour,
            begins=time(9),
            ends=time(10),
            counsellor="宁咨询师",
            at=at(hour, 8),
            by=by,
        )
        if number == 0:
            counselling.hold(booking=booked, note="愿意出门了。", risk="low", at=at(hour, 11), by=by)


def _mechanism(county: Division, staff: Staff, people: Sequence[Person]) -> None:
    """Lay down the county's own mechanism, and run two matters through it: one solved, one that waits in the county."""
    begun, day = date(_YEAR, 3, 3), date(_YEAR, 11, 10)
    told: dict[str, Any] = {"by": staff.clerk}
    mechanism = mechanisms.define(
        division=county, name="助残直通车", document="示例县残〔2025〕6号（虚构）", valid_from=begun, at=at(begun, 9), **told,
        steps=(
            mechanisms.Step("村（社区）受理", "commissioner", 2), mechanisms.Step("乡镇（街道）核实", "township_clerk", 5),
            mechanisms.Step("县残联协调解决", "county_clerk", 10),
        ),
    )  # fmt: skip
    for person, asked, solved in ((people[0], "出门的坡道太陡", True), (people[1], "想学手工，不知道找谁", False)):
        matter = mechanisms.open_matter(mechanism=mechanism, person=person, asked=asked, day=day, at=at(day, 9), **told)
        for number, (what, role) in enumerate(
            (("done", "commissioner"), ("done", "township_clerk"), ("ended", "county_clerk"))
        ):
            if what == "ended" and not solved:
                break
            on = day + timedelta(days=number + 1)
            mechanisms.move(
                matter=matter, what=what, role=role, day=on, note="已重铺坡道" if what == "ended" else "", at=at(on, 15),
                outcome="solved" if what == "ended" else "", **told,
            )  # fmt: skip


def _steps(plan: Plan, staff: Staff) -> None:
    """Give a plan a scale, two steps of which one was reached, and a review."""
    Plan.objects.filter(pk=plan.pk).update(scale="定向行走量表", start_score=Decimal(20), review_days=60)
    begun = at(plan.starts_on, 10)
    first, _ = (
        progress.set_milestone(plan=plan, text=text, due_on=day, at=begun, by=staff.clerk)
        for text, day in (("会用盲杖", date(_YEAR, 10, 15)), ("走到村口", date(2026, 2, 1)))
    )
    day = date(_YEAR, 10, 12)
    progress.reach(milestone=first, day=day, at=at(day, 17), by=staff.clerk)
    progress.review(plan=plan, day=day, score=Decimal(28), worker="陶老师", at=at(day, 17), by=staff.clerk)
