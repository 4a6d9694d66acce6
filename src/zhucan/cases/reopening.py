"""Cases that go on elsewhere: before somebody else after a refusal, or in the place somebody moved to."""

from datetime import date, datetime, timedelta

from django.db import transaction

from zhucan.cases import deadlines, moving, notices
from zhucan.cases.models import Application
from zhucan.cases.moving import Actor, StepRefused
from zhucan.core.divisions import county_of
from zhucan.core.months import Month
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.orgs.wording import plain
from zhucan.policy.catalogue import scheme
from zhucan.policy.steps import APPLICANT, State
from zhucan.registry.entering import home_on

_MAY_ASK = frozenset({APPLICANT, "commissioner", "township_clerk", "county_clerk"})


class ReviewRefused(StepRefused):
    """The decision cannot be reviewed; nothing was changed."""


def last_day_to_ask(application: Application) -> date | None:
    """Return until when somebody may ask for a review of a refusal, None where there is nothing to review."""
    if (
        application.state != State.REFUSED.value
        or application.decided_on is None
        or application.review_of_id is not None
    ):
        return None
    days: int = deadlines.procedure(application.division_id, application.decided_on)["review_within_days"]
    return application.decided_on + timedelta(days=days)


@transaction.atomic
def review(*, application: Application, actor: Actor, on: date, at: datetime, reason: str) -> Application:
    """Open a refused application again where it was refused, to be decided by somebody else; return the new one.

    The day of application, the answers and the papers stay. Raises `ReviewRefused`.
    """
    old = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    last = last_day_to_ask(old)
    if actor.role not in _MAY_ASK:
        raise ReviewRefused(f"{actor.word}不能替人要求复核：请由本人、监护人或受理人员提出。")
    if last is None:
        raise ReviewRefused("这件没有可以复核的决定：只有第一次不予批准的可以复核；仍不服的可以依法申请行政复议。")
    if on > last:
        raise ReviewRefused(f"要求复核的期限到 {last} 为止，已经过了：可以重新申请，或依法申请行政复议。")
    if Application.objects.filter(review_of=old).exists():
        raise ReviewRefused("这件已经在复核：请查看复核的那一件。")
    if not reason.strip() or len(reason) > 400 or not plain(" ".join(reason.split())):
        raise ReviewRefused("请写明为什么要求复核，不超过 400 个字，不要有尖括号。")
    if Application.objects.filter(person=old.person_id, scheme=old.scheme, decided_on=None, closed_on=None).exists():
        raise ReviewRefused("同一项目另有一件正在办：请在那一件里说明，不用复核。")
    refusal = old.moves.filter(target=State.REFUSED.value).last()
    assert refusal is not None  # it stands there because of this move
    made = _again(old, State(refusal.source), on, review_of=old)
    moving.record(made, "review", old.state, made.state, actor, on=on, at=at, reason=reason)
    notices.tell(made, at=at, words="已进入复核，由另一个人重新决定。")
    return made


def _again(old: Application, state: State, on: date, **changes: object) -> Application:
    """Return a copy of an application that stands in a state, with a deadline of its own."""
    values: dict[str, object] = {
        "bundle_id": old.bundle_id, "person_id": old.person_id, "scheme": old.scheme, "division_id": old.division_id,
        "place_id": old.place_id, "applied_on": old.applied_on, "answers": old.answers, **changes,
    }  # fmt: skip
    made = Application(**values, state=state.value, state_since=on)
    made.due_on = deadlines.due(scheme(old.scheme).flow, state, on, deadlines.procedure(made.division_id, on))
    made.save(force_insert=True)
    return made


@transaction.atomic
def transfer(
    *, application: Application, actor: Actor, on: date, at: datetime, reason: str, seen: str = ""
) -> Application:
    """Hand a case over to the county where the person's hukou is now; return the case there.

    The day of application goes with it, so that no month is lost (TS-40); where the person moved later it is the first
    day there, for the months before belong to the place left (TS-46). Raises `StepRefused`.
    """
    locked, step = moving.begin(application, "transfer", actor, on=on, at=at, reason=reason, seen=seen)
    home = home_on(locked.person, on)
    county = county_of(home.division_id) if home is not None else ""
    if home is None or county == locked.division_id:
        raise StepRefused("本人户籍没有迁到外县，不能转出：请先登记户籍迁移。")
    there = division(county)
    since = max(locked.applied_on, home.valid_from)
    words = _months(locked, there, since, on)
    moving.finish(locked, step, actor, on=on, at=at, reason=f"{reason.strip()}（{words}）"[:400])
    notices.tell(locked, at=at, reason=words)
    made = _again(
        locked,
        State.SUBMITTED,
        on,
        transferred_from=locked,
        division_id=county,
        place_id=home.division_id,
        applied_on=since,
    )
    moving.record(made, "transfer", State.TRANSFERRED.value, made.state, actor, on=on, at=at, reason=words)
    notices.tell(made, at=at)
    return made


def _months(application: Application, there: Division, since: date, on: date) -> str:
    first, last = Month.of(since), Month.of(on)
    open_months = first.label if first == last else f"{first.label}至{last.label}"
    said = f"转到{there.name}，{open_months}由那里办理"
    if since > application.applied_on:
        said += f"，{Month.of(application.applied_on).label}起迁移以前的月份仍归原地"
    return said
