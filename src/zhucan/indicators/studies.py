"""The register of pupils and what hangs on it: its completeness, stages entered and finished, entrance examinations, aid by
the term.

Rows of a pupil that only go on (another class, another support) are one time at school; the term is that of the last day told.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from zhucan.cases.facts import known
from zhucan.core.divisions import prefix
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk
from zhucan.indicators.registers import SCHOOL_AGE, in_words, listed, told
from zhucan.policy.education.waivers import compulsory_living_aid
from zhucan.registry.choices import HIGHER, Outcome, Placement, Stage, TermAidKind
from zhucan.registry.terms import term_rows, term_starts

_CANDIDACY = {
    "person_id": "BIGINT", "valid_from": "DATE", "year": "INTEGER", "adjustments": "VARCHAR", "score": "DECIMAL(5,1)", "qualified": "BOOLEAN",
    "stage": "VARCHAR", "school": "VARCHAR",
}  # fmt: skip
_AID = {
    "person_id": "BIGINT",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "kind": "VARCHAR",
    "amount_fen": "BIGINT",
    "school": "VARCHAR",
}
FINISHED = (Outcome.GRADUATED, Outcome.COMPLETED)
_POOR = "hardship IN ('dibao', 'dibian', 'tekun')"
_OF_AGE = "school_age BETWEEN {} AND {}".format(*SCHOOL_AGE)
_WHOLE = (
    f"stage IS NOT NULL AND coalesce(school, '') <> '' AND (coalesce(class_name, '') <> '' OR placement = '{Placement.HOME}')"
    " AND coalesce(support, '') <> '' AND checked"
)

RATIOS = (
    ("school-register-completeness", "残疾学生登记完整率", "school-age-registered", "school-age"),
    ("term-aid-coverage", "贫困残疾学生“两免一补”落实率", "term-aid-whole", "term-aid-eligible"),
)
PARTS = (("exam-admission-rate", "高考录取率", "exam-admitted", "exam-qualified"),)
"""Shares of a whole: no target for them is above 100 %."""


def bring(desk: Desk, known_at: datetime) -> None:
    """Take examinations and aid by the term out of the database, and lay out the events of schooling."""
    for table, source, types in (
        ("candidacy", "registry_candidacy", _CANDIDACY),
        ("term_aid", "registry_termaid", _AID),
    ):
        columns = ", ".join(f"t.{name}" for name in types)
        desk.bring(
            table, f"SELECT {columns} FROM {source} t WHERE {known(known_at)} AND t.person_id IN ({desk.people})", types
        )
    window = "WINDOW w AS (PARTITION BY person_id ORDER BY valid_from)"
    desk.derive(
        "school_event",
        f"""
        SELECT e.*, r.division AS place, NULL::VARCHAR AS scheme FROM (
            SELECT person_id, valid_from AS day, stage, placement, school, class_name, year,
                CASE WHEN stage IS DISTINCT FROM lag(stage) OVER w THEN 'entered'
                     WHEN year > lag(year) OVER w THEN 'advanced' END AS event FROM schooling {window}
            UNION ALL
            SELECT person_id, valid_to, stage, placement, school, class_name, year,
                CASE WHEN outcome IN ({listed(FINISHED)}) THEN 'finished' WHEN outcome = '{Outcome.LEFT}' THEN 'left' END
            FROM schooling WHERE valid_to IS NOT NULL
        ) e ASOF JOIN residence r ON e.person_id = r.person_id AND e.day >= r.valid_from WHERE event IS NOT NULL
        """,
    )
    for table in ("candidacy", "term_aid"):
        desk.derive(
            f"{table}_here",
            f"SELECT x.*, r.division AS place, NULL::VARCHAR AS scheme FROM {table} x"
            " ASOF JOIN residence r ON x.person_id = r.person_id AND x.valid_from >= r.valid_from",
        )


def look(desk: Desk, day: date, known_at: datetime) -> None:
    """Lay `term_start`: on which day the term of a day began, by the digits that places begin with."""
    starts = term_starts(day, term_rows(known_at))
    rows = ", ".join(f"('{prefix(place)}', DATE '{first}')" for place, first in sorted(starts.items()))
    desk.lay(f"CREATE OR REPLACE TABLE term_start AS SELECT * FROM (VALUES {rows}) t(digits, first)")


def views(day: date) -> Iterator[str]:
    """Yield the statements over the pupils of a day: the register as of its term, and who is due aid in it."""
    first = "(SELECT arg_max(t.first, length(t.digits)) FROM term_start t WHERE starts_with(p.place, t.digits))"
    had = (
        f"EXISTS (SELECT 1 FROM term_aid a WHERE a.person_id = p.person_id AND a.valid_from <= DATE '{day}'"
        f" AND a.valid_to > DATE '{day}' AND a.kind = '{{}}')"
    )
    # the living aid of a school year, granted on application
    granted = (
        f"EXISTS (SELECT 1 FROM handed h WHERE h.person_id = p.person_id AND h.scheme = '{compulsory_living_aid.id}'"
        f" AND h.award_id IS NOT NULL AND h.day <= DATE '{day}' AND h.day > {first} - 185)"
    )
    yield f"""CREATE OR REPLACE VIEW enrolled_pupil AS SELECT * REPLACE (detail || coalesce(' ' || nullif(class_name, ''), '')
        || coalesce(' ' || nullif(support, ''), '') || coalesce(' ' || last_checked || '核对', ' 没有核对') AS detail),
        coalesce(last_checked >= {first}, false) AS checked FROM pupil p"""
    tuition, textbooks, lodging = (had.format(kind) for kind in TermAidKind)
    lacks = ", ".join(
        f"CASE WHEN {due} THEN '{kind.label}' END"
        for due, kind in zip(("NOT tuition", "NOT textbooks", "boarding AND NOT lodging"), TermAidKind, strict=True)
    )
    yield f"""CREATE OR REPLACE VIEW aid_due AS SELECT * REPLACE (
            coalesce(school, '') || CASE WHEN whole THEN ' 已落实' ELSE ' 缺：' || concat_ws('、', {lacks}) END AS detail)
        FROM (SELECT *, tuition AND textbooks AND (lodging OR NOT boarding) AS whole FROM (
            SELECT p.*, {tuition} AS tuition, {textbooks} AS textbooks, ({lodging} OR {granted}) AS lodging FROM pupil p
            WHERE stage IN ('{Stage.PRIMARY}', '{Stage.JUNIOR}') AND {_POOR}))"""


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation, as name, table, condition and columns, from one day (SQL) to another, both in."""
    within = f"BETWEEN {start} AND {day}"
    month = "year(b.{0}) * 12 + month(b.{0}) - 1"
    yield (
        "school_step", "school_event", f"b.day {within} AND s.category IS NOT NULL",
        {
            "kind": "b.event", "stage": "b.stage", "placement": "b.placement", "month": month.format("day"),
            "detail": f"concat_ws(' ', b.day, {in_words('b.stage', Stage.choices)}, nullif(b.school, ''), b.year || '年级', nullif(b.class_name, ''))",
        },
    )  # fmt: skip
    line = "CASE b.qualified WHEN true THEN '上线' WHEN false THEN '没有上线' ELSE '上线与否不明' END"
    yield (
        "candidate", "candidacy_here", f"b.valid_from {within} AND s.category IS NOT NULL",
        {
            "month": month.format("valid_from"), "adjusted": "coalesce(b.adjustments, '') <> ''", "qualified": "b.qualified",
            "admitted": "coalesce(b.school, '') <> ''",
            "detail": f"concat_ws(' ', b.year || '年', nullif(b.adjustments, ''), b.score || '分', {line}, '录取：' || nullif(b.school, ''))",
        },
    )  # fmt: skip
    yield (
        "term_given", "term_aid_here", f"b.valid_from {within}",
        {
            "kind": "b.kind", "month": month.format("valid_from"), "amount_fen": "b.amount_fen",
            "detail": f"b.valid_from || '起的学期 ' || {in_words('b.kind', TermAidKind.choices)} || coalesce(' ' || nullif(b.school, ''), '')",
        },
    )  # fmt: skip


def indicators() -> Iterator[Indicator]:
    """Yield the figures of the register, of stages above compulsory schooling, of examinations and of aid by the term."""
    base, untold = "期末户籍在本区划、未死亡、残疾人证有效", "当地没有就学资料时为不明"
    known_ = told("schooling")
    age = f"本学年开始时年满{SCHOOL_AGE[0]}周岁未满{SCHOOL_AGE[1] + 1}周岁"
    rules = "学校、班级（送教上门不论）、就读方式、支持服务都已登记、本学期核对过"
    for name, title, where, words in (
        ("school-age-registered", "登记完整的学龄残疾儿童", _WHOLE, rules),
        ("school-age-incomplete", "登记不完整的学龄残疾儿童", f"NOT coalesce({_WHOLE}, false)", f"还没有做到{rules}（包括没有就学登记）"),
    ):  # fmt: skip
        yield Indicator(name, title, "enrolled_pupil", Measure.PERSONS, f"{base}、{age}、{words}的人数；{untold}。", f"{_OF_AGE} AND {where}", stock=True, known=known_)  # fmt: skip
    for stage in HIGHER:
        for event, title, words in (
            ("entered", "入学", "进入"), ("advanced", "升级", "升入高一个年级，学段为"), ("finished", "毕业或结业", "毕业或结业，学段为"),
            ("left", "退学", "退学，学段为"),
        ):  # fmt: skip
            yield Indicator(
                f"{stage}-{event}", f"{stage.label}{title}残疾学生", "school_step", Measure.PERSONS,
                f"期内{words}{stage.label}、办过残疾人证的人数，同一人只计一次，按当日户籍地统计；{untold}。",
                f"kind = '{event}' AND stage = '{stage}'", known=known_,
            )  # fmt: skip
    whom = "高考首日在期内、办过残疾人证"
    for name, title, where, words, sure in (
        ("exam-candidates", "残疾考生", "true", "", "true"),
        ("exam-adjusted", "得到合理便利的残疾考生", "adjusted", "、有合理便利", "true"),
        ("exam-qualified", "上线的残疾考生", "qualified", "、上线；有考生上线与否不明时为不明", "NOT EXISTS (SELECT 1 FROM candidate WHERE qualified IS NULL)"),
        ("exam-admitted", "录取的残疾考生", "admitted", "、上线并被录取", "true"),
    ):  # fmt: skip
        yield Indicator(name, title, "candidate", Measure.PERSONS, f"{whom}{words}的人数，按当日户籍地统计。", where, known=sure)  # fmt: skip
    due = f"{base}、在小学或初中就读、家庭为低保、低保边缘或特困"
    for name, title, where, words in (
        ("term-aid-eligible", "应享受“两免一补”的残疾学生", "true", ""),
        ("term-aid-whole", "“两免一补”已落实的残疾学生", "whole", "、期末所在学期两项免费都有、寄宿的还有生活补助"),
        ("term-aid-missing", "“两免一补”没有落实的残疾学生", "NOT whole", "、期末所在学期缺其中至少一项（缺哪项见名单）"),
    ):  # fmt: skip
        yield Indicator(name, title, "aid_due", Measure.PERSONS, f"{due}{words}的人数；{untold}。", where, stock=True, known=known_)  # fmt: skip
    for kind in TermAidKind:
        yield Indicator(
            f"term-aid-{kind}", f"{kind.label}的残疾学生", "term_given", Measure.PERSONS,
            f"学期开始日在期内、{kind.label}的人数，同一人只计一次，按学期开始日户籍地统计。", f"kind = '{kind}'",
        )  # fmt: skip
    yield Indicator(
        "term-aid-boarding-amount", "残疾学生寄宿生活补助金额", "term_given", Measure.AMOUNT,
        "学期开始日在期内的寄宿生活补助金额合计（按学期登记的），按学期开始日户籍地统计。", f"kind = '{TermAidKind.BOARDING}' AND amount_fen > 0",
    )  # fmt: skip
