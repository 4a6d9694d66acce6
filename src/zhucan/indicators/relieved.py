"""The figures of reliefs with their period: begun, renewed, ended, in force; and what was paid to those insured against accidents."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk, learnt
from zhucan.policy.assistance.premiums import accident_insurance
from zhucan.policy.schemes import Gives, Group, Scheme

_RELIEF = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE",
    "end_reason": "VARCHAR", "renewal": "INTEGER",
}  # fmt: skip
_CLAIM = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "accident_on": "DATE", "paid_on": "DATE", "amount_fen": "BIGINT",
}  # fmt: skip


def bring(desk: Desk, awards: str, known_at: datetime) -> None:
    """Take reliefs and claims out of the database; `awards` narrows the awards `a` they stand on."""
    desk.bring(
        "relief",
        "SELECT f.person_id, a.scheme, a.division_id, f.valid_from, f.valid_to, f.end_reason,"
        " CASE WHEN f.renews_id IS NULL THEN 0 ELSE 1 END FROM delivery_relief f JOIN cases_award a ON a.id = f.award_id"
        f" WHERE f.person_id IN ({desk.people}) AND {awards}{learnt('f.at', known_at)}",
        _RELIEF,
    )
    desk.bring(
        "claim",
        "SELECT f.person_id, a.scheme, a.division_id, c.accident_on, c.paid_on, c.amount_fen FROM delivery_accidentclaim c"
        " JOIN delivery_relief f ON f.id = c.relief_id JOIN cases_award a ON a.id = f.award_id"
        f" WHERE c.paid_at IS NOT NULL AND f.person_id IN ({desk.people}) AND {awards} AND {known(known_at, 'c').replace('recorded_at', 'paid_at')}",
        _CLAIM,
    )


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the rows, as name, table, condition and columns, from one day (SQL) to another, both in."""
    within = f"BETWEEN {start} AND {day}"
    yield (
        "relief_begun", "relieved", f"b.valid_from {within}",
        {
            "month": "year(b.valid_from) * 12 + month(b.valid_from) - 1", "kind": "CASE b.renewal WHEN 1 THEN 'renewed' ELSE 'new' END",
            "detail": "b.valid_from || ' 起' || CASE b.renewal WHEN 1 THEN '，续办' ELSE '' END",
        },
    )  # fmt: skip
    yield (
        "relief_ended", "relieved", f"b.valid_to {within} AND b.end_reason <> ''",
        {"month": "year(b.valid_to) * 12 + month(b.valid_to) - 1", "detail": "b.valid_to || ' ' || b.end_reason"},
    )  # fmt: skip
    yield (
        "relief_running", "relieved", f"b.valid_from <= {day} AND (b.valid_to IS NULL OR b.valid_to > {day})",
        {"detail": "b.valid_from || ' 起' || CASE WHEN b.valid_to IS NULL THEN '' ELSE '，到 ' || b.valid_to END"},
    )  # fmt: skip
    yield (
        "claimed", "settled_claim", f"b.paid_on {within}",
        {
            "month": "year(b.paid_on) * 12 + month(b.paid_on) - 1", "amount_fen": "b.amount_fen",
            "detail": "b.accident_on || ' 出险，' || b.paid_on || ' 赔付'",
        },
    )  # fmt: skip


_PLACE = "归给付县，县以下按开始日户籍地统计"


def figures_of(scheme: Scheme) -> Iterator[Indicator]:
    """Yield what is counted of the reliefs of a scheme that gives some."""
    if not scheme.administered or scheme.gives is not Gives.RELIEF or scheme.group is Group.REGISTRY:
        return
    name, of = scheme.name, f"scheme = '{scheme.id}'"
    for suffix, title, relation, words, where in (
        ("begun", "新办", "relief_begun", "第一次开始的", "kind = 'new'"),
        ("renewed", "续办", "relief_begun", "续办的", "kind = 'renewed'"),
        ("ended", "终止", "relief_ended", "因残疾人证失效、去世、迁走等提前终止的", "true"),
    ):
        yield Indicator(
            f"{scheme.id}-{suffix}", f"{name}{title}", relation, Measure.CASES, f"期内{words}{name}件数，{_PLACE}。",
            f"{of} AND {where}", scheme=scheme.id,
        )  # fmt: skip
    yield Indicator(
        f"{scheme.id}-running", f"{name}在用", "relief_running", Measure.CASES, f"期末正在期内、没有终止的{name}件数，{_PLACE}。",
        of, stock=True, scheme=scheme.id,
    )  # fmt: skip
    if scheme is not accident_insurance:
        return
    yield Indicator(
        f"{scheme.id}-insured", f"{name}被保险人数", "relief_running", Measure.PERSONS,
        f"期末在{name}保险期间内、没有终止的人数，{_PLACE}。", of, stock=True, scheme=scheme.id,
    )  # fmt: skip
    for suffix, title, measure, words in (
        ("claims", "赔付件数", Measure.CASES, "件数"),
        ("claimants", "获赔人数", Measure.PERSONS, "人数，同一人只计一次"),
        ("claim-amount", "赔付金额", Measure.AMOUNT, "金额合计"),
    ):
        yield Indicator(
            f"{scheme.id}-{suffix}", f"{name}{title}", "claimed", measure,
            f"期内承保公司赔付{name}的{words}，按赔付日期统计，归投保县，县以下按赔付日户籍地统计。", of, scheme=scheme.id,
        )  # fmt: skip
