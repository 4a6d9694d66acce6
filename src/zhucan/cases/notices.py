"""Words to the people concerned, one for each step, and the file of them that an SMS gateway takes."""

import csv
import re
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from zhucan.cases.models import Application, Notice
from zhucan.core.calendar import age
from zhucan.orgs import audit
from zhucan.orgs.clock import day_of
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import User
from zhucan.policy.catalogue import scheme
from zhucan.policy.steps import State
from zhucan.registry.models import Contact, Guardianship, Person

_ADULT = 18
_MOBILE = re.compile(r"1[0-9]{10}")
_SAID = {
    State.SUBMITTED: "已收到，正在初审。",
    State.CORRECTING: "要补正：{reason}。补齐后接着办，等待的时间不计入期限。",
    State.ASSESSING: "已受理，等待评定。预约好了会告诉您时间和地点。",
    State.SURVEYED: "已上门勘察。",
    State.CHECKED: "已初审通过，正在审批。",
    State.PUBLICISED: "正在公示，期满没有异议就审批。",
    State.APPROVED: "已批准。",
    State.BUILT: "已完工，等待验收。",
    State.ACCEPTED: "已验收合格。",
    State.DELIVERED: "已办结。",
    State.REFUSED: "没有批准：{reason}。不同意可以要求复核，复核由另一个人重新决定；也可以依法申请行政复议。",
    State.WITHDRAWN: "已按您的意思撤回，以后可以再申请。",
    State.TRANSFERRED: "已转到现在的户籍地接着办：{reason}。",
}


def tell(application: Application, *, at: datetime, reason: str = "", words: str = "") -> Notice:
    """Write a notice about where an application stands now, or with words of its own."""
    said = words or _SAID[State(application.state)].format(reason=reason.rstrip("。"))
    return Notice.objects.create(
        person_id=application.person_id,
        application=application,
        division_id=application.division_id,
        text=f"您申请的{scheme(application.scheme).name}（编号 {application.number}）{said}"[:600],
        at=at,
    )


def waiting(division: str) -> QuerySet[Notice]:
    """Return the notices of a place that were not yet handed to the gateway."""
    return (
        Notice.objects.filter(inside("division_id", division), handed_at=None).select_related("person").order_by("pk")
    )


def phone_of(person: Person, on: datetime) -> str:
    """Return the mobile phone that words to a person go to, a minor's guardian's; "" where none is known."""
    day = day_of(on)
    guardian = Guardianship.objects.filter(person=person).as_known().on(day).first()
    own = Contact.objects.filter(person=person).as_known().on(day).first()
    phones = [own.phone if own else "", guardian.phone if guardian else ""]
    if person.born <= day and age(person.born, day) < _ADULT:
        phones.reverse()
    return next((phone for phone in phones if _MOBILE.fullmatch(phone or "")), "")


@transaction.atomic
def hand_over(*, path: Path, division: str, at: datetime, by: User | None) -> tuple[int, int]:
    """Write the waiting notices of a place as a CSV (number, phone, text) and mark them handed over.

    Returns how many were written, and how many had no mobile phone and stay in the portal alone. A notice is written
    once; the marks are kept only with the file.
    """
    rows, without = [], 0
    found = list(waiting(division).select_for_update(of=("self",)))
    for notice in found:
        phone = phone_of(notice.person, at)
        if phone:
            rows.append((notice.pk, phone, notice.text))
        else:
            without += 1
    with path.open("x", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(("编号", "手机号", "内容"))
        table.writerows(rows)
    Notice.objects.filter(pk__in=[notice.pk for notice in found]).update(handed_at=at)
    audit.record(
        actor=by, action="cases.outbox", target=f"division:{division}", at=at, written=len(rows), without=without
    )
    return len(rows), without
