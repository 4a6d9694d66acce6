"""Activities and those who took part: held, attended, trained, certified, examined, reached; and who never came.

Persons count at their hukou on the first day of the activity, as far as it lies in the county that held it, everybody
else where it was held; guests from outside the county are counted apart. All is told as known at the moment looked from.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.community.kinds import CHANNELS, FINALISTS, KINDS, TRAINING, ActivityKind, Who
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk
from zhucan.orgs.versions import number
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.schemes import Group

_ACTIVITY = {
    "kind": "VARCHAR", "subject": "VARCHAR", "title": "VARCHAR", "organiser": "VARCHAR", "starts_on": "DATE",
    "headcount": "BIGINT", "quantity": "BIGINT", "reach": "BIGINT", "channel": "VARCHAR", "held": "BOOLEAN",
    "cost_fen": "BIGINT", "place": "VARCHAR",
}  # fmt: skip
_PART = {
    "who": "VARCHAR", "person_id": "BIGINT", "head": "VARCHAR", "role": "VARCHAR", "attended": "INTEGER", "passed": "BOOLEAN",
    "number": "VARCHAR", "reached": "VARCHAR", "outcome": "VARCHAR", "outcome_from": "DATE", "outcome_to": "DATE",
    "kind": "VARCHAR", "subject": "VARCHAR", "title": "VARCHAR", "starts_on": "DATE", "again_months": "INTEGER",
    "payer": "VARCHAR", "worker": "VARCHAR",
}  # fmt: skip
_REHABILITATION = ", ".join(f"'{item.id}'" for item in SCHEMES if item.group is Group.REHABILITATION)
_FOR_FAMILIES = "('family', 'lecture')"
_TRAINING = ", ".join(f"'{name}'" for name in TRAINING)


def bring(desk: Desk, inside: str, known_at: datetime) -> None:
    """Take activities and those who took part out of the database; `inside` is SQL for a place in the view."""
    desk.bring(
        "activity_held",
        "SELECT a.kind, a.subject, a.title, a.organiser, a.starts_on, a.headcount, a.quantity, a.reach, a.channel, a.held,"
        f" a.cost_fen, a.division_id FROM community_activity a WHERE a.division_id {inside} AND {known(known_at, 'a')}",
        _ACTIVITY,
    )
    head = "p.who || CAST(coalesce(p.relative_id, p.worker_id, p.person_id) AS VARCHAR(20))"
    desk.bring(
        "participation",
        f"SELECT p.who, p.person_id, {head}, p.role, p.attended, p.passed, p.number, p.stage, p.outcome, p.outcome_from,"
        " p.outcome_to, a.kind, a.subject, a.title, a.starts_on, a.again_months, a.division_id, w.name FROM community_participant p"
        f" JOIN community_activity a ON {number('a')} = p.activity_id"
        " LEFT JOIN facilities_worker w ON w.id = p.worker_id"
        f" WHERE {known(known_at, 'p')} AND {known(known_at, 'a')} AND (p.person_id IN ({desk.people})"
        f" OR (p.worker_id IS NOT NULL AND (a.division_id {inside} OR w.division_id {inside})))",
        _PART,
    )
    desk.bring(
        "guest_came",
        "SELECT a.kind, a.title, a.starts_on, a.division_id, p.guest_from FROM community_participant p"
        f" JOIN community_activity a ON {number('a')} = p.activity_id WHERE p.who = 'guest' AND p.attended > 0"
        f" AND {known(known_at, 'p')} AND {known(known_at, 'a')} AND a.division_id {inside}",
        {"kind": "VARCHAR", "title": "VARCHAR", "starts_on": "DATE", "place": "VARCHAR", "home": "VARCHAR"},
    )


def relations(start: str, day: str, inside: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield each relation as name, source and columns, from one day (SQL) to another, both in; `s` is `someone`."""

    def month(column: str) -> str:
        return f"year({column}) * 12 + month({column}) - 1"

    within = f"BETWEEN {start} AND {day}"
    nobody = "LEFT JOIN someone s ON false"  # what is of no person has every column of one, empty
    told = "b.starts_on || ' ' || b.title"
    yield (
        "activity", f"activity_held b {nobody} WHERE b.starts_on {within}",
        {
            "place": "b.place", "month": month("b.starts_on"), "kind": "b.kind", "subject": "b.subject",
            "amount_fen": "b.cost_fen", "quantity": "b.quantity", "channel": "b.channel", "held": "b.held",
            "detail": f"{told} || '（' || b.organiser || '）'",
        },
    )  # fmt: skip
    yield (
        "campaign_reach", f"activity_held b {nobody} WHERE b.starts_on {within} AND b.reach > 0",
        {
            "place": "b.place", "month": month("b.starts_on"), "kind": "b.kind", "quantity": "b.reach",
            "channel": "b.channel", "detail": told,
        },
    )  # fmt: skip
    common = {
        "person_id": "b.person_id", "place": "b.place", "month": month("b.starts_on"), "kind": "b.kind",
        "subject": "b.subject", "who": "b.who", "head": "b.head", "quantity": "1",
        "detail": f"{told} || CASE b.who WHEN 'relative' THEN '（家属）' WHEN 'worker' THEN '（' || b.worker || '）' ELSE '' END",
    }  # fmt: skip
    named = f"taking_part b LEFT JOIN someone s USING (person_id) WHERE b.place {inside}"
    came = "b.attended > 0"
    yield (
        "attended_named", f"{named} AND {came} AND b.starts_on {within}",
        {
            **common, "role": "b.role", "passed": "coalesce(b.passed, false)", "certified": "b.number <> ''",
            "reached": "b.reached", "outcome": "b.outcome",
        },
    )  # fmt: skip
    yield (
        "attended_unnamed", f"activity_held b {nobody} WHERE b.starts_on {within} AND b.headcount > 0",
        {
            "place": "b.place", "month": month("b.starts_on"), "kind": "b.kind", "subject": "b.subject", "who": "'unnamed'",
            "head": "''", "quantity": "b.headcount", "detail": f"{told} || '，没有逐人登记 ' || b.headcount || ' 人'",
        },
    )  # fmt: skip
    yield (
        "guest_attended", f"guest_came b {nobody} WHERE b.starts_on {within}",
        {
            "place": "b.place", "month": month("b.starts_on"), "kind": "b.kind", "quantity": "1",
            "detail": f"{told} || '（来自' || b.home || '）'",
        },
    )  # fmt: skip
    yield (
        "signed_up", f"{named} AND b.starts_on {within}", common,
    )  # fmt: skip
    yield (
        "hired", f"{named} AND {came} AND b.outcome = 'hired' AND b.outcome_from {within}",
        {**common, "month": month("b.outcome_from"), "detail": f"{told} || '，' || b.outcome_from || ' 录用'"},
    )  # fmt: skip
    yield (
        "in_business",
        f"{named} AND {came} AND b.who = 'self' AND b.kind = 'online_business' AND b.outcome IN ('shop', 'job') AND s.died IS NULL"
        f" AND b.outcome_from <= {day} AND (b.outcome_to IS NULL OR b.outcome_to > {day})",
        common,
    )  # fmt: skip
    where = "CASE WHEN b.who = 'self' THEN s.place ELSE b.place END"
    yield (
        "examination_due",
        "(SELECT *, row_number() OVER (PARTITION BY head ORDER BY starts_on DESC) AS newest FROM taking_part"
        f" WHERE kind = 'examination' AND attended > 0 AND starts_on <= {day}) b LEFT JOIN someone s USING (person_id)"
        f" WHERE b.newest = 1 AND b.starts_on + to_months(b.again_months) <= {day} AND ({where}) {inside}"
        " AND (b.who = 'worker' OR s.resident)",
        {**common, "place": where, "role": "b.role"},
    )  # fmt: skip
    families = (
        "(SELECT coalesce(o.household_id, -o.person_id) FROM taking_part t JOIN someone o USING (person_id)"
        f" WHERE t.who = 'relative' AND t.attended > 0 AND t.kind IN {_FOR_FAMILIES} AND t.starts_on <= {day})"
    )
    yield (
        "child_served",
        f"someone s WHERE s.resident AND s.age < 18 AND s.person_id IN (SELECT person_id FROM provided WHERE scheme IN ({_REHABILITATION})"
        f" AND counts_on {within} UNION SELECT person_id FROM planned WHERE scheme IN ({_REHABILITATION}) AND starts_on <= {day}"
        f" AND ends_on > {day} AND (closed_on IS NULL OR closed_on > {day}))",
        {"household_id": "coalesce(s.household_id, -s.person_id)", "met": f"coalesce(s.household_id, -s.person_id) IN {families}"},
    )  # fmt: skip
    ever = f"SELECT person_id FROM taking_part WHERE who = 'self' AND attended > 0 AND kind IN ({_TRAINING}) AND starts_on <= {day}"
    yield (
        "trainable", "someone s WHERE s.resident AND s.certified AND s.age BETWEEN 16 AND 59",
        {"trained": f"s.person_id IN ({ever})", "detail": "s.category || s.grade"},
    )  # fmt: skip


AFTER = (
    "CREATE OR REPLACE VIEW attendance AS SELECT * FROM attended_named UNION ALL BY NAME SELECT * FROM attended_unnamed",
)
"""Relations over relations: whoever came, by name or only counted."""
_WHERE = "残疾人和家属在举办县内的按开始日户籍地、其他按举办地统计"


def _id(kind: ActivityKind) -> str:
    return kind.id.replace("_", "-")


def figures() -> Iterator[Indicator]:
    """Yield the figures of activities: those every kind has, and those of some."""
    for kind in KINDS:
        yield from _of_kind(kind)
    yield from _training()
    yield from _others()


def _of_kind(kind: ActivityKind) -> Iterator[Indicator]:
    name, of, label = _id(kind), f"kind = '{kind.id}'", kind.label
    yield Indicator(
        f"activities-{name}", f"{label}{kind.unit}数", "activity", Measure.TIMES,
        f"开始日期在期内、没有撤回的{label}{kind.unit}数，归举办地。", of, counted_in=kind.unit,
    )  # fmt: skip
    if not kind.who:
        return
    yield Indicator(
        f"attended-{name}", f"{label}人次", "attendance", Measure.QUANTITY,
        f"开始日期在期内的{label}到场人次，一人参加一{kind.unit}计一次，含没有逐人登记的，{_WHERE}。", of, counted_in="人次",
    )  # fmt: skip
    if kind.who != (Who.SELF,):
        yield Indicator(
            f"participants-{name}", f"{label}参加人数", "attendance", Measure.HEADS,
            f"开始日期在期内的{label}逐人登记的到场人数，同一人只计一次，{_WHERE}。", f"{of} AND who <> 'unnamed'",
        )  # fmt: skip
    if kind.takes(Who.SELF):
        yield Indicator(
            f"attended-persons-{name}", f"{label}残疾人数", "attendance", Measure.PERSONS,
            f"开始日期在期内的{label}到场残疾人数，同一人只计一次，{_WHERE}。", f"{of} AND who = 'self'",
        )  # fmt: skip
    if "number" in kind.tells:
        yield Indicator(
            f"certified-{name}", f"{label}取证人数", "attendance", Measure.HEADS,
            f"开始日期在期内的{label}中考试合格、取得证书的人数，同一人只计一次，{_WHERE}。", f"{of} AND certified",
        )  # fmt: skip
    for code, word in kind.subjects.items():
        own = f"{of} AND subject = '{code}'"
        short = code.replace("_", "-")
        yield Indicator(
            f"participants-{name}-{short}", f"{label}（{word}）人数", "attendance", Measure.HEADS,
            f"开始日期在期内的{label}（{word}）到场人数，同一人只计一次，{_WHERE}。", f"{own} AND who <> 'unnamed'",
        )  # fmt: skip
        if "number" in kind.tells:
            yield Indicator(
                f"certified-{name}-{short}", f"{label}（{word}）取证人数", "attendance", Measure.HEADS,
                f"开始日期在期内的{label}（{word}）中取得证书的人数，同一人只计一次，{_WHERE}。", f"{own} AND certified",
            )  # fmt: skip


def _training() -> Iterator[Indicator]:
    of = f"kind IN ({_TRAINING})"
    both = "职业技能和农村实用技术培训"
    yield Indicator(
        "training-classes", "培训班期数", "activity", Measure.TIMES,
        f"开始日期在期内、没有撤回的{both}期数，归举办地。", of, counted_in="期",
    )  # fmt: skip
    yield Indicator(
        "training-times", "培训人次", "attendance", Measure.QUANTITY,
        f"开始日期在期内的{both}到场人次，一人一期计一次，{_WHERE}。", of, counted_in="人次",
    )  # fmt: skip
    yield Indicator(
        "training-persons", "培训残疾人数", "attendance", Measure.PERSONS,
        f"开始日期在期内的{both}到场残疾人数，同一人只计一次，{_WHERE}。", f"{of} AND who = 'self'",
    )  # fmt: skip
    yield Indicator(
        "training-cost", "培训费用", "activity", Measure.AMOUNT, f"开始日期在期内的{both}费用合计，归举办地。", of,
    )  # fmt: skip
    yield Indicator(
        "never-trained", "劳动年龄段从未参加培训的残疾人", "trainable", Measure.PERSONS,
        f"期末户籍在本区划、未死亡、残疾人证有效、年满16周岁未满60周岁，到期末从没有到场参加过{both}的人数；没有登记过培训时为不明。",
        "NOT trained", stock=True, known=f"(SELECT count(*) > 0 FROM activity_held WHERE kind IN ({_TRAINING})) OR (SELECT count(*) > 0 FROM taking_part WHERE kind IN ({_TRAINING}))",
    )  # fmt: skip


def _others() -> Iterator[Indicator]:
    yield Indicator(
        "guests-attended", "县外来宾参加活动人次", "guest_attended", Measure.QUANTITY,
        "开始日期在期内的各种活动中县外来宾到场人次，不计入各种活动的人次和人数，归举办地。", counted_in="人次",
    )  # fmt: skip
    yield Indicator(
        "families-reached", "参加培训和讲座的家属人数", "attendance", Measure.HEADS,
        f"开始日期在期内的家属培训和康复知识讲座到场家属人数，同一人只计一次，{_WHERE}。", f"kind IN {_FOR_FAMILIES} AND who = 'relative'",
    )  # fmt: skip
    yield Indicator(
        "families-served", "有儿童在康复的家庭", "child_served", Measure.HOUSEHOLDS,
        "期末户籍在本区划、未满18周岁，期内得到康复项目给付或期末正在接受康复服务的儿童的家庭户数；没有登记家庭的，一名儿童算一户。", stock=True,
    )  # fmt: skip
    yield Indicator(
        "families-never-met", "有儿童在康复、家属从未参加培训的家庭", "child_served", Measure.HOUSEHOLDS,
        "“有儿童在康复的家庭”中，到期末没有家属参加过家属培训或康复知识讲座的户数；没有登记家庭的，一名儿童算一户。", "NOT met", stock=True,
    )  # fmt: skip
    for role, word in next(kind for kind in KINDS if kind.id == "examination").roles.items():
        yield Indicator(
            f"examined-{role}", f"身体检查人数（{word}）", "attendance", Measure.HEADS,
            f"开始日期在期内的身体检查中身份为{word}的到场人数，同一人只计一次，{_WHERE}。", f"kind = 'examination' AND role = '{role}'",
        )  # fmt: skip
    yield Indicator(
        "examination-due", "到期应再检查的人", "examination_due", Measure.HEADS,
        "最近一次身体检查写明了几个月后再查、期末已经到期、还没有再查的人数；残疾人按期末户籍地，工作人员按检查举办地统计。", stock=True,
    )  # fmt: skip
    yield Indicator(
        "online-business-active", "网上创业行动仍在经营或工作的人", "in_business", Measure.PERSONS,
        f"参加过残疾人网上创业行动、期末网店或工作没有终止的在世人数，同一人只计一次，{_WHERE}。", stock=True,
    )  # fmt: skip
    yield Indicator(
        "signed-up-online", "线上服务报名人次", "signed_up", Measure.TIMES, f"开始日期在期内的线上服务报名人次，{_WHERE}。", "kind = 'online'", counted_in="人次",
    )  # fmt: skip
    yield Indicator(
        "completed-online", "线上服务学完人次", "attendance", Measure.TIMES, f"开始日期在期内的线上服务中学完的人次，{_WHERE}。",
        "kind = 'online' AND who <> 'unnamed' AND passed", counted_in="人次",
    )  # fmt: skip
    yield Indicator(
        "competition-finalists", "职业技能比赛进入决赛人数", "attendance", Measure.PERSONS,
        f"开始日期在期内的职业技能比赛中进入决赛的残疾人数，同一人只计一次，{_WHERE}。",
        f"kind = 'competition' AND who = 'self' AND reached IN ({', '.join(repr(one) for one in FINALISTS)})",
    )  # fmt: skip
    for name, title, held in (("held", "举办残疾人招聘会场数", "held"), ("attended", "参加招聘会场数", "NOT held")):
        yield Indicator(
            f"job-fairs-{name}", title, "activity", Measure.TIMES, f"开始日期在期内的{title.removesuffix('场数')}场数，归登记地。",
            f"kind = 'job_fair' AND {held}", counted_in="场",
        )  # fmt: skip
    yield Indicator(
        "job-fair-agreements", "招聘会达成意向人次", "attendance", Measure.TIMES,
        f"开始日期在期内的招聘会上达成意向（含后来录用）的人次，{_WHERE}。", "kind = 'job_fair' AND outcome IN ('agreed', 'hired')", counted_in="人次",
    )  # fmt: skip
    yield Indicator(
        "job-fair-hires", "招聘会录用人数", "hired", Measure.PERSONS,
        f"录用日期在期内、由招聘会录用的残疾人数，同一人只计一次，{_WHERE}。", "kind = 'job_fair'",
    )  # fmt: skip
    for code, channel in CHANNELS.items():
        of = f"kind = 'campaign' AND channel = '{code}'"
        yield Indicator(
            f"campaign-{code}", f"公益宣传：{channel.label}", "activity", Measure.QUANTITY,
            f"开始日期在期内的公益宣传中{channel.label}的数量合计，归举办地。", of, counted_in=channel.unit,
        )  # fmt: skip
        yield Indicator(
            f"campaign-reach-{code}", f"公益宣传覆盖：{channel.label}", "campaign_reach", Measure.QUANTITY,
            f"开始日期在期内的公益宣传中{channel.label}的覆盖人次合计，归举办地。", of, counted_in="人次",
        )  # fmt: skip
