"""What is due of awards granted case by case: granted − booked = the line, once, whatever month it is looked at.

Such an award is the decision itself, so there is nothing to judge: it is due in full from the month it was approved in,
less what a recorded curtailment takes back, and not at all once it is revoked. Where months are billed it grows with each
bill. All its lines belong to the month of approval.
"""

from typing import Any

from django.db import connection

from zhucan.cases.facts import as_utc, stamp
from zhucan.payments.decide import Draft, Result
from zhucan.payments.models import LineKind
from zhucan.payments.scope import Scope
from zhucan.policy.engine import Outcome
from zhucan.policy.schemes import Gives
from zhucan.policy.steps import WORKS, State


def decide_grants(scope: Scope) -> Result:
    """Return the lines that granted awards in scope are short of or too much by; nothing is written.

    Cash goes to the person. Money for goods, services and reliefs is paid only where the award names a payee. What was
    granted for works by an application is due once they are accepted (HO-04).
    """
    limit = stamp(scope.known_at)
    revoked = f"({as_utc('a.revoked_at')} <= '{limit}')"
    cut = f"FROM cases_curtailment c WHERE c.award_id = a.id AND {as_utc('c.recorded_at')} <= '{limit}'"
    booked = "FROM payments_line l WHERE l.award_id = a.id AND l.booked"
    bills, made = "FROM cases_bill b WHERE b.award_id = a.id", f"{as_utc('b.recorded_at')} > '{limit}'"
    unknown = (  # what was granted holds all bills of today: those made since go out, those taken back since come in
        f"coalesce((SELECT sum(CASE WHEN {made} THEN b.amount_fen ELSE 0 END) {bills} AND b.retracted_at IS NULL), 0)"
        f" - coalesce((SELECT sum(b.amount_fen) {bills} AND NOT ({made}) AND {as_utc('b.retracted_at')} > '{limit}'), 0)"
    )
    columns = (
        "a.id AS award_id, a.person_id AS person_id, a.scheme AS scheme, a.start AS start,"
        f" CASE WHEN {revoked} THEN 0 ELSE a.granted_fen - ({unknown})"
        f" - coalesce((SELECT sum(c.amount_fen) {cut}), 0) END AS due, (SELECT count(*) {bills}) AS bills,"
        f" coalesce((SELECT sum(l.amount_fen) {booked}), 0) AS booked, (SELECT count(*) {booked}) AS times,"
        f" CASE WHEN {revoked} THEN a.revocation_cause ELSE (SELECT max(c.cause) {cut}) END AS cause"
    )
    cash = ", ".join(f"'{item.id}'" for item in scope.schemes if item.gives is Gives.CASH) or "''"
    works = ", ".join(f"'{item.id}'" for item in scope.schemes if item.flow is WORKS) or "''"
    asked = "FROM cases_application x WHERE x.award_id = a.id"
    accepted = (
        f"SELECT 1 FROM cases_move v JOIN cases_application x ON x.id = v.application_id WHERE x.award_id = a.id"
        f" AND v.target = '{State.ACCEPTED.value}' AND {as_utc('v.at')} <= '{limit}'"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT award_id, person_id, scheme, start, due, booked, times, cause, bills FROM ({scope.awards_sql(columns)}"
            f" AND a.granted_fen IS NOT NULL AND (a.payee_id IS NOT NULL OR a.scheme IN ({cash}))"
            f" AND (a.scheme NOT IN ({works}) OR NOT EXISTS (SELECT 1 {asked}) OR EXISTS ({accepted}))) g"
            " WHERE due <> booked ORDER BY award_id"
        )
        drafts = [_draft(*row) for row in cursor.fetchall()]
    return Result(drafts, {}, {}, {})


def _draft(
    award: int, person: int, scheme: str, start: int, due: Any, booked: Any, times: int, cause: str | None, bills: int
) -> Draft:
    entitled, before = int(due), int(booked)  # PostgreSQL sums to decimals
    if entitled < before:
        kind, why = LineKind.RECOVERY, cause or "error"
    elif bills:
        kind, why = LineKind.REGULAR, "billed"
    else:
        kind, why = (LineKind.ARREARS, "error") if times else (LineKind.REGULAR, "new")
    return Draft(
        award_id=award,
        person_id=person,
        scheme=scheme,
        month=start,
        kind=kind.value,
        cause=why,
        amount_fen=entitled - before,
        entitled_fen=entitled,
        booked_fen=before,
        outcome=Outcome.YES.word if entitled else Outcome.NO.word,
        not_met=0,
        unknown=0,
        basis="",
        sequence=times,
    )
