"""Rehabilitation as it is worked: needs and whether they were served, tiers and referrals, files that are followed, counselling.

A need counts where the person lives; what is done counts in the county that does it, as services do.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from zhucan.cases.asking import items_in
from zhucan.cases.facts import known
from zhucan.cases.models import Application
from zhucan.casework.models import CaseFile, Kind, Referral, Way
from zhucan.delivery.models import Tier
from zhucan.indicators import mechanisms
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.indicators.desk import Desk, learnt
from zhucan.indicators.registers import in_words, listed
from zhucan.policy.catalogue import SCHEMES, scheme
from zhucan.policy.rehabilitation.needs import INDICATED, NEEDS
from zhucan.policy.schemes import Group
from zhucan.policy.steps import State

_SESSION = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "day": "DATE", "tier": "VARCHAR", "units": "BIGINT",
    "unit": "VARCHAR", "worker": "VARCHAR", "institution": "VARCHAR",
}  # fmt: skip
_REFERRAL = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "purpose": "VARCHAR", "source_tier": "VARCHAR",
    "tier": "VARCHAR", "institution": "VARCHAR", "source": "VARCHAR", "day": "DATE", "answered_on": "DATE",
    "accepted": "BOOLEAN", "ended_on": "DATE",
}  # fmt: skip
_FILE = {
    "file_id": "BIGINT", "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "kind": "VARCHAR",
    "every_days": "INTEGER", "opened_on": "DATE", "closed_on": "DATE",
}  # fmt: skip
_ENTRY = {
    "file_id": "BIGINT", "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "kind": "VARCHAR", "day": "DATE",
    "way": "VARCHAR", "worker": "VARCHAR",
}  # fmt: skip
_HOUR = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "day": "DATE", "way": "VARCHAR", "counsellor": "VARCHAR",
    "referred": "BOOLEAN",
}  # fmt: skip
_STEP = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "what": "VARCHAR", "day": "DATE", "done_on": "DATE",
    "said": "VARCHAR",
}  # fmt: skip
_STAY = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "admitted": "DATE", "discharged": "DATE",
    "institution": "VARCHAR", "cost_fen": "BIGINT", "own_fen": "BIGINT",
}  # fmt: skip
_FOUND = {
    "person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "kind": "VARCHAR", "word": "VARCHAR", "number": "BIGINT",
}  # fmt: skip
_KINDS = ("best_recovery", "screening", "hearing_worn", "severe_mental_list", *(need.finding for need in NEEDS))
_REHABILITATION = tuple(item.id for item in SCHEMES if item.group is Group.REHABILITATION)
_WITHOUT = (State.DRAFT, State.REFUSED, State.WITHDRAWN, State.TRANSFERRED)
_DEAF = ("hearing-speech-training", "cochlear-training")


def bring(desk: Desk, payers: str, known_at: datetime) -> None:
    """Take sessions, referrals, files, counselling and findings out of the database."""
    ours = f"{{0}}.person_id IN ({desk.people}) AND {{0}}.division_id LIKE '{payers}%'"
    of_award = f"a.person_id IN ({desk.people}) AND a.division_id LIKE '{payers}%'"
    desk.bring( "session_row",
        "SELECT a.person_id, a.scheme, a.division_id, e.day, p.tier, e.units, p.unit, e.worker, i.name FROM delivery_session e"
        " JOIN delivery_plan p ON p.id = e.plan_id JOIN cases_award a ON a.id = p.award_id"
        " JOIN orgs_institution i ON i.id = p.institution_id"
        f" WHERE {of_award} AND {known(known_at, 'e').replace('recorded_at', 'at')}",
        _SESSION,
    )  # fmt: skip
    desk.bring( "referral_row",
        "SELECT f.person_id, '', f.division_id, f.purpose, f.source_tier, f.tier, i.name, coalesce(o.name, ''), f.day,"
        " f.answered_on, f.accepted, f.ended_on FROM casework_referral f JOIN orgs_institution i ON i.id = f.institution_id"
        f" LEFT JOIN orgs_institution o ON o.id = f.source_id WHERE {ours.format('f')}{learnt('f.recorded_at', known_at)}",
        _REFERRAL,
    )  # fmt: skip
    desk.bring( "file_row",
        "SELECT f.id, f.person_id, '', f.division_id, f.kind, f.every_days, f.opened_on, f.closed_on FROM casework_casefile f"
        f" WHERE {ours.format('f')}{learnt('f.recorded_at', known_at)}",
        _FILE,
    )  # fmt: skip
    for table, source, way in (
        ("contact_row", "casework_contact", "t.way"),
        ("incident_row", "casework_incident", "''"),
    ):
        worker = "t.worker" if way != "''" else "''"
        desk.bring( table,
            f"SELECT f.id, f.person_id, '', f.division_id, f.kind, t.day, {way}, {worker} FROM {source} t"
            f" JOIN casework_casefile f ON f.id = t.file_id WHERE {ours.format('f')} AND {known(known_at)}",
            _ENTRY,
        )  # fmt: skip
    desk.bring( "hour_row",
        "SELECT f.person_id, '', f.division_id, f.day, f.way, f.counsellor, f.referral_id IS NOT NULL FROM casework_counselling f"
        f" WHERE {ours.format('f')} AND f.held_at IS NOT NULL{learnt('f.held_at', known_at)}",
        _HOUR,
    )  # fmt: skip
    desk.bring( "step_row",
        "SELECT a.person_id, a.scheme, a.division_id, 'milestone', m.due_on, m.reached_on, m.text FROM casework_milestone m"
        f" JOIN delivery_plan p ON p.id = m.plan_id JOIN cases_award a ON a.id = p.award_id WHERE {of_award}{learnt('m.recorded_at', known_at)}"
        " UNION ALL SELECT a.person_id, a.scheme, a.division_id, 'review', t.day, t.day, CAST(t.score AS VARCHAR(20)) || ' 分，' || t.worker"
        " FROM casework_review t JOIN delivery_plan p ON p.id = t.plan_id JOIN cases_award a ON a.id = p.award_id"
        f" WHERE {of_award} AND {known(known_at)}",
        _STEP,
    )  # fmt: skip
    mechanisms.bring(desk, f"{ours.format('f')}{learnt('f.recorded_at', known_at)}")
    desk.bring( "found_word",
        "SELECT t.person_id, t.valid_from, t.valid_to, t.kind, t.word, t.number FROM registry_finding t"
        f" WHERE {known(known_at)} AND t.person_id IN ({desk.people}) AND t.kind IN ({listed(_KINDS)})",
        _FOUND,
    )  # fmt: skip
    desk.tell("stay_row", lambda: _stays(payers, known_at), _STAY)
    files = CaseFile.objects.filter(kind=Kind.SOCIAL_WORK, division__code__startswith=payers)
    desk.tell(
        "file_listed", lambda: [(one.pk, code) for one in files for code in one.needs],
        {"file_id": "BIGINT", "need": "VARCHAR"},
    )  # fmt: skip
    desk.tell(
        "need_scheme", lambda: [(need.code, name) for need in NEEDS for name in need.schemes],
        {"need": "VARCHAR", "scheme": "VARCHAR"},
    )  # fmt: skip


def _stays(payers: str, known_at: datetime) -> list[tuple[object, ...]]:
    """Return the hospital stays that applications of a place tell of, those refused or left apart."""
    item = scheme("mental-inpatient-subsidy")
    found = Application.objects.filter(scheme=item.id, division__code__startswith=payers, transferred_to=None)
    found = found.exclude(state__in=[state.value for state in _WITHOUT]).filter(bundle__recorded_at__lte=known_at)
    return [
        (one.person_id, item.id, one.division_id, stay["admitted"], stay["discharged"], stay.get("institution") or "",
         stay.get("cost"), stay["own"])
        for one in found for stay in items_in(item, one.answers)
    ]  # fmt: skip


SETTLED = (
    ("held", "session_row", "day"), ("referred", "referral_row", "day"), ("filed", "file_row", "opened_on"),
    ("contacted", "contact_row", "day"), ("happened", "incident_row", "day"), ("counselled", "hour_row", "day"),
    ("stepped", "step_row", "coalesce(done_on, day)"), ("stayed", "stay_row", "admitted"),
    ("entrusted", "matter_row", "opened_on"),
)  # fmt: skip
"""Table, its rows, and the day whose home says where they count (`snapshot`)."""


def look(desk: Desk, day: date) -> None:
    """Lay `worn` over the findings: what somebody wears to hear, as last found by a day."""
    desk.lay(
        "CREATE OR REPLACE VIEW worn AS SELECT person_id, arg_max(word, valid_from) AS word FROM found_word"
        f" WHERE kind = 'hearing_worn' AND valid_from <= DATE '{day}' GROUP BY person_id"
    )


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the rows, as name, table, condition and columns, from one day (SQL) to another, both in."""

    def month(column: str) -> str:
        return f"year({column}) * 12 + month({column}) - 1"

    within = f"BETWEEN {start} AND {day}"
    held = f"valid_from <= {day} AND (valid_to IS NULL OR valid_to > {day})"
    tier, purpose = in_words("b.tier", Tier.choices), in_words("b.purpose", Referral.Purpose.choices)
    way = in_words("b.way", Way.choices)
    yield (
        "session_held", "held", f"b.day {within}",
        {
            "month": month("b.day"), "kind": "b.tier", "quantity": "b.units",
            "detail": f"b.day || ' ' || {tier} || ' ' || b.institution || ' ' || b.worker || '，' || b.units || b.unit",
        },
    )  # fmt: skip
    who = "(SELECT n.*, substr(n.kind, 6) AS need, o.place, '' AS scheme FROM found_word n JOIN someone o USING (person_id))"
    served = (
        "EXISTS (SELECT 1 FROM provided g JOIN need_scheme m ON m.scheme = g.scheme WHERE g.person_id = b.person_id"
        f" AND m.need = b.need AND g.counts_on BETWEEN {{}} AND {day})"
    )
    label = in_words("b.need", ((need.code, need.label) for need in NEEDS))
    yield (
        "rehab_need", who,
        f"b.kind LIKE 'need_%' AND b.word = '{INDICATED}' AND s.resident AND b.valid_from <= {day}"
        f" AND (b.valid_to IS NULL OR b.valid_to > {start})",
        {"kind": "b.need", "served": served.format(start), "detail": f"{label} || '，' || b.valid_from || ' 评估'"},
    )  # fmt: skip
    yield (
        "limb_recovering", who,
        f"b.kind = 'best_recovery' AND b.number = 1 AND s.resident AND {held.replace('valid', 'b.valid')} AND b.person_id IN"
        f" (SELECT person_id FROM component WHERE category = 'physical' AND {held})",
        {
            "training": "EXISTS (SELECT 1 FROM held h WHERE h.person_id = b.person_id AND h.scheme = 'physical-training'"
            f" AND h.day BETWEEN b.valid_from AND {day})",
            "detail": "b.valid_from || ' 评估'",
        },
    )  # fmt: skip
    yield (
        "screened", who, f"b.kind = 'screening' AND b.valid_from {within}",
        {"month": month("b.valid_from"), "kind": "b.word", "detail": "b.valid_from || ' 筛查'"},
    )  # fmt: skip
    screening = (
        "(SELECT max(w.valid_from) FROM found_word w WHERE w.person_id = b.person_id AND w.kind = 'screening'"
        " AND w.word = 'suspected' AND w.valid_from <= b.day)"
    )
    yield (
        "referral", "referred", f"b.day {within}",
        {
            "month": month("b.day"), "kind": "b.purpose", "quantity": f"b.day - {screening}", "flow": "b.source_tier || '-' || b.tier",
            "taken": f"coalesce(b.accepted AND b.answered_on <= {day}, false)",
            "detail": f"b.day || ' ' || {purpose} || ' ' || concat_ws(' → ', nullif(b.source, ''), b.institution)",
        },
    )  # fmt: skip
    yield (
        "referral_standing", "referred",
        f"b.day <= {day} AND (b.accepted IS NULL OR b.accepted OR b.answered_on > {day}) AND (b.ended_on IS NULL OR b.ended_on > {day})",
        {
            "kind": "b.purpose", "waiting": f"b.answered_on IS NULL OR b.answered_on > {day}",
            "detail": f"b.day || ' ' || {purpose} || ' ' || concat_ws(' → ', nullif(b.source, ''), b.institution)",
        },
    )  # fmt: skip
    last = f"(SELECT max(c.day) FROM contact_row c WHERE c.file_id = b.file_id AND c.day <= {day})"
    open_ = f"b.opened_on <= {day} AND (b.closed_on IS NULL OR b.closed_on > {day})"
    yield (
        "case_file", "filed", open_,
        {
            "kind": "b.kind", "overdue": f"coalesce({last}, b.opened_on) + b.every_days < {day}",
            "detail": f"b.opened_on || ' 建档，' || coalesce('上次联系 ' || {last}, '还没有联系')",
        },
    )  # fmt: skip
    yield (
        "case_need", "(SELECT f.*, l.need FROM filed f JOIN file_listed l USING (file_id))", open_,
        {"kind": "b.need", "served": served.format("b.opened_on"), "detail": f"{label} || '，' || b.opened_on || ' 建档'"},
    )  # fmt: skip
    yield (
        "case_contact", "contacted", f"b.day {within}",
        {"month": month("b.day"), "kind": "b.kind", "detail": f"b.day || ' ' || {way} || ' ' || b.worker"},
    )  # fmt: skip
    yield "case_incident", "happened", f"b.day {within}", {"month": month("b.day"), "detail": "b.day::VARCHAR"}
    listed_ = f"SELECT person_id FROM found_word WHERE kind = 'severe_mental_list' AND number = 1 AND {held}"
    certified = f"SELECT person_id FROM component WHERE category = 'mental' AND {held}"
    guarded = f"EXISTS (SELECT 1 FROM file_row b WHERE b.person_id = s.person_id AND b.kind = '{Kind.GUARDIANSHIP}' AND {open_})"
    yield (
        "mentally_ill", "(SELECT person_id, place, '' AS scheme FROM someone)",
        f"s.resident AND (s.person_id IN ({listed_}) OR (s.certified AND s.person_id IN ({certified})))",
        {"guarded": guarded, "detail": "''"},
    )  # fmt: skip
    yield (
        "counselling_hour", "counselled", f"b.day {within}",
        {
            "month": month("b.day"), "kind": "b.way", "referred": "b.referred",
            "detail": f"b.day || ' ' || {way} || ' ' || b.counsellor",
        },
    )  # fmt: skip
    inside = f"greatest(least(b.discharged, {day} + 1) - greatest(b.admitted, {start}), (b.admitted = b.discharged)::INTEGER)"
    yield (
        "hospital_stay", "stayed", f"b.admitted <= {day} AND greatest(b.discharged, b.admitted + 1) > {start}",
        {
            "month": month("b.admitted"), "quantity": inside, "amount_fen": "b.cost_fen", "begun": f"b.admitted {within}",
            "detail": "concat_ws(' ', b.admitted || ' 至 ' || b.discharged, nullif(b.institution, ''))"
            " || '，自付 ' || printf('%.2f', b.own_fen / 100.0) || ' 元'",
        },
    )  # fmt: skip
    yield from mechanisms.relations(start, day)
    yield (
        "plan_step", "stepped", f"b.day {within}",
        {
            "month": month("b.day"), "kind": "b.what", "reached": f"coalesce(b.done_on <= {day}, false)",
            "in_time": f"coalesce(b.done_on <= b.day AND b.done_on <= {day}, false)", "detail": "b.day || ' ' || b.said",
        },
    )  # fmt: skip


_DOES = "归办理县，县以下按当日户籍地统计"
_ONCE = "，同一人只计一次"


def figures() -> Iterator[Indicator]:
    """Yield the figures of needs, tiers, referrals, files, mechanisms and counselling."""
    yield from mechanisms.figures()
    yield from _of_needs()
    yield from _of_referrals()
    yield from _of_files()
    of = f"scheme IN ({listed(_REHABILITATION)})"
    for tier, label in Tier.choices:
        yield Indicator(
            f"tier-{tier}-served", f"在{label}得到康复服务的人数", "session_held", Measure.PERSONS,
            f"期内在{label}得到康复项目服务（有服务记录）的人数{_ONCE}，{_DOES}。", f"{of} AND kind = '{tier}'",
        )  # fmt: skip
    for name, title, words, where in (
        ("deaf-children-trained", "受语言训练的听障儿童", "得到听力言语训练或人工耳蜗术后训练、期末未满18周岁", "age <= 17"),
        *(
            (
                f"deaf-children-{worn}", f"受语言训练、用{label}的听障儿童",
                f"得到听力言语训练或人工耳蜗术后训练、期末未满18周岁、期末登记使用{label}",
                f"age <= 17 AND person_id IN (SELECT person_id FROM worn WHERE word IN ('{worn}', 'both'))",
            )
            for worn, label in (("aid", "助听器"), ("implant", "人工耳蜗"))
        ),
    ):  # fmt: skip
        yield Indicator(
            name, title, "given", Measure.PERSONS, f"期内{words}的人数{_ONCE}，归给付县，县以下按给付月月末户籍地统计。",
            f"scheme IN ({listed(_DEAF)}) AND {where}",
        )  # fmt: skip
    yield Indicator(
        "deaf-children-mainstreamed", "受过语言训练、进入普通园校的听障儿童", "mainstreamed", Measure.PERSONS,
        f"期内转入普通园校、到期末受过听力言语训练或人工耳蜗术后训练的人数{_ONCE}，按转入日户籍地统计。",
        f"person_id IN (SELECT person_id FROM provided WHERE scheme IN ({listed(_DEAF)}))",
    )  # fmt: skip
    for name, title, words, where in (
        ("limb-best-recovery", "处在最佳康复期的肢体残疾人", "", "true"),
        ("limb-best-recovery-trained", "处在最佳康复期、已经训练的肢体残疾人", "、评估以后受过肢体康复训练", "training"),
        ("limb-best-recovery-waiting", "处在最佳康复期、还没有训练的肢体残疾人", "、评估以后还没有受过肢体康复训练", "NOT training"),
    ):  # fmt: skip
        yield Indicator(
            name, title, "limb_recovering", Measure.PERSONS,
            f"期末户籍在本区划、未死亡、有肢体残疾、康复评估为处在最佳康复期{words}的人数。", where, stock=True,
        )  # fmt: skip
    for name, title, measure, words, where in (
        ("persons", "儿童康复医疗费用报销人数", Measure.PERSONS, f"的人数{_ONCE}", "true"),
        ("amount", "儿童康复医疗费用报销金额", Measure.AMOUNT, "的入账金额合计", "amount_fen <> 0"),
    ):  # fmt: skip
        yield Indicator(
            f"child-bills-{name}", title, "given", measure,
            f"期内按医疗康复项目标准和年度上限报销、期末未满18周岁{words}，归给付县，县以下按给付月月末户籍地统计。",
            f"scheme = 'rehabilitation-items' AND kind = 'cash' AND age <= 17 AND {where}",
        )  # fmt: skip
    for name, title, measure, words, where in (
        ("admitted", "精神残疾人入院人数", Measure.PERSONS, f"期内入院的人数{_ONCE}", "begun"),
        ("bed-days", "精神残疾人住院床日", Measure.QUANTITY, "期内住院的天数合计（出院当天不算，当天入出院算一天）", "true"),
        ("cost", "精神残疾人住院总费用", Measure.AMOUNT, "期内入院的住院总费用合计，没有填写的不计入", "begun"),
    ):  # fmt: skip
        yield Indicator(
            f"inpatient-{name}", title, "hospital_stay", measure,
            f"住院补贴申请（不予批准、撤回、转出的除外）登记的住院中，{words}，归办理县，县以下按入院日户籍地统计。", where,
            counted_in="床日" if measure is Measure.QUANTITY else "",
        )  # fmt: skip
    for name, title, where in (
        ("counselling-sessions", "心理疏导次数", "true"), ("counselling-referred", "心理疏导后转介件数", "referred"),
        ("counselling-online", "网上心理疏导次数", "kind = 'online'"), ("counselling-phone", "电话心理疏导次数", "kind = 'phone'"),
        ("counselling-visit", "上门心理疏导次数", "kind = 'visit'"),
    ):  # fmt: skip
        yield Indicator(
            name, title, "counselling_hour", Measure.TIMES, f"期内登记完成的{title.removesuffix('次数').removesuffix('件数')}次数，{_DOES}。", where
        )  # fmt: skip
    yield Indicator(
        "counselling-persons", "心理疏导人数", "counselling_hour", Measure.PERSONS, f"期内做过心理疏导的人数{_ONCE}，{_DOES}。"
    )  # fmt: skip
    for name, title, words, where in (
        ("plan-reviews", "康复评估次数", "登记的服务计划阶段评估次数", "kind = 'review'"),
        ("milestones-due", "应达到的阶段目标", "应达到的服务计划阶段目标数", "kind = 'milestone'"),
        ("milestones-in-time", "按期达到的阶段目标", "应达到、按期达到的服务计划阶段目标数", "kind = 'milestone' AND in_time"),
    ):  # fmt: skip
        yield Indicator(name, title, "plan_step", Measure.TIMES, f"期内{words}，{_DOES}。", where)


def _of_needs() -> Iterator[Indicator]:
    told = "期内户籍在本区划、未死亡、康复需求评估为“有需求，适合做”"
    for need, label, of in (("rehabilitation", "康复服务", "true"), *((one.code, one.label, f"kind = '{one.code}'") for one in NEEDS)):  # fmt: skip
        yield Indicator(
            f"need-{need}-indicated", f"有{label}需求并适合的人数", "rehab_need", Measure.PERSONS,
            f"{told}（{label}）的人数{_ONCE}，按期末户籍地统计。", of,
        )  # fmt: skip
        yield Indicator(
            f"need-{need}-served", f"有{label}需求并适合、得到服务的人数", "rehab_need", Measure.PERSONS,
            f"{told}（{label}）、期内得到满足这项需求的服务、器具或款项的人数{_ONCE}，按期末户籍地统计。", f"{of} AND served",
        )  # fmt: skip


def _of_referrals() -> Iterator[Indicator]:
    for source, source_label in Tier.choices:
        for tier, label in Tier.choices:
            if source != tier:
                yield Indicator(
                    f"referred-{source}-{tier}", f"从{source_label}转介到{label}的件数", "referral", Measure.CASES,
                    f"期内从{source_label}转介到{label}的康复转介件数，{_DOES}。",
                    f"kind = 'tier' AND flow = '{source}-{tier}'",
                )  # fmt: skip
    yield Indicator(
        "referred-taken", "康复转介被接收的件数", "referral", Measure.CASES,
        f"期内转介、到期末已被接收的层级之间的康复转介件数，{_DOES}。", "kind = 'tier' AND taken",
    )  # fmt: skip
    yield Indicator(
        "screened-suspected", "早期筛查疑似人数", "screened", Measure.PERSONS,
        f"期内早期筛查结果为疑似的人数{_ONCE}，按期末户籍地统计。", "kind = 'suspected'",
    )  # fmt: skip
    yield Indicator(
        "early-referred", "早期筛查后转介康复人数", "referral", Measure.PERSONS,
        f"期内早期筛查为疑似后转介到机构的人数{_ONCE}，{_DOES}。", "kind = 'early'",
    )  # fmt: skip
    yield Indicator(
        "early-referral-days", "从筛查到转介的天数中位数", "referral", Measure.MEDIAN,
        f"期内早期筛查转介，从筛查日到转介日的天数的中位数，{_DOES}；没有时为不明。", "kind = 'early' AND quantity IS NOT NULL",
        counted_in="天",
    )  # fmt: skip
    for name, title, words, where in (
        ("served", "康养联合服务人数", "已被接收、没有结束的康养联合转介", "NOT waiting"),
        ("waiting", "等候康养联合服务人数", "还在等答复的康养联合转介", "waiting"),
    ):  # fmt: skip
        yield Indicator(
            f"joint-{name}", title, "referral_standing", Measure.PERSONS, f"期末{words}的人数{_ONCE}，{_DOES}。",
            f"kind = 'joint' AND {where}", stock=True,
        )  # fmt: skip


def _of_files() -> Iterator[Indicator]:
    for kind, label in Kind.choices:
        of = f"kind = '{kind}'"
        yield Indicator(
            f"{kind.replace('_', '-')}-files", f"{label}建档人数", "case_file", Measure.PERSONS,
            f"期末没有结案的{label}档案人数{_ONCE}，归建档县，县以下按建档日户籍地统计。", of, stock=True,
        )  # fmt: skip
        yield Indicator(
            f"{kind.replace('_', '-')}-overdue", f"{label}超期没有联系的人数", "case_file", Measure.PERSONS,
            f"期末没有结案、距上次联系（没有的按建档）已超过联系间隔的{label}档案人数{_ONCE}，归建档县，县以下按建档日户籍地统计。",
            f"{of} AND overdue", stock=True,
        )  # fmt: skip
        yield Indicator(
            f"{kind.replace('_', '-')}-contacts", f"{label}联系次数", "case_contact", Measure.TIMES,
            f"期内登记的{label}联系次数，{_DOES}。", of,
        )  # fmt: skip
    base = "期末户籍在本区划、未死亡、有有效的精神残疾证（含多重残疾中的精神残疾）或列入严重精神障碍患者服务名单"
    yield Indicator("mentally-ill", "登记的精神残疾人和严重精神障碍患者", "mentally_ill", Measure.PERSONS, f"{base}的人数。", stock=True)  # fmt: skip
    yield Indicator(
        "mentally-ill-guarded", "落实联合监护的人数", "mentally_ill", Measure.PERSONS, f"{base}、有没有结案的联合监护档案的人数。",
        "guarded", stock=True,
    )  # fmt: skip
    yield Indicator("incidents", "肇事肇祸事件数", "case_incident", Measure.CASES, f"期内联合监护档案登记的肇事肇祸事件数，{_DOES}。")  # fmt: skip
    for name, title, words, where in (
        ("listed", "社工档案列出的需求", "列出的需求数", "true"), ("met", "社工档案已得到服务的需求", "建档以来已得到服务的需求数", "served"),
        ("unmet", "社工档案没有得到服务的需求", "建档以来没有得到服务的需求数", "NOT served"),
    ):  # fmt: skip
        yield Indicator(
            f"social-work-needs-{name}", title, "case_need", Measure.TIMES,
            f"期末没有结案的社工服务档案{words}，归建档县，县以下按建档日户籍地统计。", where, stock=True,
        )  # fmt: skip


def ratios() -> Iterator[Ratio]:
    """Yield the shares: of needs served, of milestones reached in time, of the registered who are guarded."""
    for name, title, over, under, stock in (
        ("need-rehabilitation-share", "康复服务率", ("need-rehabilitation-served", "有康复服务需求并适合、得到服务的人数"), ("need-rehabilitation-indicated", "有康复服务需求并适合的人数"), False),
        *(
            (f"need-{one.code}-share", f"{one.label}服务率", (f"need-{one.code}-served", f"有{one.label}需求并适合、得到服务的人数"), (f"need-{one.code}-indicated", f"有{one.label}需求并适合的人数"), False)
            for one in NEEDS
        ),
        ("guardianship-share", "精神残疾监护率", ("mentally-ill-guarded", "落实联合监护的人数"), ("mentally-ill", "登记的精神残疾人和严重精神障碍患者"), True),
        ("matters-in-time-share", "服务机制按期办结率", ("matters-in-time", "服务机制按期办结件数"), ("matters-handled", "服务机制办结件数"), False),
        ("milestones-in-time-share", "阶段目标按期达到率", ("milestones-in-time", "按期达到的阶段目标"), ("milestones-due", "应达到的阶段目标"), False),
        ("social-work-needs-share", "社工档案需求服务率", ("social-work-needs-met", "社工档案已得到服务的需求"), ("social-work-needs-listed", "社工档案列出的需求"), True),
    ):  # fmt: skip
        yield Ratio(name, title, over[0], under[0], f"“{over[1]}”除以“{under[1]}”，以百分数表示；分母为0时为不明。", stock=stock)  # fmt: skip
