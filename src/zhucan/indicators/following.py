"""Who is followed after something happened: graduates until they work, children in their first year in an ordinary class, and
holders of a call terminal.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk
from zhucan.indicators.registers import IN_CLASS, in_words, listed, told
from zhucan.indicators.studies import FINISHED
from zhucan.registry.choices import FollowUpKind, Placement, Stage, WorkForm

_FOLLOWED = {"person_id": "BIGINT", "day": "DATE", "kind": "VARCHAR", "worker": "VARCHAR", "said": "VARCHAR", "well": "BOOLEAN"}  # fmt: skip
_CONTRACT = {
    "person_id": "BIGINT",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "number": "VARCHAR",
    "provider": "VARCHAR",
}
_TERMINAL = {
    "person_id": "BIGINT",
    "day": "DATE",
    "back": "DATE",
    "serial": "VARCHAR",
    "payer": "VARCHAR",
    "award_id": "BIGINT",
}
_HIGHER = (Stage.COLLEGE, Stage.BACHELOR, Stage.MASTER)
_TERMINAL_SCHEME = "device-call-terminal"
_BASIC = listed((Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR))
_YEAR = "INTERVAL 1 YEAR"

PARTS = (("graduate-placement-rate", "残疾大学毕业生就业率", "graduates-placed", "graduates"),)


def bring(desk: Desk, awards: str, known_at: datetime) -> None:
    """Take follow-ups, contracts and terminals handed out of the database; `awards` narrows the awards `a` they stand on."""
    clocks = f"{known(known_at)} AND t.person_id IN ({desk.people})"
    desk.bring( "followed", f"SELECT t.person_id, t.valid_from, t.kind, t.worker, t.said, t.well FROM registry_followup t WHERE {clocks}", _FOLLOWED)  # fmt: skip
    desk.bring( "contract", f"SELECT t.person_id, t.valid_from, t.valid_to, t.number, t.provider FROM registry_terminalcontract t WHERE {clocks}", _CONTRACT)  # fmt: skip
    desk.bring(
        "terminal",
        "SELECT m.person_id, m.day, (SELECT min(k.day) FROM delivery_move k WHERE k.of_id = m.id), coalesce(i.serial, ''), a.division_id, a.id"
        " FROM delivery_move m JOIN cases_award a ON a.id = m.award_id LEFT JOIN delivery_piece i ON i.id = m.piece_id"
        f" WHERE m.kind = 'issue' AND a.scheme = '{_TERMINAL_SCHEME}' AND m.person_id IN ({desk.people}) AND {awards}",
        _TERMINAL,
    )
    desk.derive(
        "finishing",
        f"""
        SELECT e.*, r.division AS place, NULL::VARCHAR AS scheme FROM (
            SELECT person_id, max(valid_to) AS day, arg_max(stage, valid_to) AS stage, arg_max(school, valid_to) AS school
            FROM schooling WHERE outcome IN ({listed(FINISHED)}) AND stage IN ({listed(_HIGHER)}) GROUP BY person_id, stage
        ) e ASOF JOIN residence r ON e.person_id = r.person_id AND e.day >= r.valid_from
        """,
    )
    desk.derive(
        "mainstreaming",
        f"""
        SELECT e.*, r.division AS place, NULL::VARCHAR AS scheme FROM (
            SELECT x.*, (SELECT max(f.valid_from) FROM found f WHERE f.person_id = x.person_id AND f.kind = 'mainstream_assessment'
                AND f.word = 'passed' AND f.valid_from <= x.valid_from AND f.valid_from > x.valid_from - {_YEAR}) AS assessed_on,
                arg_max(x.placement, x.valid_from) OVER (PARTITION BY x.person_id) AS now_in
            FROM (SELECT *, lag(placement) OVER (PARTITION BY person_id ORDER BY valid_from) AS came_from FROM schooling) x
            WHERE x.stage IN ({_BASIC}) AND x.placement IN ({listed(IN_CLASS)})
        ) e ASOF JOIN residence r ON e.person_id = r.person_id AND e.valid_from >= r.valid_from
        WHERE came_from NOT IN ({listed(IN_CLASS)}) OR (came_from IS NULL AND assessed_on IS NOT NULL)
        """,
    )


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation, as name, table, condition and columns, from one day (SQL) to another, both in."""
    within = f"BETWEEN {start} AND {day}"

    def notes(kind: FollowUpKind, since: str) -> str:
        """Return SQL for what was done since a day, in words."""
        return (
            "coalesce((SELECT '跟进' || count(*) || '次，最近 ' || arg_max(f.day || ' ' || f.said || '（' || f.worker || '）', f.day)"
            f" FROM followed f WHERE f.person_id = b.person_id AND f.kind = '{kind}' AND f.day >= {since} AND f.day <= {day}), '还没有跟进')"
        )

    def noted(kind: FollowUpKind, since: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM followed f WHERE f.person_id = b.person_id AND f.kind = '{kind}' AND f.day >= {since}"
            f" AND f.day <= {day})"
        )

    work = (
        "(SELECT min(greatest(j.valid_from, b.day)) FROM job j WHERE j.person_id = b.person_id AND (j.valid_to IS NULL OR j.valid_to > b.day)"
        f" AND j.valid_from <= {day})"
    )
    form = (
        f"(SELECT {in_words('coalesce(arg_max(j.kind, j.valid_from) FILTER (WHERE j.main), arg_max(j.kind, j.valid_from))', WorkForm.choices)} FROM job j WHERE j.person_id = b.person_id"
        f" AND j.valid_from <= {day})"
    )
    graduate = {
        "month": "year(b.day) * 12 + month(b.day) - 1", "stage": "b.stage", "placed": f"{work} IS NOT NULL",
        "studies_on": "EXISTS (SELECT 1 FROM schooling c WHERE c.person_id = b.person_id AND c.valid_from >= b.day AND c.valid_to IS NULL)",
        "helped": noted(FollowUpKind.GRADUATE, "b.day - " + _YEAR),
        "detail": f"concat_ws(' ', b.day || '毕业', {in_words('b.stage', Stage.choices)}, nullif(b.school, ''), {work} || '起就业（' || {form} || '）',"
        f" {notes(FollowUpKind.GRADUATE, 'b.day - ' + _YEAR)})",
    }  # fmt: skip
    yield "graduate", "finishing", f"b.day {within} AND s.category IS NOT NULL", graduate
    yield "graduate_open", "finishing", f"b.day <= {day} AND s.category IS NOT NULL AND s.died IS NULL", graduate
    visited = {
        "month": "year(b.valid_from) * 12 + month(b.valid_from) - 1", "kind": "b.placement", "stage": "b.stage", "placement": "b.placement",
        "visited": noted(FollowUpKind.MAINSTREAM, "b.valid_from"), "stayed": f"b.now_in IN ({listed(IN_CLASS)})",
        "detail": f"concat_ws(' ', b.valid_from, coalesce({in_words('b.came_from', Placement.choices)} || '→', '') || {in_words('b.placement', Placement.choices)},"
        f" nullif(b.school, ''), b.assessed_on || '评估通过', {notes(FollowUpKind.MAINSTREAM, 'b.valid_from')})",
    }  # fmt: skip
    yield (
        "mainstreamed",
        "mainstreaming",
        f"b.valid_from {within} AND s.category IS NOT NULL",
        {
            **visited,
            "detail": f"concat_ws(' ', b.valid_from, coalesce({in_words('b.came_from', Placement.choices)} || '→', '')"
            f" || {in_words('b.placement', Placement.choices)}, nullif(b.school, ''), b.assessed_on || '评估通过')",
        },
    )
    yield "mainstream_year", "mainstreaming", f"b.valid_from <= {day} AND b.valid_from + {_YEAR} > {day} AND s.died IS NULL", visited  # fmt: skip
    yield "mainstream_over", "mainstreaming", f"b.valid_from + {_YEAR} {within}", visited
    calls = f"(SELECT count(*) FROM followed f WHERE f.person_id = b.person_id AND f.kind = '{FollowUpKind.CALL}' AND f.day >= b.day AND f.day <= {day})"
    served = f"(SELECT arg_max(c.number || ' ' || c.provider, c.valid_from) FROM contract c WHERE c.person_id = b.person_id AND c.valid_from <= {day} AND (c.valid_to IS NULL OR c.valid_to > {day}))"
    sound = f"coalesce((SELECT arg_max(f.works OR f.kind = 'repair', f.day) FROM fitting f WHERE f.award_id = b.award_id AND f.kind IN ('visit', 'repair') AND f.day <= {day}), true)"
    yield (
        "terminal_held", "(SELECT *, payer AS place, NULL::VARCHAR AS scheme FROM terminal)",
        f"b.day <= {day} AND (b.back IS NULL OR b.back > {day}) AND s.died IS NULL",
        {
            "served": f"{served} IS NOT NULL", "sound": sound,
            "detail": f"concat_ws(' ', '终端' || nullif(b.serial, ''), b.day || '发放', coalesce('合同' || {served}, '没有有效合同'), '呼叫' || {calls} || '次',"
            f" CASE WHEN NOT {sound} THEN '不能正常使用' END)",
        },
    )  # fmt: skip
    yield (
        "terminal_back", "(SELECT *, payer AS place, NULL::VARCHAR AS scheme FROM terminal)", f"b.back {within}",
        {"month": "year(b.back) * 12 + month(b.back) - 1", "detail": "concat_ws(' ', '终端' || nullif(b.serial, ''), b.back || '归还')"},
    )  # fmt: skip
    yield (
        "terminal_call", f"(SELECT f.*, p.payer AS place, NULL::VARCHAR AS scheme, p.serial FROM followed f ASOF JOIN terminal p ON p.person_id = f.person_id AND f.day >= p.day WHERE f.kind = '{FollowUpKind.CALL}')",
        f"b.day {within}",
        {"month": "year(b.day) * 12 + month(b.day) - 1", "detail": "concat_ws(' ', b.day, '终端' || nullif(b.serial, ''), b.said, b.worker)"},
    )  # fmt: skip


def indicators() -> Iterator[Indicator]:
    """Yield the figures of who is followed."""
    school = told("schooling")
    done = "从大专、本科或研究生毕业或结业、办过残疾人证"
    here = "按毕业日户籍地统计；当地没有就学资料时为不明"
    placed = "毕业后有就业登记（含个体就业）"
    for name, title, relation, where, words, stock in (
        ("graduates", "残疾大学毕业生", "graduate", "true", f"期内{done}", False),
        ("graduates-placed", "已就业的残疾大学毕业生", "graduate", "placed", f"期内{done}、到期末{placed}", False),
        ("graduates-helped", "跟踪过的残疾大学毕业生", "graduate", "helped", f"期内{done}、毕业前一年起有过就业跟踪", False),
        ("graduates-followed", "就业跟踪中的残疾大学毕业生", "graduate_open", "NOT placed AND NOT studies_on", f"期末以前（不限哪一年）{done}、没有{placed}、没有继续就读", True),
    ):  # fmt: skip
        yield Indicator(name, title, relation, Measure.PERSONS, f"{words}的人数，同一人只计一次，{here}。", where, stock=stock, known=school)  # fmt: skip
    moved = "由特教学校、特教班、送教上门或经康复评估转入普通园校"
    for name, title, relation, where, words, stock in (
        ("mainstream-in-year", "转入普通园校未满一年的残疾儿童", "mainstream_year", "true", f"期末{moved}未满一年", True),
        ("mainstream-visited", "转入普通园校未满一年、已回访的残疾儿童", "mainstream_year", "visited", f"期末{moved}未满一年、回访过", True),
        ("mainstream-unvisited", "转入普通园校未满一年、没有回访的残疾儿童", "mainstream_year", "NOT visited", f"期末{moved}未满一年、还没有回访", True),
        ("mainstream-year-over", "转入普通园校满一年的残疾儿童", "mainstream_over", "true", f"期内{moved}满一年", False),
        ("mainstream-stayed", "转入普通园校满一年仍在普通班的残疾儿童", "mainstream_over", "stayed", f"期内{moved}满一年、最近的就读方式仍在普通班", False),
    ):  # fmt: skip
        yield Indicator(name, title, relation, Measure.PERSONS, f"{words}的人数，按转入日户籍地统计；当地没有就学资料时为不明。", where, stock=stock, known=school)  # fmt: skip
    for name, title, where, words in (
        ("terminals-held", "持有呼叫终端人数", "true", ""),
        ("terminals-working", "呼叫终端正常使用人数", "served AND sound", "、服务合同有效、最近一次回访或维修后能正常使用"),
        ("terminals-without-contract", "呼叫终端没有有效合同人数", "NOT served", "、没有有效的服务合同"),
        ("terminals-broken", "呼叫终端不能正常使用人数", "NOT sound", "、最近一次回访不能正常使用"),
    ):  # fmt: skip
        yield Indicator(name, title, "terminal_held", Measure.PERSONS, f"期末领了呼叫终端没有归还{words}的在世人数，归给付县。", where, stock=True)  # fmt: skip
    yield Indicator(
        "terminal-calls", "呼叫终端呼叫次数", "terminal_call", Measure.TIMES, "期内登记的呼叫次数，归给付县。"
    )
    yield Indicator("terminals-returned", "归还呼叫终端人数", "terminal_back", Measure.PERSONS, "期内归还呼叫终端的人数，归给付县。")  # fmt: skip
