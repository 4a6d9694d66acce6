"""Applications of the last weeks: some in every state of their flows, and all that a mother asks for her deaf child."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import QuerySet

from zhucan.cases import awards, reopening
from zhucan.cases.applying import Asked, apply
from zhucan.cases.models import Application, Award
from zhucan.cases.moving import Actor
from zhucan.core.identifiers import check_character
from zhucan.delivery import reliefs
from zhucan.demo.life import at
from zhucan.demo.paying import Staff
from zhucan.demo.places import NEIGHBOUR
from zhucan.demo.window import Case, Step, Window
from zhucan.orgs import institutions
from zhucan.orgs.models import Division, User
from zhucan.policy.steps import APPLICANT, State
from zhucan.registry import findings, holders, services
from zhucan.registry.models import Certificate, Death, Hardship, Holder, Person, Residence
from zhucan.registry.spells import Witness

LAST = date(2026, 1, 7)
"""The last day on which anything is done in the office."""
_MOST = 80  # of each kind of person so many are looked at: enough to choose from


def _nov(day: int) -> date:
    return date(2025, 11, day)


def _dec(day: int) -> date:
    return date(2025, 12, day)


def _jan(day: int) -> date:
    return date(2026, 1, day)


_BUS, _HELP, _CHAIR, _HOME = "free-bus-card", "temporary-relief", "device-wheelchair", "home-adaptation"
_PREMIUM, _PENSION, _MEDICINE = "medical-premium-subsidy", "pension-premium-subsidy", "mental-medication"
_WHEELED = {"device_paid_elsewhere": False, "device_price": 120_000}  # fen
_WORKS = {"works_consent": True, "works_cost": 468_000}
_FETCHED = ({"month": _dec(1), "cost": 18_000},)
_SURVEYED = (Step("survey", _nov(14)),)
_GRANTED = (*_SURVEYED, Step("publicise", _nov(17)), Step("approve", _nov(26)))
_BUILT = (*_GRANTED, Step("build", _dec(12)))

_OVERTURNED = Case(_PREMIUM, "poor", _dec(8), (Step("refuse", _dec(9), "户口簿复印件看不清，联系不上本人"),))
_REVIEW = (Step("check", _dec(16)), Step("approve", _dec(18), "户口簿原件已经核对"))
_CASES = (
    Case(_BUS, "blind", _dec(15), (Step("check", _dec(16)), Step("approve", _dec(18)), Step("deliver", _dec(19)))),
    Case(_BUS, "blind", _dec(22)),
    Case(_BUS, "blind", _dec(24), (Step("check", _dec(26)),)),
    Case(_PREMIUM, "poor", _dec(29)),
    Case(_PREMIUM, "mild", _dec(9), (Step("check", _dec(10)), Step("refuse", _dec(12)))),
    _OVERTURNED,
    Case(_PENSION, "poor", _dec(11), (Step("withdraw", _dec(16)),)),
    Case(_PENSION, "poor", _dec(17), (Step("ask", _dec(19), "身份证已过期，请带新证来"),)),
    Case(_PENSION, "mover", _dec(10), (Step("transfer", _dec(24), "户籍迁到邻县，由那里接着办"),)),
    Case(
        _HELP,
        "poor",
        _dec(3),
        (Step("check", _dec(4)), Step("publicise", _dec(5)), Step("approve", _dec(17))),
        {"relief_asked": 150_000},
    ),
    Case(_HELP, "poor", _dec(23), (Step("check", _dec(24)), Step("publicise", _dec(31))), {"relief_asked": 200_000}),
    Case(_HELP, "poor", _dec(26), (Step("ask", _dec(29), "请补交近三个月的费用票据"),), {"relief_asked": 80_000}),
    Case(_MEDICINE, "mental", _dec(4), (Step("check", _dec(5)), Step("approve", _dec(9))), items=_FETCHED),
    Case(_MEDICINE, "mental", _dec(25), (Step("check", _dec(30)),), items=_FETCHED),
    Case(_CHAIR, "physical", _dec(16), (Step("check", _dec(17)), Step("book", _jan(5), "2026-01-13")), _WHEELED),
    Case(
        _CHAIR,
        "physical",
        _dec(2),
        (Step("check", _dec(3)), Step("book", _dec(4), "2025-12-08"), Step("assess", _dec(8))),
        _WHEELED,
    ),
    Case("certificate-renewal", "expiring", _dec(30)),
    Case(_HOME, "severe", _dec(30), facts=_WORKS),
    Case(_HOME, "severe", _nov(10), _SURVEYED, _WORKS),
    Case(_HOME, "severe", _nov(12), (*_SURVEYED, Step("publicise", _dec(31))), _WORKS),
    Case(_HOME, "severe", _nov(5), _GRANTED, _WORKS),
    Case(_HOME, "severe", _nov(5), _BUILT, _WORKS),
    Case(_HOME, "severe", _nov(4), (*_BUILT, Step("accept", _dec(18))), _WORKS),
)
_CHILD = (  # what the mother asks for at one time, and how far each is
    ("certificate-new", (Step("check", _dec(3)), Step("book", _dec(4), "2025-12-10"), Step("assess", _dec(10), "hearing 1"),
                         Step("publicise", _dec(11)), Step("approve", _dec(22)), Step("deliver", _dec(23)))),
    ("child-rehabilitation", (Step("check", _dec(24)), Step("book", _jan(5), "2026-01-14"))),
    ("device-hearing-aid", (Step("check", _dec(24)), Step("book", _dec(25), "2025-12-29"), Step("assess", _dec(29)))),
    ("nursing-subsidy", (Step("check", _dec(24)), Step("publicise", _dec(31)))),
)  # fmt: skip


def ask(dice: random.Random, county: Division, staff: Staff, guardian: User, eager: Sequence[Person]) -> None:
    """Let people ask, and carry each case as far as it is to stand; with few people some kinds of them are not there.

    `eager` were told of the bus card and ask for it first.
    """
    window, people = Window(staff), _People(dice, county, {"blind": eager})
    for case in sorted(_CASES, key=lambda case: case.asked):
        person = next(people.of(case.who), None)
        if person is None:
            continue
        one = window.take_in(case, person)
        _tell(case, person, staff.clerk)
        one = window.carry(one, case.steps)
        if case is _OVERTURNED:
            again = reopening.review(
                application=one, actor=Actor(None, APPLICANT), on=_dec(15), at=at(_dec(15), 9), reason="原件已经带来"
            )
            window.carry(again, _REVIEW)
    _hand_over(county, staff)
    _mother(window, county, staff, guardian)


class _People:
    """Who may ask: living in the county with a valid card, of a kind; nobody twice, nobody who was granted something."""

    def __init__(self, dice: random.Random, county: Division, first: Mapping[str, Sequence[Person]]) -> None:
        self._dice, self._first = dice, first
        here = Residence.objects.as_known().on(LAST).filter(division__code__startswith=county.code[:6])
        self._here = (
            Person.objects.filter(pk__in=here.values("person"), born__lt=date(2000, 1, 1))
            .exclude(pk__in=Death.objects.as_known().values("person"))
            .exclude(pk__in=Award.objects.filter(granted_fen__isnull=False).values("person"))
        )
        self._queues: dict[str, Iterator[Person]] = {}
        self._taken: set[int] = set()

    def of(self, kind: str) -> Iterator[Person]:
        """Return the people of a kind who have not asked yet, in an order of chance."""
        if kind not in self._queues:
            found = list(self._matching(kind).order_by("pk")[:_MOST])
            self._dice.shuffle(found)
            self._queues[kind] = iter([one for one in self._first.get(kind, ()) if one in found] + found)
        for person in self._queues[kind]:
            if person.pk not in self._taken:
                self._taken.add(person.pk)
                yield person

    def _matching(self, kind: str) -> QuerySet[Person]:
        cards = Certificate.objects.as_known().on(LAST).filter(status="valid")
        poor = Hardship.objects.as_known().on(LAST).filter(kind="dibao")
        lasting = cards.filter(expires__gt=date(2026, 7, 1))
        match kind:
            case "blind":
                return self._here.filter(pk__in=lasting.filter(category="visual", grade__lte=2).values("person"))
            case "mild":
                well_off = Hardship.objects.as_known().on(LAST).filter(kind="none").values("person")
                return self._here.filter(pk__in=lasting.filter(grade__gte=3).values("person")).filter(pk__in=well_off)
            case "mental":
                cards = lasting.filter(category="mental")
            case "physical":
                cards = lasting.filter(category="physical", grade__lte=2)
            case "severe":
                cards = lasting.filter(grade__lte=2)
            case "expiring":
                return self._here.filter(pk__in=cards.filter(expires__range=(LAST, date(2026, 3, 1))).values("person"))
            case _:
                cards = lasting
        return self._here.filter(pk__in=cards.values("person")).filter(pk__in=poor.values("person"))


def _tell(case: Case, person: Person, by: User) -> None:
    """Record what becomes known on the way: what the survey of a home found, and that the mover went to the next county."""
    if case.scheme == _HOME and case.steps:
        told = Witness(at(case.steps[0].on, 10), by, "入户勘察")
        for kind, said in (("house_fit_for_works", "是"), ("severe_at_home", "1")):
            findings.set_finding(person=person, day=case.asked, kind=kind, said=said, witness=told)
    if case.who == "mover":
        there = Division.objects.filter(code__startswith=NEIGHBOUR[:6], level="village").order_by("code")[0]
        services.move(person=person, day=_dec(20), division=there, witness=Witness(at(_dec(22), 9), by, "公安"))


def _hand_over(county: Division, staff: Staff) -> None:
    """Begin the bus card (the premium is still to be begun), note the medicine fetched, and name whom the works are paid to."""
    by = staff.clerk
    granted = Award.objects.filter(application__isnull=False, division=county).order_by("pk")
    for award in granted.filter(scheme=_BUS):
        reliefs.begin(award=award, valid_from=_dec(19), valid_to=date(2030, 12, 19), at=at(_dec(19), 16), by=by)
    for award in granted.filter(scheme=_MEDICINE):
        hospital = institutions.register(
            name="示例县精神卫生中心", kind="hospital", division=county, at=at(_dec(9), 9), by=by
        )
        for day in (_dec(12), _jan(6)):
            reliefs.pick_up(award=award, institution=hospital, day=day, at=at(day, 16), by=by, worth_fen=18_000)
    works = granted.filter(scheme=_HOME).exclude(
        application__state=State.ACCEPTED.value
    )  # its payee is still to be named
    if works:
        builder = institutions.register(
            name="示例县安居工程队", kind="supplier", division=county, at=at(_nov(26), 9), by=by
        )
        institutions.set_account(
            institution=builder, bank="示例银行", number="330499000000000002", holder="示例县安居工程队", at=at(_nov(26), 9), by=by
        )  # fmt: skip
        for award in works:
            awards.pay_to(award=award, payee=builder, on=_nov(27), at=at(_nov(27), 10), by=by)


def _mother(window: Window, county: Division, staff: Staff, guardian: User) -> None:
    """Register a deaf child of four, and let the mother ask online for all of it at once; she reads its file too."""
    by, told = staff.clerk, Witness(at(_dec(1), 10), staff.clerk, "窗口登记")
    village = Division.objects.filter(code__startswith=county.code[:6], level="village").order_by("code")[0]
    born = date(2021, 10, 12)
    body = f"330499{born:%Y%m%d}908"
    child = services.register_person(
        name="林小满", id_number=body + check_character(body), division=village, since=born, witness=told
    )
    services.set_guardian(
        person=child, day=_dec(1), name=guardian.full_name, relation="母亲", phone="13800000008", witness=told
    )
    services.set_hardship(person=child, day=_dec(1), kind="dibao", witness=told)
    services.set_account(
        person=child, day=_dec(1), bank="示例银行", number="9900330499000009080", holder=guardian.full_name, witness=told,
        guardian=True,
    )  # fmt: skip
    holders.give(
        person=child, username=guardian.username, name=guardian.full_name, relation=Holder.Relation.GUARDIAN, day=_dec(1),
        at=at(_dec(1), 11), by=by,
    )  # fmt: skip
    asked = Asked(
        schemes=tuple(scheme for scheme, _ in _CHILD), event="child_diagnosed", channel="online", relation="guardian",
        applicant=guardian.full_name, applied_on=_dec(2),
        facts={"kind_claimed": "hearing", "device_pieces": 2, "device_paid_elsewhere": False, "device_price": 280_000},
    )  # fmt: skip
    bundle = apply(person=child, asked=asked, actor=Actor(guardian, APPLICANT), at=at(_dec(2), 20))
    found = {one.scheme: one for one in Application.objects.filter(bundle=bundle)}
    in_time = sorted(((step, scheme) for scheme, steps in _CHILD for step in steps), key=lambda one: one[0].on)
    for step, scheme in in_time:  # so that the mother reads the notices in their order
        found[scheme] = window.carry(found[scheme], (step,))
