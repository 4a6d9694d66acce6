"""The one relation of what was given: cash paid, goods handed out, services rendered, reliefs begun, medicine fetched.

Who, under which award and scheme, when, how much in which unit, worth how much, by whom, from which fund, on what evidence.
`SELECT` text for both databases; `snapshot.py` counts it, `given_to` reads it for one person.

What an institution is paid for counts its money once: the things or sessions it stands for then carry no amount of their own,
and where none are recorded the paid bill itself carries the granted quantity.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.db import connection

from zhucan.cases.facts import as_utc, known, stamp
from zhucan.core.money import from_fen
from zhucan.policy.catalogue import scheme as scheme_of

TYPES = {
    "person_id": "BIGINT", "award_id": "BIGINT", "scheme": "VARCHAR", "kind": "VARCHAR", "day": "DATE", "month": "INTEGER",
    "quantity": "BIGINT", "unit": "VARCHAR", "amount_fen": "BIGINT", "payer": "VARCHAR", "provider": "VARCHAR",
    "fund": "VARCHAR", "evidence": "VARCHAR",
}  # fmt: skip
"""The columns of the relation; `month` is the run's where one paid (Month.index), and null elsewhere."""


LIVING_AID = "compulsory-living-aid"
"""The scheme that exemptions and aid recorded by the term stand under (两免一补)."""


class Kind(StrEnum):
    """What was given."""

    CASH = "cash"
    GOODS = "goods"
    SERVICE = "service"
    RELIEF = "relief"
    MEDICINE = "medicine"

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {"cash": "款项", "goods": "实物", "service": "服务", "relief": "减免代缴", "medicine": "药品"}[
            self.value
        ]


def select(people: str, known_at: datetime | None = None) -> str:
    """Return the SELECT of everything given to some people (a list or query of keys in SQL), as known at a moment."""
    by = "" if known_at is None else f" <= '{stamp(known_at)}'"

    def learnt(column: str) -> str:
        return f" AND {as_utc(column)}{by}" if by else ""

    paid_on = (
        "(r.approved_at AT TIME ZONE 'Asia/Shanghai')::date"
        if connection.vendor == "postgresql"
        else "date(r.approved_at, '+8 hours')"
    )
    bare = (  # nothing but the bill tells that it was rendered
        "a.payee_id IS NOT NULL AND l.sequence = 0 AND NOT EXISTS (SELECT 1 FROM delivery_plan p WHERE p.award_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM delivery_move m WHERE m.award_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM delivery_relief f WHERE f.award_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM delivery_pickup u WHERE u.award_id = a.id)"
    )
    sessions = "" if known_at is None else f" AND {known(known_at, 'e').replace('recorded_at', 'at')}"
    return f"""
        SELECT l.person_id, l.award_id, l.scheme, 'cash' AS kind, {paid_on} AS day, r.month AS month,
            CASE WHEN {bare} THEN coalesce(a.quantity, 1) END AS quantity, '' AS unit, l.amount_fen AS amount_fen,
            a.division_id AS payer, coalesce(i.name, '') AS provider, '' AS fund, {_text("'发放行 '", "l.id")} AS evidence
        FROM payments_line l JOIN payments_run r ON r.id = l.run_id JOIN cases_award a ON a.id = l.award_id
        LEFT JOIN orgs_institution i ON i.id = a.payee_id
        WHERE l.booked AND l.kind IN ('regular', 'arrears') AND l.person_id IN ({people}){learnt("r.approved_at")}
        UNION ALL
        SELECT m.person_id, m.award_id, coalesce(a.scheme, t.scheme), 'goods', m.day, NULL, m.quantity, t.unit,
            CASE WHEN a.payee_id IS NULL THEN m.worth_fen ELSE 0 END, coalesce(a.division_id, t.division_id), s.name, t.fund,
            {_text("'出库 '", "m.id")}
        FROM delivery_move m JOIN delivery_item t ON t.id = m.item_id JOIN delivery_store s ON s.id = m.store_id
        LEFT JOIN cases_award a ON a.id = m.award_id
        WHERE m.kind = 'issue' AND m.person_id IN ({people}){learnt("m.at")}
        UNION ALL
        SELECT p.person_id, p.award_id, a.scheme, 'service', e.day, NULL, e.units, p.unit,
            CASE WHEN a.payee_id IS NULL THEN e.units * coalesce(p.unit_fen, 0) ELSE 0 END, a.division_id, i.name, '',
            {_text("'服务记录 '", "e.id", "'，签字人 '", "e.signed_by")}
        FROM delivery_session e JOIN delivery_plan p ON p.id = e.plan_id JOIN cases_award a ON a.id = p.award_id
        JOIN orgs_institution i ON i.id = p.institution_id
        WHERE p.person_id IN ({people}){sessions or " AND e.retracted_at IS NULL"}
        UNION ALL
        SELECT f.person_id, f.award_id, a.scheme, 'relief', f.valid_from, NULL, 1, '',
            CASE WHEN a.payee_id IS NULL THEN coalesce(f.amount_fen, 0) ELSE 0 END, a.division_id, coalesce(i.name, ''), '',
            {_text("'减免 '", "f.id")}
        FROM delivery_relief f JOIN cases_award a ON a.id = f.award_id LEFT JOIN orgs_institution i ON i.id = f.institution_id
        WHERE f.person_id IN ({people}){learnt("f.at")}
        UNION ALL
        SELECT t.person_id, NULL, '{LIVING_AID}', 'relief', t.valid_from, NULL, 1, '', coalesce(t.amount_fen, 0),
            (SELECT min(substr(h.division_id, 1, 6)) || '000000' FROM registry_residence h WHERE h.person_id = t.person_id
                AND h.retracted_at IS NULL AND h.valid_from <= t.valid_from AND (h.valid_to IS NULL OR h.valid_to > t.valid_from)),
            t.school, '', {_text("'两免一补 '", "t.id")}
        FROM registry_termaid t WHERE t.person_id IN ({people}) AND {known(known_at)}
        UNION ALL
        SELECT u.person_id, u.award_id, a.scheme, 'medicine', u.day, NULL, 1, '月',
            CASE WHEN a.payee_id IS NULL THEN u.worth_fen ELSE 0 END, a.division_id, i.name, '', {_text("'领药 '", "u.id")}
        FROM delivery_pickup u JOIN cases_award a ON a.id = u.award_id JOIN orgs_institution i ON i.id = u.institution_id
        WHERE u.person_id IN ({people}){learnt("u.at")}
    """


def _text(*parts: str) -> str:
    return " || ".join(part if part.startswith("'") else f"CAST({part} AS VARCHAR(60))" for part in parts)


@dataclass(frozen=True)
class Given:
    """One thing given to a person, as a page tells it; the amount is yuan, 0 where it carries none."""

    day: date
    kind: Kind
    scheme: str
    quantity: int | None
    unit: str
    amount: Decimal
    provider: str
    fund: str
    evidence: str


def given_to(person_id: int) -> list[Given]:
    """Return everything given to a person, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, kind, scheme, quantity, unit, amount_fen, provider, fund, evidence"
            f" FROM ({select(str(int(person_id)))}) g ORDER BY day DESC, kind, evidence DESC"
        )
        rows = cursor.fetchall()
    return [
        Given(
            day if isinstance(day, date) else date.fromisoformat(day), Kind(kind),
            scheme_of(scheme).name if scheme else "", quantity, unit or (scheme_of(scheme).unit if scheme and quantity else ""),
            from_fen(int(amount)), provider, fund or (scheme_of(scheme).fund if scheme else ""), evidence,
        )
        for day, kind, scheme, quantity, unit, amount, provider, fund, evidence in rows
    ]  # fmt: skip
