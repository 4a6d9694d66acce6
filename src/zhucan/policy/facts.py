"""Facts: what rules may ask of a person on a day or in a month, each declared once.

A fact is a column of the person or the frame, an expression over other facts, or an aggregate over a spell relation
with a filter. The SQL for everybody and the Python for one person are both made from the declaration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.policy.expressions import Expr, Kind, column, literal, years_between
from zhucan.policy.python import compile_expressions
from zhucan.policy.relations import Columns, frame, person
from zhucan.policy.sql import constant, to_sql

UNSTATED = object()


class Timing(Enum):
    """Which spells count: those that hold on the frame's day, or those that touch the frame's month."""

    ON_DAY = "on_day"
    IN_MONTH = "in_month"


class Aggregate(Enum):
    """How the spells that count become one value."""

    ANY = "any"
    NONE = "none"
    LATEST = "latest"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    SUM = "sum"  # unknown as soon as one amount is


@dataclass(frozen=True, eq=False)
class Fact:
    """A declared fact. `empty` is its value without any counting spell (None: unknown); `presumed` what a worked case
    means by leaving it out (UNSTATED: unknown)."""

    name: str
    kind: Kind
    label: str
    source: str
    relation: str = ""
    aggregate: Aggregate = Aggregate.ANY
    column: str = ""
    where: Expr | None = None
    timing: Timing = Timing.ON_DAY
    empty: Any = None
    formula: Expr | None = None  # over person, frame and other facts; then there is no relation
    presumed: Any = UNSTATED
    choices: Mapping[str, str] | None = None


class UnknownFact(ZhucanError, KeyError):
    """No fact has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


_component = Columns("component")
_certificate = Columns("certificate")
_benefit = Columns("benefit")
_live = (_component.status == "valid") & (_component.expires > frame.expiry_after)

CATEGORY_LABELS = {
    "visual": "视力",
    "hearing": "听力",
    "speech": "言语",
    "physical": "肢体",
    "intellectual": "智力",
    "mental": "精神",
}
BENEFIT_LABELS = {
    "work_injury_nursing": "工伤保险生活护理费",
    "orphan": "孤儿基本生活费",
    "unattended_child": "事实无人抚养儿童基本生活补贴（全额）",
    "old_age_nursing": "老年人护理补贴",
    "old_age_living": "养老福利性生活补贴",
    "work_disability_living": "因公致残福利性生活补贴",
    "retired_cadre_living": "离休福利性生活补贴",
    "retired_cadre_nursing": "离休福利性护理补贴",
    "elder_service": "养老服务补贴",
    "senior_allowance": "高龄津贴",
    "ltci": "长期护理保险待遇",
    "veteran_pension": "残疾军人（伤残人民警察）抚恤金",
    "child_rehabilitation": "残疾儿童康复救助",
}
HARDSHIP_LABELS = {"dibao": "低保", "dibian": "低保边缘", "tekun": "特困供养", "none": "非困难"}


def _grade(category: str) -> Fact:
    return Fact(
        f"grade_{category}",
        Kind.INT,
        f"{CATEGORY_LABELS[category]}残疾等级（0 为无此类）",
        "残疾人证",
        "component",
        Aggregate.MIN,
        "grade",
        _live & (_component.category == category),
        empty=0,
        presumed=0,
    )


def _gets(kind: str) -> Fact:
    return Fact(
        f"gets_{kind}",
        Kind.BOOL,
        f"当月享受{BENEFIT_LABELS[kind]}",
        "部门共享",
        "benefit",
        where=_benefit.kind == kind,
        timing=Timing.IN_MONTH,
        empty=False,
        presumed=False,
    )


def _paid(kind: str) -> Fact:
    return Fact(
        f"{kind}_amount",
        Kind.MONEY,
        f"当月{BENEFIT_LABELS[kind]}金额",
        "部门共享",
        "benefit",
        Aggregate.SUM,
        "amount_fen",
        _benefit.kind == kind,
        Timing.IN_MONTH,
        empty=0,
        presumed=0,
    )


def _fact(name: str, kind: Kind) -> Expr:
    return column("fact", name, kind)


_RIVALS_LIVING = ("old_age_living", "work_disability_living", "retired_cadre_living")
_RIVALS_NURSING = ("old_age_nursing", "retired_cadre_nursing", "ltci", "elder_service")

FACTS: tuple[Fact, ...] = (
    Fact("born", Kind.DATE, "出生日期", "公民身份号码", formula=person.born),
    Fact("sex", Kind.TEXT, "性别", "公民身份号码", formula=person.sex, choices={"male": "男", "female": "女"}),
    Fact("age", Kind.INT, "周岁", "出生日期", formula=years_between(person.born, frame.on_day)),
    Fact("alive", Kind.BOOL, "在世", "公安、民政数据", "death", Aggregate.NONE, empty=True, presumed=True),
    Fact(
        "hukou_here",
        Kind.BOOL,
        "户籍在发放县",
        "户籍登记",
        "residence",
        where=Columns("residence").division.left(6) == frame.division.left(6),
        presumed=True,
    ),
    Fact(
        "certificate_valid",
        Kind.BOOL,
        "持有有效残疾人证",
        "残疾人证管理系统",
        "certificate",
        where=(_certificate.status == "valid") & (_certificate.expires > frame.expiry_after),
        empty=False,
    ),
    Fact(
        "certificate_status",
        Kind.TEXT,
        "残疾人证状态",
        "残疾人证管理系统",
        "certificate",
        Aggregate.LATEST,
        "status",
        choices={"valid": "有效", "frozen": "冻结", "cancelled": "注销"},
    ),
    *(_grade(category) for category in CATEGORY_LABELS),
    Fact(
        "hardship",
        Kind.TEXT,
        "家庭困难类型",
        "民政数据",
        "hardship",
        Aggregate.LATEST,
        "kind",
        choices=HARDSHIP_LABELS,
    ),
    Fact(
        "in_tekun",
        Kind.BOOL,
        "特困人员救助供养",
        "民政数据",
        "hardship",
        where=Columns("hardship").kind == "tekun",
        empty=False,
        presumed=False,
    ),
    Fact(
        "income_per_head", Kind.MONEY, "家庭人均月收入", "家庭经济状况核对", "income", Aggregate.LATEST, "per_head_fen"
    ),
    Fact("own_income", Kind.MONEY, "本人月收入", "家庭经济状况核对", "own_income", Aggregate.LATEST, "amount_fen"),
    Fact("in_institution", Kind.BOOL, "在机构托养", "托养审批", "stay", empty=False, presumed=False),
    Fact("in_custody", Kind.BOOL, "在监狱服刑", "司法行政数据", "custody", empty=False, presumed=False),
    Fact(
        "public_payroll",
        Kind.BOOL,
        "财政供养人员",
        "人社、财政数据",
        "job",
        where=Columns("job").kind == "public_payroll",
        empty=False,
        presumed=False,
    ),
    *(_gets(kind) for kind in BENEFIT_LABELS),
    *(_paid(kind) for kind in (*_RIVALS_LIVING, *_RIVALS_NURSING)),
    Fact(
        "rival_nursing_first",
        Kind.BOOL,
        "其他护理类待遇先于本补贴申请",
        "部门共享",
        "benefit",
        where=_benefit.kind.isin(*_RIVALS_NURSING) & (_benefit.valid_from < frame.applied_on),
        timing=Timing.IN_MONTH,
        empty=False,
        presumed=False,
    ),
    Fact(
        "rival_living_first",
        Kind.BOOL,
        "其他生活类待遇先于本补贴申请",
        "部门共享",
        "benefit",
        where=_benefit.kind.isin(*_RIVALS_LIVING) & (_benefit.valid_from < frame.applied_on),
        timing=Timing.IN_MONTH,
        empty=False,
        presumed=False,
    ),
    Fact("unattended", Kind.BOOL, "认定为事实无人抚养儿童", "民政数据", formula=literal(False), presumed=False),
    Fact(
        "child_benefits_amount",
        Kind.MONEY,
        "该儿童已领生活补贴和低保金合计",
        "民政数据",
        formula=literal(0),
        presumed=0,
    ),
)
BY_NAME: Mapping[str, Fact] = {fact.name: fact for fact in FACTS}


class Facts:
    """The facts as typed columns: `f.income_per_head <= …`."""

    def __getattr__(self, name: str) -> Expr:
        if name not in BY_NAME:
            raise AttributeError(f"no fact {name}")
        return _fact(name, BY_NAME[name].kind)


f = Facts()


def complete(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return all facts from some: what is left out is presumed where a fact says so, else unknown.

    `category` and `grade` may stand for a single kind of disability. Raises `UnknownFact`.
    """
    rest = dict(stated)
    category, grade = rest.pop("category", None), rest.pop("grade", None)
    if category is not None and grade is not None:
        if category not in CATEGORY_LABELS:
            raise UnknownFact(
                f"残疾类别“{category}”不对：应为 {'、'.join(CATEGORY_LABELS)} 之一；多重残疾请写各类 grade_…。"
            )
        rest.setdefault(f"grade_{category}", grade)
    for name in rest:
        if name not in BY_NAME:
            raise UnknownFact(f"没有名为 {name} 的事实：请对照 zhucan cases --facts 列出的名称。")
    return {fact.name: rest.get(fact.name, None if fact.presumed is UNSTATED else fact.presumed) for fact in FACTS}


# --- everybody ---------------------------------------------------------------------------------------------------


def _names(row: str, person_table: str, frame_table: str) -> Any:
    tables = {"row": row, "person": person_table, "frame": frame_table, "fact": "facts"}
    return lambda namespace, name: f"{tables[namespace]}.{name}"


def _when(fact: Fact) -> str:
    if fact.timing is Timing.IN_MONTH:
        return (
            "(r.valid_from < CAST(fr.month_first + INTERVAL (1) MONTH AS DATE)"
            " AND (r.valid_to IS NULL OR r.valid_to > fr.month_first))"
        )
    return "(r.valid_from <= fr.on_day AND (r.valid_to IS NULL OR r.valid_to > fr.on_day))"


def _aggregate(fact: Fact, condition: str) -> str:
    """Return the SQL aggregate of a fact; FILTER conditions with nulls count as not true, as in Python."""
    value = f"r.{fact.column}"
    match fact.aggregate:
        case Aggregate.ANY:
            return f"bool_or(coalesce({condition}, FALSE))"
        case Aggregate.NONE:
            return f"NOT bool_or(coalesce({condition}, FALSE))"
        case Aggregate.MIN | Aggregate.MAX:
            # One pass without nulls: an unknown and nothing at all take part as numbers beyond all others.
            far = 2**62 if fact.kind is Kind.MONEY else 2**31 - 1
            unknown, nothing = (-far, far) if fact.aggregate is Aggregate.MIN else (far, -far)
            found = (
                f"{fact.aggregate.value}(CASE WHEN {condition} THEN coalesce({value}, {unknown}) ELSE {nothing} END)"
            )
            return f"nullif(CASE WHEN {found} = {nothing} THEN {constant(fact.empty, fact.kind)} ELSE {found} END, {unknown})"
        case Aggregate.COUNT:
            return f"count(*) FILTER ({condition})"
        case Aggregate.LATEST:
            only = "" if fact.where is None else f" FILTER ({condition})"
            return f"arg_max_null({value}, r.valid_from){only}"
        case Aggregate.SUM:
            return (
                f"CASE WHEN count(*) FILTER ({condition} AND {value} IS NULL) > 0 THEN NULL"
                f" ELSE coalesce(sum({value}) FILTER ({condition}), 0)::BIGINT END"
            )


def facts_sql(
    needed: Sequence[str], *, frame_table: str = "frame", constant_frame: Mapping[str, Any] | None = None
) -> str:
    """Return a SELECT of case_id, person_id, division, month_first and the needed facts for every row of the frame.

    With `constant_frame` (division, on_day, expiry_after, month_first, applied_on) everybody in `person` is judged on
    the same day and no frame table is needed: spells are then aggregated without a join.
    """
    wanted = [BY_NAME[name] for name in needed]
    naming = _names("r", "p", "fr")
    joins, columns = [], []
    key = "case_id" if constant_frame is None else "person_id"
    for relation in dict.fromkeys(fact.relation for fact in wanted if fact.relation):
        own = [fact for fact in wanted if fact.relation == relation]
        parts = []
        for fact in own:
            condition = "TRUE" if fact.where is None else to_sql(fact.where, naming)
            parts.append(f"{_aggregate(fact, condition)} AS {fact.name}")
            columns.append(
                f"CASE WHEN a_{relation}.{key} IS NULL THEN {constant(fact.empty, fact.kind)}"
                f" ELSE a_{relation}.{fact.name} END AS {fact.name}"
            )
        (window,) = {
            _when(fact) for fact in own
        }  # one timing a relation, so that absent spells mean the same everywhere
        if constant_frame is None:
            joins.append(
                f"LEFT JOIN (SELECT fr.case_id, {', '.join(parts)} FROM {frame_table} fr JOIN {relation} r"
                f" ON r.person_id = fr.person_id WHERE {window} GROUP BY fr.case_id) a_{relation}"
                f" ON a_{relation}.case_id = fr.case_id"
            )
        else:
            text = f"SELECT r.person_id, {', '.join(parts)} FROM {relation} r WHERE {window} GROUP BY r.person_id"
            joins.append(
                f"LEFT JOIN ({_inline(text, constant_frame)}) a_{relation} ON a_{relation}.person_id = p.person_id"
            )
    for fact in wanted:
        if fact.formula is not None:
            columns.append(f"{to_sql(fact.formula, naming)} AS {fact.name}")
    if constant_frame is None:
        head = "fr.case_id, fr.person_id, fr.division, fr.month_first"
        source = f"{frame_table} fr JOIN person p ON p.person_id = fr.person_id"
        return f"SELECT {', '.join([head, *columns])} FROM {source} {' '.join(joins)}"
    head = "p.person_id AS case_id, p.person_id, fr.division AS division, fr.month_first AS month_first"
    return _inline(f"SELECT {', '.join([head, *columns])} FROM person p {' '.join(joins)}", constant_frame)


def _inline(text: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        kind = Kind.TEXT if name == "division" else Kind.DATE
        text = text.replace(f"fr.{name}", constant(value, kind))
    return text


# --- one person --------------------------------------------------------------------------------------------------

_filters = {fact.name: compile_expressions([fact.where], ("row", "frame")) for fact in FACTS if fact.where is not None}
_formulas = {
    fact.name: compile_expressions([fact.formula], ("person", "frame")) for fact in FACTS if fact.formula is not None
}


def facts_of(
    spells: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    on: date,
    expiry_after: date,
    month: Month,
    division: str,
    known_at: datetime | None = None,
    applied_on: date | None = None,
) -> dict[str, Any]:
    """Return every fact of one person from the rows of the relations (`person` holds one row). Money is fen."""
    values: dict[str, Any] = {}
    row = {
        "division": division,
        "on_day": on,
        "expiry_after": expiry_after,
        "month_first": month.first,
        "applied_on": applied_on,
    }
    believed = {
        name: rows if known_at is None or name == "person" else [item for item in rows if _known(item, known_at)]
        for name, rows in spells.items()
    }
    someone = believed["person"][0]
    after = month.next.first
    for fact in FACTS:
        if fact.formula is not None:
            values[fact.name] = _formulas[fact.name](someone, row)[0]
            continue
        start, stop = (on, on) if fact.timing is Timing.ON_DAY else (None, month.first)
        counting: list[Mapping[str, Any] | None] = []
        for item in believed.get(fact.relation, ()):
            begins, ends = item["valid_from"], item["valid_to"]
            if (begins <= start if start is not None else begins < after) and (ends is None or ends > stop):
                if fact.where is None or _filters[fact.name](item, row)[0] is True:
                    counting.append(item)
                elif fact.aggregate in (Aggregate.ANY, Aggregate.NONE):
                    counting.append(None)  # seen, and not what is asked: tells "no" from "nothing recorded"
        values[fact.name] = _aggregated(fact, counting)
    return values


def _known(item: Mapping[str, Any], at: datetime) -> bool:
    return item["recorded_at"] <= at and (item["retracted_at"] is None or item["retracted_at"] > at)


def _aggregated(fact: Fact, counting: list[Mapping[str, Any] | None]) -> Any:
    if not counting:
        return fact.empty
    rows = [item for item in counting if item is not None]
    match fact.aggregate:
        case Aggregate.ANY:
            return bool(rows)
        case Aggregate.NONE:
            return not rows
        case Aggregate.COUNT:
            return len(rows)
        case Aggregate.LATEST:
            return max(rows, key=lambda item: item["valid_from"])[fact.column]
    amounts = [item[fact.column] for item in rows]
    if fact.aggregate is Aggregate.SUM:
        return None if None in amounts else sum(amounts)
    if None in amounts:
        return None  # the one not known might be the least or the most
    if not amounts:
        return fact.empty
    return min(amounts) if fact.aggregate is Aggregate.MIN else max(amounts)
