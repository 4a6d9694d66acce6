"""The figures of how cases are handled, by scheme, place, period and step, counted from the logs of applications.

A case counts where the person lived when it was asked for. What was asked in a time, with what waited to be decided before it,
is what was decided, withdrawn or transferred in it, with what waits after it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache

from zhucan.cases import courses
from zhucan.cases.courses import Case, Stand
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.indicators.desk import Desk
from zhucan.policy.catalogue import scheme
from zhucan.policy.steps import State

_CASE = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "place": "VARCHAR", "number": "VARCHAR", "channel": "VARCHAR",
    "asked_on": "DATE", "left_as": "VARCHAR", "left_on": "DATE", "timely": "VARCHAR", "waited": "BIGINT", "visits": "BIGINT", "needed": "BIGINT",
    "said": "VARCHAR",
}  # fmt: skip
_STAND = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "place": "VARCHAR", "number": "VARCHAR", "state": "VARCHAR", "since": "DATE",
    "until": "DATE", "due": "DATE", "timely": "VARCHAR", "final": "BOOLEAN", "said": "VARCHAR",
}  # fmt: skip
_GRANTED = (State.APPROVED, State.BUILT, State.ACCEPTED)
"""Where a case stands that is granted and not yet carried out."""


def bring(desk: Desk, division: str, known_at: datetime) -> None:
    """Tell the courses of a place's cases as known at a moment, and where each of them stood."""
    cases = cache(lambda: list(courses.in_place(division, known_at)))  # told once for both
    desk.tell("course", lambda: ((*_head(one), *_case(one)) for one in cases()), _CASE)
    desk.tell("stand", lambda: (row for one in cases() for row in _stands(one)), _STAND)


def _head(one: Case) -> tuple[object, ...]:
    return one.person_id, one.scheme, one.place, one.number


def _stands(one: Case) -> Iterator[tuple[object, ...]]:
    final = scheme(one.scheme).flow.final
    for place, stand in enumerate(one.course.stands):
        since = (
            stand.since if place else one.course.asked_on
        )  # what is registered later waits from the day it was asked
        yield (
            *_head(one), stand.state.value, since, stand.until, stand.due, _timely(stand), stand.state in final, _said(one, stand)
        )  # fmt: skip


def _case(one: Case) -> tuple[object, ...]:
    course = one.course
    timely = {True: "on_time", False: "late", None: "untimed"}[course.on_time]
    left = "" if course.left is None else course.left.value
    said = f"{one.number} {course.asked_on} 申请"
    if course.left is not None:
        waited = "等候天数不明" if course.waited is None else f"等候 {course.waited} 个工作日"
        said += f"，{course.left_on} {course.left.label}，{waited}，跑 {course.visits} 次"
    return (
        one.channel,
        course.asked_on,
        left,
        course.left_on,
        timely,
        course.waited,
        course.visits,
        courses.visits_needed(scheme(one.scheme)),
        said,
    )


def _timely(stand: Stand) -> str:
    if not stand.timed:
        return "paused" if stand.state is State.CORRECTING else "free"
    if stand.due is None:
        return "untimed"
    return "late" if stand.late else "on_time"


def _said(one: Case, stand: Stand) -> str:
    due = f"，期限 {stand.due}" if stand.due else ""
    return f"{one.number} {stand.since} {stand.state.label}（{stand.by or '申请人'}）{due}"


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the rows, as name, table, condition and columns, from one day (SQL) to another, both in.

    `case_asked` is a case on the day it was asked for, `case_left` on the day it was decided or left, `case_reached` on the
    last day it came to a state, `case_step` a step that had its days, on the day it was taken; `case_standing` a case that
    is not over on the last day, in the state it stands in.
    """

    def month(column: str) -> str:
        return f"year({column}) * 12 + month({column}) - 1"

    within = f"BETWEEN {start} AND {day}"
    yield (
        "case_asked", "course", f"b.asked_on {within}",
        {"month": month("b.asked_on"), "kind": "b.channel", "detail": "b.said"},
    )  # fmt: skip
    yield (
        "case_left", "course", f"b.left_on {within}",
        {
            "month": month("b.left_on"), "step": "b.left_as", "kind": "b.timely", "quantity": "b.waited", "detail": "b.said",
            "visits": "b.visits", "needed": "b.needed",
        },
    )  # fmt: skip
    last = f"(SELECT * FROM stand WHERE since <= {day} QUALIFY row_number() OVER (PARTITION BY number, state ORDER BY since DESC) = 1)"
    yield (
        "case_reached", last, f"b.since {within}",
        {"month": month("b.since"), "step": "b.state", "detail": "b.said"},
    )  # fmt: skip
    yield (
        "case_step", "stand", f"b.until {within} AND b.timely IN ('on_time', 'late', 'untimed')",
        {
            "month": month("b.until"), "step": "b.state", "kind": "b.timely",
            "detail": "b.said || '，' || b.until || ' 办' || CASE b.timely WHEN 'late' THEN '，超期' ELSE '' END",
        },
    )  # fmt: skip
    yield (
        "case_standing", "stand", f"b.since <= {day} AND (b.until IS NULL OR b.until > {day}) AND NOT b.final",
        {
            "step": "b.state", "detail": "b.said",
            "kind": f"CASE WHEN b.due < {day} THEN 'overdue' ELSE b.timely END",
        },
    )  # fmt: skip


_PLACE = "归申请时的户籍地"
_GRANTED_SQL = ", ".join(f"'{state.value}'" for state in _GRANTED)
_DECIDED = "step IN ('approved', 'refused')"


def figures() -> Iterator[Indicator]:
    """Yield what is counted of cases; each is told by scheme, place, town and country, month and step."""

    def asked(name: str, title: str, words: str, where: str = "true", measure: Measure = Measure.CASES) -> Indicator:
        return Indicator(f"cases-{name}", title, "case_asked", measure, f"申请日期（复核、外地转来的按转入日期）在期内的{words}，{_PLACE}。", where)  # fmt: skip

    def left(name: str, title: str, words: str, where: str) -> Indicator:
        return Indicator(
            f"cases-{name}", title, "case_left", Measure.CASES, f"期内{words}的申请件数，{_PLACE}。", where
        )

    def standing(name: str, title: str, words: str, where: str) -> Indicator:
        return Indicator(f"cases-{name}", title, "case_standing", Measure.CASES, f"期末{words}的申请件数，{_PLACE}。", where, stock=True)  # fmt: skip

    yield asked("received", "收到申请", "申请件数")
    yield asked("applicants", "申请人数", "申请人数，同一人只计一次", measure=Measure.PERSONS)
    yield asked("online", "网上申请", "网上提交的申请件数", "kind = 'online'")
    yield left("decided", "作出决定的申请", "批准或不予批准", _DECIDED)
    yield left("approved", "批准的申请", "批准", "step = 'approved'")
    yield left("refused", "不予批准的申请", "不予批准", "step = 'refused'")
    yield left("withdrawn", "撤回的申请", "申请人撤回", "step = 'withdrawn'")
    yield left("transferred", "转往外地的申请", "转往外地", "step = 'transferred'")
    timed = "决定前各环节的办理期限都能算出"
    yield left(
        "timed", "能判断是否按期的申请", f"作出决定、{timed}（或已有环节超期）", f"{_DECIDED} AND kind <> 'untimed'"
    )
    yield left(
        "on-time", "按期作出决定的申请", "作出决定、决定前每个环节都在期限（工作日，等补正时停止计时）内办",
        f"{_DECIDED} AND kind = 'on_time'",
    )  # fmt: skip
    yield left("late", "超期作出决定的申请", "作出决定、决定前至少一个环节超过期限", f"{_DECIDED} AND kind = 'late'")
    yield left(
        "untimed",
        "不能判断是否按期的申请",
        "作出决定、因为放假安排没有公布而算不出某个环节期限",
        f"{_DECIDED} AND kind = 'untimed'",
    )
    waited = "从申请到决定的工作日，等补正的日子不算；放假安排没有公布而算不出的不计入；没有这样的件时为不明"
    for name, title, measure in (
        ("waited-median", "等候时间中位数", Measure.MEDIAN), ("waited-longest", "最长等候时间", Measure.LONGEST),
    ):  # fmt: skip
        yield Indicator(
            f"cases-{name}", f"申请{title}", "case_left", measure, f"期内作出决定的申请{waited}，取{measure.value}，{_PLACE}。",
            f"{_DECIDED} AND quantity IS NOT NULL", counted_in="个工作日",
        )  # fmt: skip
    came = "（到窗口申请、补交材料、要求复核，或到机构评定，同一天只算一次）"
    yield left("one-visit", "最多跑一次的申请", f"作出决定、申请人最多跑一次{came}", f"{_DECIDED} AND visits <= 1")
    yield left(
        "several-visits", "跑了不止一次的申请", f"作出决定、申请人跑了不止一次{came}", f"{_DECIDED} AND visits > 1"
    )
    pledged = "按公布的标准办：每个环节在期限内，申请人跑的次数不多于应跑的次数"
    yield left(
        "standard-met",
        "达到服务标准的申请",
        f"作出决定、{pledged}",
        f"{_DECIDED} AND kind = 'on_time' AND visits <= needed",
    )
    yield left(
        "standard-missed", "没有达到服务标准的申请", f"作出决定、能判断是否按期、没有做到{pledged}",
        f"{_DECIDED} AND (kind = 'late' OR kind = 'on_time' AND visits > needed)",
    )  # fmt: skip
    for state, title in (
        (State.SURVEYED, "已勘察的申请"), (State.BUILT, "已完工的申请"), (State.ACCEPTED, "已验收的申请"),
        (State.DELIVERED, "已办结的申请"),
    ):  # fmt: skip
        yield Indicator(
            f"cases-{state.value}", title, "case_reached", Measure.CASES,
            f"期内到“{state.label}”的申请件数，返工再到的按最后一次，{_PLACE}。", f"step = '{state.value}'",
        )  # fmt: skip
    yield standing("pending", "待决定的申请", "还没有决定、撤回或转出", f"step NOT IN ({_GRANTED_SQL})")
    yield standing("paused", "等补正的申请", "等申请人补正、停止计时", "kind = 'paused'")
    yield standing("undelivered", "已批准、待办结的申请", "已经批准、还没有办结", f"step IN ({_GRANTED_SQL})")
    yield standing("overdue", "超期未办的申请", "所在环节已过办理期限（等补正的不算）", "kind = 'overdue'")
    yield standing(
        "due-unknown", "期限不明的申请", "所在环节有办理期限、因放假安排没有公布而算不出", "kind = 'untimed'"
    )
    for name, title, words, where in (
        ("steps", "有期限的办理环节", "", "true"), ("steps-late", "超期的办理环节", "、超过期限", "kind = 'late'"),
    ):  # fmt: skip
        yield Indicator(
            f"cases-{name}",
            title,
            "case_step",
            Measure.TIMES,
            f"期内办完{words}的、有办理期限的环节次数，{_PLACE}。",
            where,
        )


def ratios() -> Iterator[Ratio]:
    """Yield the shares of cases."""
    for name, title, over, under in (
        ("on-time-share", "按期办理率", ("on-time", "按期作出决定的申请"), ("timed", "能判断是否按期的申请")),
        ("refused-share", "不予批准的比例", ("refused", "不予批准的申请"), ("decided", "作出决定的申请")),
        ("online-share", "网上申请的比例", ("online", "网上申请"), ("received", "收到申请")),
        ("standard-share", "服务标准达标率", ("standard-met", "达到服务标准的申请"), ("timed", "能判断是否按期的申请")),
        ("one-visit-share", "最多跑一次的比例", ("one-visit", "最多跑一次的申请"), ("decided", "作出决定的申请")),
    ):  # fmt: skip
        yield Ratio(
            f"cases-{name}", title, f"cases-{over[0]}", f"cases-{under[0]}",
            f"“{over[1]}”除以“{under[1]}”，以百分数表示；分母为0时为不明。", stock=False,
        )  # fmt: skip
