"""The workbench: what is to be done today, by deadline and by what is at stake, and a few pictures of the place."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, Min, OuterRef, Q, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhucan.cases import queries
from zhucan.cases.models import Assessment
from zhucan.casework.mechanisms import RESPONSIBLE
from zhucan.core.divisions import prefix
from zhucan.core.money import fen, from_fen, text, wan
from zhucan.core.months import Month
from zhucan.office import aid, counselling, doubts, helping, informing, mechanisms, scope
from zhucan.office.access import OfficeRequest, link
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import inside
from zhucan.orgs.models import Appointment, Division, Role, User
from zhucan.payments import recoveries
from zhucan.payments.models import LineKind, PaymentStatus, Run, RunStatus
from zhucan.policy.steps import State
from zhucan.registry.models import Certificate, CertificateStatus, ImportBatch
from zhucan.web.charts import Bar, Chart, map_size, tile_map

_KEPT = 300  # seconds that counts over everybody are kept: they change slowly and cost a look at all
_SOON = timedelta(days=183)
_LAST_RUNS = 12
_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Todo:
    """One thing to do: where, how many people or how much money it is about, by when, and how pressing."""

    what: str
    link: str
    stake: str
    due: date | None = None
    tone: str = ""  # "", warn or err
    fen: int = 0
    people: int = 0

    @property
    def order(self) -> tuple[date, int, int]:
        """The earlier due first, then the more money, then the more people."""
        return self.due or date.max, -self.fen, -self.people


@require_GET
def home(request: OfficeRequest) -> HttpResponse:
    """今天要办的事，按期限和钱、人的多少排列。"""
    runs = list(scope.runs(request).order_by("-month", "-sequence")[:_LAST_RUNS])
    todos = sorted(_todos(request, runs), key=lambda todo: todo.order)
    context: dict[str, Any] = {"todos": todos, "today": today(), "runs": [_told(run) for run in runs[:4]]}
    if Role(request.post.role) not in scope.WITHOUT_PEOPLE:
        context |= _pictures(request, runs)
    return render(request, "office/home.html", context)


def _told(run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "month": Month.from_index(run.month).label,
        "paid": text(from_fen(_sum(run, LineKind.REGULAR, LineKind.ARREARS))),
        "recovered": text(from_fen(-_sum(run, LineKind.RECOVERY))),
        "doubts": _count(run, LineKind.DOUBT),
    }


def _sum(run: Run, *kinds: str) -> int:
    """Return the amounts of a run in fen, from what was added up when it was calculated."""
    return sum(row["amount_fen"] or 0 for row in run.totals.get("lines", ()) if row["kind"] in kinds)


def _count(run: Run, kind: str) -> int:
    return sum(row["lines"] for row in run.totals.get("lines", ()) if row["kind"] == kind)


def _todos(request: OfficeRequest, runs: list[Run]) -> Iterator[Todo]:
    role = Role(request.post.role)
    if role is Role.PARTNER:
        yield from _of_assessments(request)
        return
    if role is Role.ADMINISTRATOR:
        yield from _staff(request)
        return
    yield from _of_cases(request, role)
    yield from _of_runs(request, role, runs)
    yield from _of_payments(request, role)
    yield from _of_people(request, role, runs)
    yield from _of_imports(request, role)
    yield from _of_finding(request, role)
    yield from _of_doubts(request, role)
    yield from _of_aid(request, role)
    yield from _of_matters(request, role)
    yield from _of_counselling(request, role)


def _of_cases(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    """Tell what waits for the role, the overdue apart, and by when the first is due."""
    day = today()
    waiting = scope.applications(request).filter(queries.waiting_for(role), closed_on=None)
    told = waiting.aggregate(
        late=Count("pk", filter=queries.overdue(day)),
        due=Count("pk", filter=Q(paused_on=None) & (Q(due_on=None) | Q(due_on__gte=day))),
        first=Min("due_on", filter=Q(paused_on=None, due_on__gte=day)),
    )
    if told["late"]:
        yield Todo(
            "已经超期的办件",
            f"{link(request, 'cases')}?which=overdue",
            f"{told['late']} 件",
            day,
            "err",
            0,
            told["late"],
        )
    if told["due"]:
        yield Todo("等您办的办件", link(request, "cases"), f"{told['due']} 件", told["first"], "warn", 0, told["due"])


def _of_assessments(request: OfficeRequest) -> Iterator[Todo]:
    booked = Assessment.objects.filter(
        inside("application__place_id", scope.here(request)), found_on=None, application__state=State.ASSESSING.value
    ).aggregate(many=Count("pk"), first=Min("booked_for"))
    if booked["many"]:
        yield Todo(
            "预约好的评定：登记结果", link(request, "assessments"), f"{booked['many']} 人", booked["first"], "warn"
        )


def _of_runs(request: OfficeRequest, role: Role, runs: list[Run]) -> Iterator[Todo]:
    steps = {
        (Role.COUNTY_CLERK, RunStatus.CALCULATED): "核对疑点并审核",
        (Role.APPROVER, RunStatus.CHECKED): "审批",
        (Role.FINANCE, RunStatus.APPROVED): "报送银行",
        (Role.FINANCE, RunStatus.SENT): "取回盘文件并对账",
    }
    for run in runs:
        word = steps.get((role, RunStatus(run.status)))
        if word is not None:
            month, fen = Month.from_index(run.month), _sum(run, LineKind.REGULAR, LineKind.ARREARS)
            due = month.next.first - timedelta(days=1)
            yield Todo(
                f"{run.division.name}{month.label}发放：{word}",
                link(request, "runs-run", run.pk),
                f"{text(from_fen(fen))} 元",
                due,
                "err" if due < today() else "warn",
                fen,
            )
    if role is Role.COUNTY_CLERK:
        month = Month.of(today())
        if not any(run.month >= month.index for run in runs):
            yield Todo(
                f"计算{month.label}的发放",
                link(request, "runs-calculate"),
                "每月一次",
                month.next.first - timedelta(days=1),
                "warn",
            )


def _of_payments(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    if role in (Role.AUDITOR, Role.LEADER, Role.APPROVER):
        return
    waiting = scope.payments(request).filter(followed_by=None)
    for status, what in (
        (PaymentStatus.FAILED, "银行退回的代发：核对账户后重发"),
        (PaymentStatus.NO_ACCOUNT, "没有收款账户，钱付不出去：请补登账户"),
    ):
        row = waiting.filter(status=status).aggregate(fen=Sum("amount_fen"), people=Count("person", distinct=True))
        if row["people"]:
            yield Todo(
                what,
                link(request, "runs-failed"),
                f"{row['people']} 人，{text(from_fen(row['fen']))} 元",
                today(),
                "err",
                row["fen"],
                row["people"],
            )
    if role in (Role.COUNTY_CLERK, Role.FINANCE):
        owed = _owed(request)
        if owed["people"]:
            yield Todo(
                "待追回的款项：决定抵扣、分期或核销",
                link(request, "runs-recoveries"),
                f"{owed['people']} 人，{text(from_fen(owed['fen']))} 元",
                None,
                "warn",
                owed["fen"],
                owed["people"],
            )


def _kept(request: OfficeRequest, name: str, find: Any) -> Any:
    """Return a count over everybody in the place, found anew every few minutes."""
    return cache.get_or_set(f"desk:{name}:{scope.here(request)}", find, _KEPT)


def _owed(request: OfficeRequest) -> dict[str, int]:
    def find() -> dict[str, int]:
        debts = list(recoveries.debts(among=scope.people(request)))
        return {"people": len({debt.person_id for debt in debts}), "fen": sum(fen(debt.amount) for debt in debts)}

    found: dict[str, int] = _kept(request, "owed", find)
    return found


def _of_people(request: OfficeRequest, role: Role, runs: list[Run]) -> Iterator[Todo]:
    if role in (Role.AUDITOR, Role.LEADER, Role.FINANCE, Role.APPROVER):
        return
    day = today()

    def expiring() -> dict[str, Any]:
        live = Certificate.objects.filter(
            retracted_at=None, valid_to=None, status=CertificateStatus.VALID, expires__gte=day, expires__lt=day + _SOON
        )
        # those that expire are few: each is asked whether it is one's own, not everybody whether one expires
        found = live.filter(Exists(scope.people(request).filter(pk=OuterRef("person"))))
        return found.aggregate(people=Count("pk"), first=Min("expires"))

    soon = _kept(request, f"expiring:{day}", expiring)
    if soon["people"]:
        yield Todo(
            "残疾人证半年内到期：请提醒换领，过期次月停发",
            f"{link(request, 'people')}?expiring=6",
            f"{soon['people']} 人",
            soon["first"],
            "warn",
            0,
            soon["people"],
        )
    if runs:
        last = runs[0]
        unknown = _kept(
            request,
            f"unknown:{last.pk}",
            lambda: scope.lines(request, last).filter(kind=LineKind.DOUBT).values("person").distinct().count(),
        )
        if unknown:
            yield Todo(
                f"{Month.from_index(last.month).label}待核实的人：缺资料，还不能判断",
                f"{link(request, 'runs-run', last.pk)}?kind=doubt",
                f"{unknown} 人",
                Month.from_index(last.month).next.first - timedelta(days=1),
                "warn",
                0,
                unknown,
            )


def _of_imports(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    if role not in (Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK):
        return
    mine = ImportBatch.objects.filter(at__gte=now() - _LATELY, by=request.user).order_by("-at")[:10]
    for batch in mine:
        rejected = batch.counts.get("rejected", 0)
        if rejected:
            yield Todo(
                "您导入的文件有不合格的行：改好后再导入",
                link(request, "imports"),
                f"{rejected} 行",
                None,
                "warn",
                0,
                rejected,
            )


def _of_finding(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    """Who is to be told what they may get, and who is paid though nothing fits any more."""
    if role not in (Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK, Role.COMMISSIONER):
        return
    look, untold, stake, stops = informing.to_do(request)
    where = link(request, "finding")
    if look is None:
        if role is Role.COUNTY_CLERK:
            yield Todo("政策找人：还没有找过，看看谁应享未享", where, "")
        return
    if untold:
        words = f"{untold} 人项，一年 {text(from_fen(stake))} 元"
        yield Todo("应享未享，还没有告知的人", where, words, None, "warn", stake, untold)
    if stops:
        yield Todo("还在享受、资料已不符合的人", where, f"{stops} 人项", None, "warn", 0, stops)
    if role is Role.COUNTY_CLERK and today() - look.on > _LATELY:
        yield Todo("政策找人：上一次过去一个月了，请重新找", where, f"{look.on}")


def _of_doubts(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    """What other departments' lists say otherwise, by its deadline."""
    if role not in (Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK):
        return
    waiting = doubts.to_do(request)
    if waiting["people"]:
        due = waiting["first"]
        tone = "err" if due is not None and due < today() else "warn"
        where = f"{link(request, 'doubts')}?own=yes"
        yield Todo(
            "部门名单与登记不一致的疑点：请核实", where, f"{waiting['people']} 人", due, tone, 0, waiting["people"]
        )


def _of_aid(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    """What was found lacking in homes, by its deadline; and for the approver, cases of help to be decided."""
    if role in (Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK, Role.COMMISSIONER):
        many, first = aid.to_do(request)
        if first is not None:
            tone = "err" if first < today() else "warn"
            yield Todo("排查和工程里还缺的项：请解决后登记", link(request, "aid"), f"{many} 项", first, tone, 0, many)
    if role is Role.APPROVER and (many := helping.to_decide(request)):
        where = f"{link(request, 'aid-helps')}?which=undecided"
        yield Todo("等您决定的帮扶个案", where, f"{many} 件", None, "warn", 0, many)


def _of_matters(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    """What runs through the county's own mechanisms and waits for the role, by the first deadline."""
    if role not in RESPONSIBLE:
        return
    waiting = mechanisms.to_do(request)
    if waiting["many"]:
        due, where = waiting["first"], f"{link(request, 'services-matters')}?which=mine"
        tone = "err" if due and due < today() else "warn"
        yield Todo("按服务机制等您办的事", where, f"{waiting['many']} 件", due, tone, 0, waiting["many"])


def _of_counselling(request: OfficeRequest, role: Role) -> Iterator[Todo]:
    """Hours of counselling that people asked for, by the first day that was asked."""
    if role not in (Role.COUNTY_CLERK, Role.TOWNSHIP_CLERK):
        return
    told = counselling.asked(request).aggregate(many=Count("pk"), first=Min("day"))
    if told["many"]:
        where = f"{link(request, 'services-counselling')}?which=asked"
        yield Todo("等您确认的心理疏导预约", where, f"{told['many']} 次", told["first"], "warn", 0, told["many"])


def _staff(request: OfficeRequest) -> Iterator[Todo]:
    day, place = today(), inside("appointments__division_id", scope.here(request))
    fresh = User.objects.filter(place, password_given=True, is_active=True).distinct().count()
    if fresh:
        yield Todo("还没有换掉初始密码的用户", link(request, "users"), f"{fresh} 人", None, "warn", 0, fresh)
    ending = Appointment.objects.filter(
        inside("division_id", scope.here(request)), valid_to__gte=day, valid_to__lt=day + _LATELY
    ).count()
    if ending:
        yield Todo("一个月内到期的任职", link(request, "users"), f"{ending} 项", None, "", 0, ending)


def _pictures(request: OfficeRequest, runs: list[Run]) -> dict[str, Any]:
    if not runs:
        return {}
    months: dict[int, int] = {}
    for run in reversed(runs):
        months[run.month] = months.get(run.month, 0) + _sum(run, LineKind.REGULAR, LineKind.ARREARS)
    bars = [
        Bar(
            f"{Month.from_index(month).month}月",
            Decimal(fen),
            str(wan(from_fen(fen))),
            short=f"{from_fen(fen) / 10000:.0f}",
        )
        for month, fen in months.items()
    ]
    found: dict[str, Any] = {}
    if not scope.below_county(request):  # a run's sums are its whole county's
        found["paid"] = Chart("paid", "每月发放（万元）", bars, row="月份", column="万元")
    booked = next((run for run in runs if run.status not in (RunStatus.CALCULATED, RunStatus.CHECKED)), None)
    if booked is not None:
        found |= _map(request, booked)
    return found


def _map(request: OfficeRequest, run: Run) -> dict[str, Any]:
    """Return the tile map of who was paid by a run, by the places right below one's own where they lived then."""
    own = scope.here(request)
    below = list(Division.objects.filter(parent=own).order_by("code").values_list("code", "name"))
    if not below:
        return {}
    width = len(prefix(below[0][0]))

    counts: dict[str, int] = defaultdict(int)
    for code, people in run.totals.get("homes", {}).items():  # counted when the run was booked
        counts[code[:width]] += people
    places = []
    for code, name in below:
        people = counts[code[:width]]
        places.append((name, people, f"{people} 人", f"{link(request, 'people')}?place={code}"))
    across = min(5, max(3, round(len(places) ** 0.5)))
    wide, high = map_size(len(places), across=across)
    month = Month.from_index(run.month).label
    chart = Chart(
        "map", f"{month}领取补贴的人", [Bar(n, v, s, link) for n, v, s, link in places], row="地方", column="人"
    )
    return {
        "tiles": tile_map(places, across=across),
        "map_width": wide,
        "map_height": high,
        "map_title": chart.title,
        "map": chart,
    }
