"""Some of what a county gives beside the months' money: lamps, wheelchairs, training, help at home, medicine, grants.

All of it is invented and of the last year."""

import random
from collections.abc import Sequence
from datetime import date, time

from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.core.months import Month
from zhucan.delivery import plans, reliefs, stock
from zhucan.delivery.models import Piece
from zhucan.demo.aiding import MANY, aid
from zhucan.demo.following import follow
from zhucan.demo.life import at
from zhucan.demo.paying import Staff
from zhucan.orgs import institutions
from zhucan.orgs.models import Division, Institution, User
from zhucan.payments import services
from zhucan.policy.catalogue import GRANTED
from zhucan.registry.models import Certificate, Person

_YEAR = 2025
_PAID = Month(_YEAR, 11)
_CARDS = date(_YEAR, 12, 1)


def give(dice: random.Random, county: Division, staff: Staff, partner: User) -> None:
    """Hand out, serve and grant a little in the last year, so that no page about it is empty."""
    living = Person.objects.filter(
        residence_spells__valid_to=None, residence_spells__retracted_at=None, death_spells=None,
        residence_spells__division__code__startswith=county.code[:6], born__lt=date(2007, 1, 1),
    )  # fmt: skip
    taken: set[int] = set()

    def some(many: int, **card: object) -> list[Person]:
        """Return people whose card says so, nobody twice."""
        cards = Certificate.objects.as_known().on(_CARDS).filter(status="valid", **card)
        found = living.filter(pk__in=cards.values("person")).exclude(pk__in=taken)
        people = list(found.order_by("pk").distinct()[:400])
        chosen = dice.sample(people, min(len(people), many))
        taken.update(person.pk for person in chosen)
        return chosen

    centre = _centre(county, staff, partner)
    chairs = some(4, category="physical", grade__lte=2)
    learners = some(4, category="visual", grade__lte=2)
    _goods(county, staff, some(40), chairs)
    _training(dice, county, staff, partner, centre, learners)
    _founders(county, staff, some(4, category__in=("physical", "hearing"), grade__gte=3))
    _care(county, staff, partner, centre, some(2, grade=1))
    patients = some(1, category="mental")
    _medicine(county, staff, patients)
    follow(county, staff, centre, learners, patients)
    aid(staff, some(MANY, grade__lte=2))


def _centre(county: Division, staff: Staff, partner: User) -> Institution:
    day = date(_YEAR, 1, 6)
    made = institutions.register(
        name="示例县康复中心", kind="rehabilitation", division=county, at=at(day, 9), by=staff.clerk
    )
    institutions.set_account(
        institution=made,
        bank="示例银行",
        number="330499000000000001",
        holder="示例县康复中心",
        at=at(day, 9),
        by=staff.clerk,
    )
    institutions.employ(institution=made, user=partner, day=day, at=at(day, 9), by=staff.clerk)
    return made


def _granted(county: Division, staff: Staff, person: Person, scheme: str, day: date, **more: object) -> Award:
    return awards.grant(
        person=person, scheme_id=scheme, division=county, applied_on=day, approved_on=day, at=at(day, 15), by=staff.approver,
        **more,  # type: ignore[arg-type]  # what each caller grants
    )  # fmt: skip


def _goods(county: Division, staff: Staff, lamps: Sequence[Person], chairs: Sequence[Person]) -> None:
    day = date(_YEAR, 3, 3)
    store = stock.add_store(division=county, name="县残联仓库", at=at(day, 9), by=staff.clerk)
    lamp = stock.add_item(
        division=county,
        name="节能灯",
        unit="只",
        scheme="household-goods",
        worth_fen=1_500,
        at=at(day, 9),
        by=staff.clerk,
    )
    chair = stock.add_item(
        division=county, name="普通轮椅", unit="辆", scheme="device-wheelchair", worth_fen=80_000, years_of_use=4,
        numbered=True, at=at(day, 9), by=staff.clerk,
    )  # fmt: skip
    told = stock.Told(day, at(day, 10), staff.clerk, "省残联调拨")
    serials = tuple(f"W{number:03}" for number in range(1, 7))
    stock.receive(store=store, item=lamp, quantity=200, told=told)
    stock.receive(store=store, item=chair, quantity=6, told=told, serials=serials)
    round_day = date(_YEAR, 5, 18)
    helping = stock.open_round(
        division=county, name="2025 年助残日节能灯", item=lamp, each=2, opens_on=round_day, closes_on=date(2026, 7, 1),
        at=at(round_day, 9), by=staff.clerk,
    )  # fmt: skip
    for person in lamps:
        stock.issue(
            store=store, item=lamp, person=person, quantity=2, told=stock.Told(round_day, at(round_day, 11), staff.clerk),
            round=helping,
        )  # fmt: skip
    issued = []
    for number, (person, serial) in enumerate(zip(chairs, serials, strict=False)):
        award = _granted(
            county, staff, person, "device-wheelchair", date(_YEAR, 6, 3 + number), amount_fen=80_000, quantity=1
        )
        given = award.approved_on.replace(day=20)
        issued.append(
            stock.issue(
                store=store, item=chair, person=person, quantity=1, told=stock.Told(given, at(given, 10), staff.clerk),
                award=award, piece=Piece.objects.get(item=chair, serial=serial),
            )
        )  # fmt: skip
    back = date(_YEAR, 10, 9)
    stock.take_back(
        issued=issued[0],
        store=store,
        quantity=1,
        broken=True,
        told=stock.Told(back, at(back, 9), staff.clerk, "前轮损坏"),
    )


def _training(
    dice: random.Random, county: Division, staff: Staff, partner: User, centre: Institution, learners: Sequence[Person]
) -> None:
    for number, person in enumerate(learners):
        award = _granted(
            county, staff, person, "orientation-mobility", date(_YEAR, 8, 4 + number), amount_fen=0, quantity=1
        )
        plan = plans.plan(
            award=award, institution=centre, discipline="mobility", units=12, unit="次", starts_on=date(_YEAR, 9, 1),
            ends_on=date(2026, 3, 1), goal="独立走到村口", at=at(award.approved_on, 16), by=staff.clerk,
        )  # fmt: skip
        for lesson in range(dice.randint(3, 9)):
            day = date(_YEAR, 9 + lesson // 3, 2 + 7 * (lesson % 3) + number)
            plans.record(
                plan=plan, day=day, begins=time(9), ends=time(10, 30), units=1, worker="陶老师", signed_by="本人", at=at(day, 17),
                by=partner,
            )  # fmt: skip
        if number == 0:
            day = date(_YEAR, 12, 19)
            plans.close(plan=plan, day=day, at=at(day, 17), by=partner, reached=True, note="能独自走到村口和小店")


def _care(county: Division, staff: Staff, partner: User, centre: Institution, cared: Sequence[Person]) -> None:
    """Let two have vouchers of so many hours of help at home a month, unused ones kept for a month."""
    for number, person in enumerate(cared):
        award = _granted(
            county, staff, person, "home-care-voucher", date(_YEAR, 9, 8 + number), amount_fen=0, quantity=30
        )
        plan = plans.plan(
            award=award, institution=centre, discipline="home_care", units=180, unit="小时", monthly_units=30, carry_months=1,
            starts_on=date(_YEAR, 10, 1), ends_on=date(2026, 4, 1), goal="每周有人帮忙洗浴、打扫", at=at(award.approved_on, 16),
            by=staff.clerk,
        )  # fmt: skip
        for visit in range(11):
            day = date(_YEAR, 10 + visit // 4, 3 + 7 * (visit % 4) + number)
            plans.record(
                plan=plan, day=day, begins=time(14), ends=time(17), units=3, worker="汪师傅",
                signed_by="本人", at=at(day, 18), by=partner,
            )  # fmt: skip


def _medicine(county: Division, staff: Staff, patients: Sequence[Person]) -> None:
    """Let somebody fetch medicine at the township's clinic each month but one."""
    day = date(_YEAR, 7, 7)
    clinic = institutions.register(name="青石镇卫生院", kind="hospital", division=county, at=at(day, 9), by=staff.clerk)
    for person in patients:
        award = _granted(county, staff, person, "mental-medication", day, amount_fen=0, quantity=6)
        for month in (7, 8, 10, 11, 12):
            fetched = date(_YEAR, month, 9)
            reliefs.pick_up(
                award=award, institution=clinic, day=fetched, at=at(fetched, 10), by=staff.clerk, worth_fen=15_000
            )


def _founders(county: Division, staff: Staff, founders: Sequence[Person]) -> None:
    for number, person in enumerate(founders):
        _granted(county, staff, person, "startup-grant", date(_YEAR, 11, 3 + number), amount_fen=500_000)
    day = date(_YEAR, 11, 28)
    run = services.calculate(
        month=_PAID,
        division=county,
        schemes=[item.id for item in GRANTED],
        known_at=at(day, 8),
        at=at(day, 9),
        by=staff.clerk,
    )
    if run is not None:
        services.check(run=run, at=at(day, 11), by=staff.clerk)
        services.approve(run=run, at=at(day, 15), by=staff.approver)
