"""Who works, as what, since when; who began to, who could and would like to; and who of the villages works steadily.

Somebody may have several jobs at once and is counted by the main one (`registry.occupations`; where that ended, by the
last begun), so that the forms add up to all who are employed; who is found to be employed without a job on record has the
form 形式待核. Rows that only go on (an income told anew, a farm inspected) are one run: it began with its first row.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from zhucan.cases.facts import known
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk
from zhucan.indicators.registers import AREA, in_words, listed, told
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division, Level
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Group
from zhucan.registry.choices import Channel, WorkForm

_JOB = {
    "person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "kind": "VARCHAR", "workplace": "VARCHAR", "licence": "VARCHAR",
    "channel": "VARCHAR", "product": "VARCHAR", "scale": "VARCHAR", "inspected_on": "DATE", "income_fen": "BIGINT", "ended": "VARCHAR",
    "main": "BOOLEAN",
}  # fmt: skip
_SUPPORT = {item.id: item.name for item in SCHEMES if item.group is Group.EMPLOYMENT}
_AGE = "age BETWEEN 16 AND 59"
_AGE_WORDS = "年满16周岁未满60周岁"

RATIOS = (
    ("employment-rate", "就业率", "labour-employed", "labour"),
    ("employment-rate-town", "城镇就业率", "labour-town-employed", "labour-town"),
)


def bring(desk: Desk, *, counties: str, day: date, known_at: datetime) -> None:
    """Take the jobs of people out of the database, and by which rule each county calls work steady on a day."""
    columns = ", ".join(f"t.{name}" for name in _JOB)
    desk.bring(
        "job", f"SELECT {columns} FROM registry_job t WHERE {known(known_at)} AND t.person_id IN ({desk.people})", _JOB
    )
    desk.tell("stable_rule", lambda: _stable(counties, day, known_at), {"county": "VARCHAR", "months": "INTEGER"})
    desk.derive(
        "employment",
        """
        SELECT j.*, r.division AS place, NULL::VARCHAR AS scheme FROM (
            SELECT *, max(CASE WHEN fresh THEN valid_from END) OVER w AS since,
                lead(fresh) OVER w IS NOT DISTINCT FROM false AS goes_on
            FROM (SELECT *, NOT coalesce(lag(valid_to) OVER w = valid_from, false) AS fresh
                FROM job WINDOW w AS (PARTITION BY person_id, kind, coalesce(workplace, '') ORDER BY valid_from))
            WINDOW w AS (PARTITION BY person_id, kind, coalesce(workplace, '') ORDER BY valid_from)
        ) j ASOF JOIN residence r ON j.person_id = r.person_id AND j.valid_from >= r.valid_from
        """,
    )


def _stable(counties: str, day: date, known_at: datetime) -> Iterator[tuple[str, object]]:
    """Yield each county with the months that make work steady there, where it says so."""
    rows = parameter_rows(known_at)
    for code in Division.objects.filter(level=Level.COUNTY, code__startswith=counties).values_list("code", flat=True):
        months = resolve(rows, code, day, known_at)["stable_work_months"]
        if months is not None:
            yield code[:6], months


def look(desk: Desk, day: date) -> None:
    """Lay `occupied` over the jobs: what each person works as on a day, and in how many months of its year they worked.

    What supported somebody's work (`work_support`) stands apart, because it comes with everything given.
    """
    held = f"valid_from <= DATE '{day}' AND (valid_to IS NULL OR valid_to > DATE '{day}')"
    yuan = "printf('%d.%02d', {0} // 100, {0} % 100)"
    schemes = " ".join(f"WHEN '{name}' THEN '{word}'" for name, word in _SUPPORT.items())
    desk.lay(
        f"""
        CREATE OR REPLACE TABLE work_support AS
        SELECT person_id, string_agg(CASE scheme {schemes} END || ' ' || day || CASE WHEN amount_fen > 0
            THEN ' ' || {yuan.format("amount_fen")} || '元' ELSE '' END, '、' ORDER BY day, evidence) AS supported
        FROM handed WHERE scheme IN ({listed(_SUPPORT)}) AND day <= DATE '{day}' GROUP BY person_id
        """
    )
    desk.lay(
        f"""
        CREATE OR REPLACE TABLE occupied AS
        WITH worked AS (
            SELECT j.person_id, count(DISTINCT m.month) AS months_worked FROM job j
            JOIN (SELECT unnest(range(1, {day.month + 1})) AS month) m
            ON j.valid_from <= least(last_day(make_date({day.year}, m.month, 1)), DATE '{day}')
                AND (j.valid_to IS NULL OR j.valid_to > make_date({day.year}, m.month, 1))
            GROUP BY j.person_id
        ), held AS (
            SELECT person_id, kind, channel, CASE WHEN kind = '{WorkForm.FARMING}' THEN inspected_on END AS inspected_on,
                row_number() OVER (PARTITION BY person_id ORDER BY main DESC, valid_from DESC, kind, workplace) AS place,
                concat_ws(' ', {in_words("kind", WorkForm.choices)}, nullif(workplace, ''), '执照' || nullif(licence, ''),
                    {in_words("channel", Channel.choices)}, nullif(product, ''), nullif(scale, ''), since || '起',
                    inspected_on || '核验', '月收入' || {yuan.format("income_fen")} || '元') AS words
            FROM employment WHERE {held}
        ), latest AS (
            SELECT person_id, arg_min(kind, place) AS form, coalesce(min(nullif(channel, '')), '') AS channel,
                max(inspected_on) AS inspected_on, count(*) AS jobs, string_agg(words, '；兼 ' ORDER BY place) AS words
            FROM held GROUP BY person_id
        )
        SELECT person_id, form, channel, inspected_on, jobs, coalesce(months_worked, 0) AS months_worked,
            words AS job_detail
        FROM latest LEFT JOIN worked USING (person_id)
        """
    )


def views() -> Iterator[str]:
    """Yield the statements for who works, and for who does or could and would."""
    yield (
        "CREATE OR REPLACE VIEW supported_holder AS SELECT h.* REPLACE (job_detail || coalesce(' 扶持：' || supported, '') AS job_detail)"
        " FROM holder h LEFT JOIN work_support USING (person_id)"
    )
    yield (
        "CREATE OR REPLACE VIEW worker AS SELECT * REPLACE (coalesce(job_detail, '形式待核') AS detail) FROM supported_holder"
        " WHERE working"
    )
    yield (
        "CREATE OR REPLACE VIEW labour AS SELECT * REPLACE (CASE WHEN working THEN coalesce(job_detail, '正在就业，形式待核')"
        f" ELSE '有就业愿望和就业能力，没有就业' END AS detail) FROM supported_holder WHERE {_AGE} AND (working OR (wants AND able))"
    )
    yield (
        "CREATE OR REPLACE VIEW rural_worker AS SELECT * REPLACE ('本年就业' || coalesce(months_worked, 0) || '个月 ' ||"
        " coalesce(job_detail, '形式待核') AS detail), coalesce(months_worked, 0) >= months AS stable"
        f" FROM worker LEFT JOIN stable_rule ON county = left(place, 6) WHERE ({AREA}) = 'country'"
    )


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the jobs, as name, table, condition and columns, from one day (SQL) to another, both in."""
    within = f"BETWEEN {start} AND {day}"
    month = "year(b.{0}) * 12 + month(b.{0}) - 1"
    what = f"{in_words('b.kind', WorkForm.choices)} || coalesce(' ' || nullif(b.workplace, ''), '') || coalesce(' ' || nullif(b.product, ''), '')"
    begun = {
        "form": "b.kind",
        "kind": "b.channel",
        "month": month.format("valid_from"),
        "detail": f"b.valid_from || ' ' || {what}",
    }
    yield "work_begun", "employment", f"b.fresh AND b.valid_from {within} AND s.category IS NOT NULL", begun
    yield (
        "work_ended", "employment", f"NOT b.goes_on AND b.valid_to {within} AND s.category IS NOT NULL",
        {
            **begun, "month": month.format("valid_to"),
            "detail": f"b.valid_to || ' ' || {what} || coalesce(' ' || nullif(b.ended, ''), '')",
        },
    )  # fmt: skip
    eve = f"valid_from < {start} AND (valid_to IS NULL OR valid_to >= {start})"
    first = (
        f"(SELECT * FROM employment WHERE valid_from {within} AND fresh"
        " QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY valid_from, main DESC) = 1)"
    )
    yield (
        "newly_employed", first,
        f"s.category IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job y WHERE y.person_id = b.person_id AND {eve})"
        " AND NOT EXISTS (SELECT 1 FROM found y WHERE y.person_id = b.person_id AND y.kind = 'jobless' AND y.number = 0"
        f" AND {eve})",
        begun,
    )  # fmt: skip


def indicators() -> Iterator[Indicator]:
    """Yield the figures of employment."""
    base = "期末户籍在本区划、未死亡、残疾人证有效"
    untold = "当地没有就业资料时为不明"

    def stock(name: str, title: str, where: str, words: str, relation: str = "worker", known_by: str = told("work")) -> Indicator:  # fmt: skip
        said = f"{base}、{words}的人数；{untold}。"
        return Indicator(name, title, relation, Measure.PERSONS, said, where, stock=True, known=known_by)

    def flow(name: str, title: str, relation: str, where: str, words: str, known_by: str = told("work"), more: str = "") -> Indicator:  # fmt: skip
        said = f"期内{words}、办过残疾人证的人数，同一人只计一次，按当日户籍地统计；{untold}{more}。"
        return Indicator(name, title, relation, Measure.PERSONS, said, where, known=known_by)

    for form in WorkForm:
        yield stock(f"employed-{_id(form)}", f"{form.label}残疾人" if form is not WorkForm.UNSTATED else "就业形式待核的残疾人",
                    f"coalesce(form, 'unstated') = '{form}'", f"正在就业、现在的就业形式为{form.label}（有几份工作的按主要的一份）")  # fmt: skip
    yield stock(
        "employed-several",
        "有两份以上工作的就业残疾人",
        "jobs > 1",
        "正在就业、同时有两份以上工作（例如兼营副业、两份非全日制）",
    )
    business = "就业形式为个体就业或自谋职业"
    yield flow("self-employment-started", "新办个体或自谋职业人数", "work_begun", "form = 'self_employed'", f"开始{business}（换了字号算新办）")  # fmt: skip
    yield flow("self-employment-ended", "个体或自谋职业结束人数", "work_ended", "form = 'self_employed'", f"结束{business}")  # fmt: skip
    micro = "有线上渠道的个体或网络经营"
    yield stock(
        "micro-businesses", "“互联网+”微创业人数", "channel <> ''", f"正在从事{micro}（含兼营，同一人只计一次）"
    )
    yield flow("micro-businesses-new", "新办“互联网+”微创业人数", "work_begun", "kind <> ''", f"开始{micro}")
    yield stock(
        "farming-inspected", "经现场核验的种养殖业残疾人", "inspected_on IS NOT NULL",
        "正在从事种养殖业（含兼营）、项目规模经现场核验",
    )  # fmt: skip
    entered = "进入就业、期初前一天没有就业（没有就业登记，也没有认定为正在就业）"
    yield flow("newly-employed", "新增就业残疾人", "newly_employed", "true", entered)
    for form in WorkForm:
        yield flow(f"newly-employed-{_id(form)}", f"新增{form.label}残疾人", "newly_employed", f"form = '{form}'", f"{entered}、第一份工作为{form.label}")  # fmt: skip
    placed = f"{told('work')} AND NOT EXISTS (SELECT 1 FROM newly_employed WHERE ({AREA}) IS NULL)"
    for area, word in (("town", "城镇（居委会）"), ("country", "农村（村委会）")):
        yield flow(
            f"newly-employed-{area}", f"{word[:2]}新增就业残疾人", "newly_employed", f"({AREA}) = '{area}'",
            f"{entered}、户籍在{word}", placed, "，有人的户籍没有登记到村（社区）时为不明",
        )  # fmt: skip
    able = f"{_AGE_WORDS}、正在就业或者有就业愿望又有就业能力"
    asked = told("work", "wish")
    placed = f"{asked} AND NOT EXISTS (SELECT 1 FROM labour WHERE ({AREA}) IS NULL)"
    unasked = "，没有调查过就业愿望时为不明"
    yield stock("labour", "有就业愿望和就业能力的残疾人", "true", f"{able}{unasked}", "labour", asked)
    yield stock("labour-employed", "有就业愿望和就业能力的残疾人中已就业的", "working", f"{able}、正在就业{unasked}", "labour", asked)  # fmt: skip
    town = f"({AREA}) = 'town'"
    yield stock("labour-town", "城镇有就业愿望和就业能力的残疾人", town, f"{able}、户籍在居委会{unasked}", "labour", placed)  # fmt: skip
    yield stock("labour-town-employed", "城镇有就业愿望和就业能力的残疾人中已就业的", f"{town} AND working", f"{able}、户籍在居委会、正在就业{unasked}", "labour", placed)  # fmt: skip
    rural = "户籍在村委会、正在就业"
    ruled = (
        f"{told('work')} AND NOT EXISTS (SELECT 1 FROM holder h WHERE NOT EXISTS"
        " (SELECT 1 FROM stable_rule r WHERE r.county = left(h.place, 6)))"
    )
    yield stock("rural-workers", "农村就业残疾人", "true", rural, "rural_worker")
    yield stock(
        "rural-workers-stable", "农村稳定就业残疾人", "stable",
        f"{rural}、期末所在年度有就业登记的月数达到当地规定（参数“农村稳定从业最少月数”，一个月里有一天就算；没有规定时为不明）",
        "rural_worker", ruled,
    )  # fmt: skip


def _id(form: str) -> str:
    return form.replace("_", "-")
