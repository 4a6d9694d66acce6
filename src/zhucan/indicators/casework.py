"""The rows of rehabilitation as it is worked: needs and whether they were served, tiers and referrals, files, counselling.

`casework_figures.py` counts them. A need counts where the person lives; what is done counts in the county that does it, as services do.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from zhucan.cases.asking import items_in
from zhucan.cases.facts import known
from zhucan.cases.models import Application
from zhucan.casework.models import CaseFile, Kind, Referral, Way
from zhucan.delivery.models import Tier
from zhucan.indicators import mechanisms
from zhucan.indicators.desk import Desk, learnt
from zhucan.indicators.registers import in_words, listed
from zhucan.orgs.versions import number
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
REHABILITATION = tuple(item.id for item in SCHEMES if item.group is Group.REHABILITATION)
_WITHOUT = (State.DRAFT, State.REFUSED, State.WITHDRAWN, State.TRANSFERRED)


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
        f" LEFT JOIN orgs_institution o ON o.id = f.source_id WHERE {ours.format('f')} AND {known(known_at, 'f')}",
        _REFERRAL,
    )  # fmt: skip
    desk.bring(
        "file_row",
        f"SELECT {number('f')}, f.person_id, '', f.division_id, f.kind, f.every_days, f.opened_on, f.closed_on FROM casework_casefile f"
        f" WHERE {ours.format('f')} AND {known(known_at, 'f')}",
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
        f" JOIN delivery_plan p ON p.id = m.plan_id JOIN cases_award a ON a.id = p.award_id WHERE {of_award} AND {known(known_at, 'm')}"
        " UNION ALL SELECT a.person_id, a.scheme, a.division_id, 'review', t.day, t.day, CAST(t.score AS VARCHAR(20)) || ' 分，' || t.worker"
        " FROM casework_review t JOIN delivery_plan p ON p.id = t.plan_id JOIN cases_award a ON a.id = p.award_id"
        f" WHERE {of_award} AND {known(known_at)}",
        _STEP,
    )  # fmt: skip
    mechanisms.bring(desk, ours.format("f"), known_at)
    desk.bring(
        "found_word",
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
