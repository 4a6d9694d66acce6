"""What the pages with a key in their address stand on: something of county a, made when it is first asked for."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from tests.county import County
from zhucan.aid import helping, homes, projects
from zhucan.aid.models import HelpFile, HousingNeed, Undertaking
from zhucan.cases import windows
from zhucan.cases.applying import Asked, apply
from zhucan.cases.assessing import book
from zhucan.cases.awards import grant as grant_award
from zhucan.cases.materials import upload
from zhucan.cases.models import Application, Assessment, Award, Bill, Publication, WindowVisit
from zhucan.cases.moving import Actor
from zhucan.cases.taking import take
from zhucan.casework import counselling, files, mechanisms, progress, referrals
from zhucan.casework.models import Matter
from zhucan.community import activities, participants
from zhucan.community.models import Participant
from zhucan.delivery import accidents, fittings, plans, stock
from zhucan.delivery.models import AccidentClaim, Fitting, Move, Plan, Relief, Session
from zhucan.delivery.reliefs import begin as begin_relief
from zhucan.delivery.reliefs import begin_all
from zhucan.facilities import services as places
from zhucan.facilities.models import Facility, Standard
from zhucan.facilities.reading import Around
from zhucan.office import work
from zhucan.orgs import documents, institutions
from zhucan.orgs.clock import moment, now, today
from zhucan.orgs.models import Appointment, Division, Document, LocalParameter, Role, User
from zhucan.orgs.standards import set_standard
from zhucan.registry import holders
from zhucan.registry.findings import set_finding
from zhucan.registry.models import Doubt, Holder, ImportBatch, Person, SchoolSurvey
from zhucan.registry.spells import Witness
from zhucan.registry.surveys import survey


def surveyed(county: County) -> SchoolSurvey:
    found = SchoolSurvey.objects.first()
    return found or survey(
        division=county.a, school="示例小学", day=today(), pupils=1, worker="陈委员", at=now(), by=None
    )


def _asked(scheme: str, facts: dict[str, Any]) -> Application:
    """Return an application of the person of county a, opened today."""
    found = Application.objects.filter(scheme=scheme).first()
    if found is None:
        asked = Asked(
            schemes=(scheme,), channel="window", relation="self", applicant="测试", applied_on=today(), facts=facts
        )
        actor = Actor(None, Role.COUNTY_CLERK)
        found = apply(person=Person.objects.get(), asked=asked, actor=actor, at=now()).applications.get()
    return found


def _take(one: Application, step: str, reason: str = "") -> None:
    take(application=one, step=step, actor=Actor(None, Role.COUNTY_CLERK), on=today(), at=now(), reason=reason)


def refused(county: County) -> Application:
    """Return an application that was refused, with its decision."""
    one = _asked("certificate-replacement", {"loss_kind": "lost"})
    if one.state == "submitted":
        _take(one, "refuse", "没有遗失")
    return one


def granted(county: County) -> Application:
    """Return an application with an award whose money goes to an institution."""
    one, day = refused(county), date(2025, 3, 3)
    if one.award_id is None:
        one.award = grant_award(
            person=one.person, scheme_id="home-adaptation", division=county.a, applied_on=day, approved_on=day,
            amount_fen=468_000, at=moment(day), by=None,
        )  # fmt: skip
        one.save(update_fields=["award"])
    return one


def billed(county: County) -> Bill:
    """Return a month billed under an application that was granted."""
    one, day = _asked("sheltered-work", {}), date(2025, 3, 3)
    if one.award_id is None:
        one.award = grant_award(
            person=one.person, scheme_id="sheltered-work", division=county.a, applied_on=day, approved_on=day,
            amount_fen=20_000, at=moment(day), by=None,
        )  # fmt: skip
        one.save(update_fields=["award"])
        Bill.objects.create(
            award=one.award, items=[{"month": "2025-03-01", "hours": 40_000, "days": 10}], amount_fen=20_000, working=[],
            document="考勤表", recorded_at=moment(day),
        )  # fmt: skip
    return one.award.bills.get()


def given(county: County, scheme: str) -> Award:
    """Return an award of a relief or of medicine."""
    day, found = date(2025, 3, 3), Award.objects.filter(scheme=scheme).first()
    return found or grant_award(
        person=Person.objects.get(), scheme_id=scheme, division=county.a, applied_on=day, approved_on=day, amount_fen=0,
        at=moment(day), by=None,
    )  # fmt: skip


def a_relief(county: County) -> Relief:
    """Return a relief that runs for a year."""
    award = given(county, "free-bus-card")
    found = Relief.objects.first()
    return found or begin_relief(
        award=award, valid_from=date(2025, 3, 4), valid_to=date(2026, 3, 4), at=moment(date(2025, 3, 4)), by=None
    )


def accident(county: County) -> AccidentClaim:
    """Return what the person of county a reported to the insurer, insured under the county's policy."""
    found, day = AccidentClaim.objects.first(), date(2025, 3, 4)
    if found is None:
        policy = accidents.open_policy(
            division=county.a, insurer="示例财险", number="1", premium_fen=100, payer="government", starts_on=day,
            ends_on=date(2026, 3, 4), at=now(), by=None,
        )  # fmt: skip
        insured = [given(county, "accident-insurance")]
        begin_all(
            awards=insured, valid_from=day, valid_to=policy.ends_on, amount_fen=100, policy=policy, at=now(), by=None
        )
        found = accidents.claim(relief=policy.insured.get(), accident_on=day, reported_on=day, at=now(), by=None)
    return found


def aided(county: County) -> Undertaking:
    """Return a home under way for the person of county a, with a part lacking and a donor."""
    found, day = Undertaking.objects.first(), date(2025, 3, 3)
    if found is None:
        told: dict[str, Any] = {"day": day, "at": now(), "by": None}
        found = projects.open_for(project_id="liveable-home", person=Person.objects.get(), **told)
        projects.mark(
            undertaking=found,
            part="indoor",
            standing="lacking",
            what="地面",
            worker="甲",
            due_on=date(2025, 6, 1),
            **told,
        )
        projects.contribute(
            undertaking=found, fund="donor", payer="示例", programme="示例", amount_fen=100, document="收据", **told
        )
    return found


def homeless(county: County) -> HousingNeed:
    """Return the wait for a home of the person of county a."""
    return HousingNeed.objects.first() or homes.register(
        person=Person.objects.get(), sought="homeless", cause="collapsed", ground="severe", asked_on=date(2025, 3, 3),
        at=now(), by=None,
    )  # fmt: skip


def helped(county: County) -> HelpFile:
    """Return a hardship of the person of county a that was granted help, and visited."""
    found = HelpFile.objects.first()
    if found is None:
        told: dict[str, Any] = {"day": date(2025, 3, 3), "at": now(), "by": None}
        found = helping.open_file(
            kind="hardship", person=Person.objects.get(), cause="illness", asked_for="示例", **told
        )
        found = helping.decide(file=found, decision="granted", note="示例", **told)
        helping.note(file=found, channel="visit", what="示例", worker="甲", **told)
    return found


def examined(county: County) -> Participant:
    """Return somebody signed up for a health examination of county a."""
    day, found = date(2025, 3, 3), Participant.objects.first()
    if found is None:
        held = activities.hold(
            kind="examination",
            division=county.a,
            title="体检",
            organiser="县残联",
            starts_on=day,
            at=moment(day),
            by=None,
        )
        entrant = participants.Entrant(Person.objects.get(), role="trainee")
        found = participants.sign_up(activity=held, entrant=entrant, at=moment(day), by=None)
    return found


def booked(county: County) -> Assessment:
    """Return an assessment that was booked for an application with a paper."""
    one = _asked("certificate-change", {})
    if one.state == "submitted":
        upload(
            application=one,
            code="photos",
            name="a.png",
            chunks=[b"\x89PNG\r\n\x1a\n photo"],
            on=today(),
            at=now(),
            by=None,
        )
        _take(one, "check")
        one.refresh_from_db()
        book(application=one, institution="示例医院", day=today(), actor=Actor(None, Role.COUNTY_CLERK), at=now())
    return one.assessment


def hung_out(county: County) -> Publication:
    """Return something of county a that hangs out."""
    one, day = refused(county), today()
    return Publication.objects.get_or_create(
        application=one, division=county.a, place=county.a, name="测*", scheme="示例", first_day=day, last_day=day,
        defaults={"at": now()},
    )[0]  # fmt: skip


def _enter(what: str, subject: Any, **said: str) -> Any:
    place = subject if isinstance(subject, Division) else subject.division
    around = Around(place, subject if isinstance(subject, Facility) else None)
    return places.enter(what=what, subject=subject, said=said, around=around, at=now(), by=None)


def school(county: County) -> Facility:
    """Return a school of county a with a teacher, a pupil who left, and a problem with its photograph."""
    found = Facility.objects.first()
    if found is None:
        found = _enter("facility", county.a, name="示例特教学校", kind="special_school")
        _enter("worker", found, name="王老师", post="special_teacher", valid_from="2025-01-06")
        stay = _enter("stay", found, person=str(Person.objects.get().pk), kind="pupil", valid_from="2025-01-06")
        places.end(row=stay, day=date(2025, 2, 3), at=now(), by=None, goes_on="unknown")
        told = {"kind": "problem", "text": "缺教室", "unit": "教育局", "found_on": "2025-01-06", "due_on": "2025-06-01"}
        places.attach(
            issue=_enter("issue", found, **told), name="a.png", chunks=[b"\x89PNG\r\n\x1a\n"], at=now(), by=None
        )
    return found


def criteria(county: County) -> Standard:
    """Return a standard of county a with a criterion, and a check of the school under it."""
    found = Standard.objects.first()
    if found is None:
        told = {"name": "示例标准", "topic": "school", "level": "county", "document": "示例文件"}
        found = _enter("standard", county.a, **told)
        _enter("criterion", found, number="1", text="教室", points="10")
        _enter("check", school(county), standard="示例标准", kind="self", day="2025-03-03", inspector="学校")
    return found


def goods(county: County) -> Move:
    """Return a thing lent to the person of county a."""
    found = Move.objects.filter(kind="loan").first()
    if found is None:
        made: dict[str, Any] = {"division": county.a, "at": now(), "by": None}
        store, item = stock.add_store(name="仓库", **made), stock.add_item(name="轮椅", unit="辆", **made)
        told = stock.Told(date(2025, 1, 2), now(), None)
        stock.receive(store=store, item=item, quantity=2, told=told)
        found = stock.lend(
            store=store, item=item, person=Person.objects.get(), quantity=1, due_on=date(2025, 3, 1), told=told
        )
    return found


def fitted(county: County) -> Fitting:
    """Return a fitting of a device granted to the person of county a."""
    found, day = Fitting.objects.first(), date(2025, 1, 6)
    if found is None:
        award = grant_award(
            person=Person.objects.get(), scheme_id="device-cane", division=county.a, applied_on=day, approved_on=day,
            amount_fen=0, at=moment(day), by=None,
        )  # fmt: skip
        found = fittings.record(award=award, kind="fit", day=day, worker="王师傅", at=now(), by=None)
    return found


def a_plan(county: County, user: User) -> Plan:
    """Return a service plan of the person of county a; users of that county work for its institution."""
    found = Plan.objects.first()
    day = date(2025, 1, 6)
    if found is None:
        body = institutions.register(name="示例中心", kind="care", division=county.a, at=now(), by=None)
        award = grant_award(
            person=Person.objects.get(), scheme_id="day-care", division=county.a, applied_on=day, approved_on=day,
            amount_fen=0, at=moment(day), by=None,
        )  # fmt: skip
        found = plans.plan(
            award=award, institution=body, discipline="day_care", units=9, unit="天", starts_on=day,
            ends_on=date(2030, 1, 1), at=now(), by=None,
        )  # fmt: skip
    if user.appointments.filter(division=county.a).exists():
        found.institution.staff.get_or_create(user=user, defaults={"valid_from": day})
    return found


def session(county: County, user: User) -> Session:
    plan = a_plan(county, user)
    day = date(2025, 1, 7)
    return plan.sessions.first() or plans.record(
        plan=plan, day=day, begins=time(9), ends=time(13), units=1, worker="甲", signed_by="乙", at=now(), by=None
    )


def window_visit(county: County) -> WindowVisit:
    """Return somebody who waits at a window of county a."""
    found = WindowVisit.objects.first()
    if found is None:
        window = windows.open_window(
            division=county.a,
            name="一号窗口",
            matters="补贴",
            slot_minutes=30,
            per_slot=2,
            most_present=5,
            at=now(),
            by=None,
        )
        found = windows.come(window=window, visitor="测试", matter="补贴", at=now(), by=None)
    return found


@dataclass
class Casework:
    """The keys of one entry of each kind about the person of county a."""

    milestone: int
    review: int
    referral: int
    file: int
    contact: int
    hour: int


def casework(county: County, user: User) -> Casework:
    """Return the keys of a step, a review, a referral, a guardianship file with a contact, and an hour of counselling."""
    plan, day, more = a_plan(county, user), date(2025, 1, 7), {"at": now(), "by": None}
    person = plan.person
    if not plan.milestones.exists():
        Plan.objects.filter(pk=plan.pk).update(scale="量表")
        set_finding(
            person=person, day=day, kind="severe_mental_list", said="是", witness=Witness(moment(day), None, "示例"),
        )  # fmt: skip
        progress.set_milestone(plan=plan, text="会穿衣", due_on=date(2025, 6, 1), **more)
        progress.review(plan=plan, day=day, score=Decimal(3), worker="甲", **more)
        referrals.refer(
            person=person, purpose="crisis", institution=plan.institution, tier="institution", reason="示例", day=day, **more
        )  # fmt: skip
        three = {"office": "甲", "community": "乙", "federation": "丙"}
        file = files.open_file(person=person, kind="guardianship", every_days=30, keepers=three, day=day, **more)
        files.contact(file=file, day=day, way="visit", worker="乙", note="示例", **more)
        hour = counselling.book(
            person=person, way="phone", day=day, begins=time(9), ends=time(10), counsellor="丁", at=moment(day), by=None
        )
        counselling.hold(booking=hour, note="示例", risk="low", **more)
    file = person.case_files.get()
    return Casework(
        plan.milestones.get().pk, plan.reviews.get().pk, person.referrals.get().pk, file.pk, file.contacts.get().pk,
        person.counselling.get().pk,
    )  # fmt: skip


def matter(county: County) -> Matter:
    """Return a matter of the person of county a, in a mechanism of that county."""
    found = Matter.objects.first()
    if found is not None:
        return found
    day, more = date(2025, 1, 7), {"at": now(), "by": None}
    mechanism = mechanisms.define(
        division=county.a, name="助残直通车", document="示例文件", valid_from=day,
        steps=(mechanisms.Step("受理", "county_clerk", 3),), **more,
    )  # fmt: skip
    return mechanisms.open_matter(mechanism=mechanism, person=Person.objects.get(), asked="示例", day=day, **more)


def standard(county: County) -> LocalParameter:
    """Return a standard of county a."""
    return set_standard(
        name="ns_monthly_full", place=county.a.code, valid_from=date(2025, 1, 1), value="300.00", document="示例文件", at=moment(
            date(2025, 1, 5)), by=None,
    )  # fmt: skip


def taken_in(county: County, user: User) -> str:
    """Return the key of a roster looked through by somebody else, or by this user where county a is the own place."""
    mine = user.appointments.filter(division=county.a).exists()
    return work.start(
        work.take_in, file="none.csv", shown="名单.csv", place=county.a.code, as_of="", allow_rename=False, keep=False,
        by=user.pk if mine else 0,
    )  # fmt: skip


def _mine(county: County, user: User) -> int:
    """Return the user where county a is the own place, else nobody: work is its own user's alone."""
    return user.pk if user.appointments.filter(division=county.a).exists() else 0


def weighed(county: County, user: User) -> str:
    return work.start(work.weigh_doubts, doubts=[], place=county.a.code, by=_mine(county, user))


def listed(county: County, user: User) -> str:
    return work.start(
        work.take_list, file="none.csv", shown="名单.csv", list="death", source="", as_of="", whole=False,
        place=county.a.code, by=_mine(county, user),
    )  # fmt: skip


def doubt(county: County) -> Doubt:
    """Return a doubt about the person of county a."""
    found = Doubt.objects.first()
    return found or Doubt.objects.create(
        kind="death", problem="death_missing", person=Person.objects.get(), source="公安", row=3, told="[]", key="k",
        batch=ImportBatch.objects.create(kind="list:death", file_name="死亡.csv", digest="", at=now(), counts={}),
        claim={"day": "2025-05-03"}, match="exact", score=100, role=Role.COUNTY_CLERK, place=county.a,
        since=date(2025, 5, 16), due=date(2025, 6, 1), recorded_at=now(),
    )  # fmt: skip


def document(county: County) -> Document:
    """Return a document of county a, with its file."""
    found = Document.objects.first()
    return found or documents.add(
        place=county.a.code, number="", title="示例文件", issuer="示例县残联", issued_on=date(2025, 1, 1), name="a.pdf",
        chunks=[b"%PDF-1.4 example"], at=now(), by=None,
    )  # fmt: skip


def holder(county: County) -> Holder:
    """Return the access of the person of county a to the own file."""
    found = Holder.objects.first()
    if found is None:
        day = date(2025, 1, 1)
        found, _ = holders.give(
            person=Person.objects.get(), username="own", name="测试", relation="self", day=day, at=moment(day), by=None
        )
    return found


def colleague(county: County) -> User:
    """Return somebody of county a whose appointments lie there alone."""
    user, made = User.objects.get_or_create(username="colleague")
    if made:
        Appointment.objects.create(user=user, role=Role.FINANCE, division=county.a, valid_from=date(2020, 1, 1))
    return user
