"""Builds the demo: an empty database becomes a county with people, their life, and every month paid."""

import gc
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

from zhucan.core.garbage import no_garbage_collection
from zhucan.core.months import Month, months
from zhucan.demo import asking, facilities, looking, places
from zhucan.demo.chronicle import Chronicle
from zhucan.demo.gathering import gather
from zhucan.demo.giving import give
from zhucan.demo.life import LAST_TOLD, Life, at
from zhucan.demo.owing import Collector
from zhucan.demo.paying import Office, Paid, Staff
from zhucan.demo.people import Population
from zhucan.orgs import audit, divisions
from zhucan.orgs.models import Appointment, Counter, Division, Role, User
from zhucan.orgs.standards import set_standard
from zhucan.registry import holders
from zhucan.registry.models import Holder, Person

LAST_MONTH = Month(2025, 12)
REPORT_DAY = date(2026, 1, 8)
MADE = "demo.made"  # the audit entry by which a database is known to be a demo's
# (username, name, role, place): "" is the county, then a township by name, and a village by its position in it
_STAFF: tuple[tuple[str, str, Role, str, int | None], ...] = (
    ("clerk", "沈知远", Role.COUNTY_CLERK, "", None),
    ("approver", "陆文静", Role.APPROVER, "", None),
    ("finance", "顾明", Role.FINANCE, "", None),
    ("leader", "钟海", Role.LEADER, "", None),
    ("auditor", "严正", Role.AUDITOR, "", None),
    ("admin", "管辰", Role.ADMINISTRATOR, "", None),
    ("township", "苏青", Role.TOWNSHIP_CLERK, "青石镇", None),
    ("village", "田秋月", Role.COMMISSIONER, "青石镇", 0),
    ("village", "田秋月", Role.COMMISSIONER, "青石镇", 1),
    ("hospital", "白露", Role.PARTNER, "", None),
)
# (recorded on, parameter, in force from, value, document): one known beforehand, one with effect for months gone by
_STANDARDS = (
    (date(2025, 9, 18), "ns_monthly_partial", date(2025, 10, 1), "150.00", "示例县民残〔2025〕21号（虚构）"),
    (date(2025, 11, 6), "ns_monthly_basic", date(2025, 8, 1), "280.00", "示例县民残〔2025〕26号（虚构）"),
)


@dataclass(frozen=True)
class Wanted:
    """What to build."""

    people: int
    seed: int
    months: int


@dataclass(frozen=True)
class Built:
    """What was built; `password` opens every account of the staff and is stored nowhere."""

    password: str
    usernames: tuple[str, ...]
    staff: Staff
    paid: tuple[Paid, ...]


@no_garbage_collection()  # everybody is in memory until the end: looking through them again and again took a sixth
def build(wanted: Wanted, *, folder: Path, progress: Callable[[Paid], None]) -> Built:
    """Fill an empty, migrated database; each month is one transaction and is told to `progress`."""
    # one stream of chance for each part, so that a change in one does not stir the others
    dice = {
        name: random.Random(f"{wanted.seed}-{name}")
        for name in ("places", "people", "life", "office", "owing", "giving", "asking", "looking", "gathering")
    }
    start = LAST_MONTH - (wanted.months - 1)
    eve = start.first - timedelta(days=3)
    chronicle = Chronicle()
    _hurry()
    with transaction.atomic():
        ground = places.build(dice["places"])
        divisions.load(ground.rows)
        county = Division.objects.get(pk=places.COUNTY)
        staff, password, names = _appoint(county, eve)
        audit.record(
            actor=None, action=MADE, target=f"division:{county.pk}", at=at(eve, 8), people=wanted.people,
            seed=wanted.seed, months=wanted.months,
        )  # fmt: skip
        population = Population(dice["people"], ground.villages, ground.abroad)
        life = Life(dice["life"], ground, population, chronicle, staff.clerk)
        life.settle(wanted.people, eve)
    office = Office(dice["office"], county, staff, folder, files_from=LAST_MONTH - 2)
    collector = Collector(dice["owing"], staff.finance, office.resident)
    paid = []
    for month in months(start, LAST_MONTH.next):
        with transaction.atomic():
            chronicle.renew_keys()
            life.pass_month(month)
            life.tell(month.first.replace(day=LAST_TOLD))
            _raise(month, staff.clerk, start)
            office.know(life.residents)
            day = month.first.replace(day=LAST_TOLD)
            office.withdraw(day, life.residents)
            granted = office.grant(day)
            paid.append(office.run(month, granted))
            collector.go_round(month.first.replace(day=28))
        progress(paid[-1])
        gc.collect(1)
    with transaction.atomic():
        give(dice["giving"], county, staff, User.objects.get(username="hospital"))
        gather(dice["gathering"], county, staff)
    with transaction.atomic():
        chronicle.renew_keys()
        life.tell(REPORT_DAY - timedelta(days=1))
        names += _let_read(staff.clerk, password)
        _tell_where(county, staff.clerk)
        facilities.enter(county, staff.clerk)
    with transaction.atomic():
        eager = looking.look(county, staff)
        asking.ask(dice["asking"], county, staff, User.objects.get(username="guardian"), eager)
        looking.compare(dice["looking"], county, staff, folder.parent / "lists")
    return Built(password, names, staff, tuple(paid))


def _hurry() -> None:
    """Let SQLite keep more in memory and wait for no disk: a demo that is cut off is simply built again."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pragma in (
                "cache_size = -400000",
                "synchronous = OFF",
                "temp_store = MEMORY",
                "wal_autocheckpoint = 20000",
            ):
                cursor.execute(f"PRAGMA {pragma}")


def _appoint(county: Division, since: date) -> tuple[Staff, str, tuple[str, ...]]:
    """Make the staff with one password for all of them."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    made: dict[str, User] = {}
    for username, full_name, role, township, village in _STAFF:
        if username not in made:
            user = User(username=username, full_name=full_name)
            user.set_password(password)
            user.save()
            made[username] = user
        place = Division.objects.get(parent=county, name=township) if township else county
        if village is not None:
            place = Division.objects.filter(parent=place).order_by("code")[village]
        Appointment.objects.create(user=made[username], role=role, division=place, valid_from=since)
    staff = Staff(made["clerk"], made["approver"], made["finance"])
    return staff, password, tuple(made)


def _let_read(clerk: User, password: str) -> tuple[str, ...]:
    """Let somebody who is paid read the own file, and a guardian that of two; the staff's password opens theirs too."""
    paid = list(Person.objects.filter(payments__isnull=False, death_spells__isnull=True).distinct().order_by("pk")[:3])
    given = (("holder", paid[:1], Holder.Relation.SELF), ("guardian", paid[1:], Holder.Relation.GUARDIAN))
    for username, people, relation in given:
        for person in people:
            name = person.name if relation == Holder.Relation.SELF else "费守诚"
            holders.give(
                person=person, username=username, name=name, relation=relation, day=REPORT_DAY - timedelta(days=1),
                at=at(REPORT_DAY - timedelta(days=1), 9), by=clerk,
            )  # fmt: skip
        user = User.objects.get(username=username)
        user.set_password(password)
        user.password_given = False
        user.save(update_fields=["password", "password_given"])
    return tuple(username for username, _, _ in given)


def _tell_where(county: Division, by: User) -> None:
    """Tell the public where to go: places and numbers are invented (numbers of 0000 are given to nobody)."""
    told_at = at(REPORT_DAY - timedelta(days=1), 9)
    places_ = [county, *Division.objects.filter(parent=county).order_by("code")]
    Counter.objects.bulk_create(
        Counter(
            division=place, address=f"{place.name}示例路{number}号", phone=f"0000-0000{number:04}",
            hours="周一至周五 8:30—11:30，14:00—17:00", told_at=told_at, told_by=by,
        )
        for number, place in enumerate(places_, start=1)
    )  # fmt: skip


def _raise(month: Month, by: User, start: Month) -> None:
    """Enter the county's new standards when their documents arrive; what came before the demo began is there at its start."""
    for recorded, name, since, value, document in _STANDARDS:
        if recorded in month or (month == start and Month.of(recorded) < start):
            day = recorded if recorded in month else month.first
            set_standard(
                name=name, place=places.COUNTY, valid_from=since, value=value, document=document, at=at(day, 10), by=by
            )
