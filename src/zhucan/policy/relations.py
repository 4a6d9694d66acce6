"""The tables that policy reads: one row a person, and a relation for each kind of spell.

All spell relations also have person_id, valid_from, valid_to (half-open; null = open), recorded_at and retracted_at.
"""

from collections.abc import Mapping

from zhucan.policy.expressions import Expr, Kind, column

CLOCKS = ("person_id", "valid_from", "valid_to", "recorded_at", "retracted_at")
PERSON: Mapping[str, Kind] = {"born": Kind.DATE, "sex": Kind.TEXT}
FRAME: Mapping[str, Kind] = {
    "division": Kind.TEXT,  # the paying county, 12 digits
    "on_day": Kind.DATE,  # the day whose evening is judged
    "expiry_after": Kind.DATE,  # a certificate must expire after this day
    "month_first": Kind.DATE,
    "applied_on": Kind.DATE,  # the application, where there is one
}
RELATIONS: Mapping[str, Mapping[str, Kind]] = {
    "certificate": {"category": Kind.TEXT, "grade": Kind.INT, "status": Kind.TEXT, "expires": Kind.DATE},
    "component": {"category": Kind.TEXT, "grade": Kind.INT, "status": Kind.TEXT, "expires": Kind.DATE},
    "residence": {"division": Kind.TEXT},
    "hardship": {"kind": Kind.TEXT},
    "income": {"per_head_fen": Kind.MONEY},
    "own_income": {"amount_fen": Kind.MONEY},
    "stay": {"kind": Kind.TEXT},
    "custody": {"kind": Kind.TEXT},
    "benefit": {"kind": Kind.TEXT, "amount_fen": Kind.MONEY},
    "death": {},
    "job": {"kind": Kind.TEXT},
    "finding": {"kind": Kind.TEXT, "number": Kind.INT, "word": Kind.TEXT},
    "schooling": {"stage": Kind.TEXT, "placement": Kind.TEXT, "full_time": Kind.BOOL, "boarding": Kind.BOOL},
    "insurance": {"kind": Kind.TEXT, "payer": Kind.TEXT},
    "parent": {"category": Kind.TEXT, "grade": Kind.INT, "status": Kind.TEXT, "expires": Kind.DATE},  # their certificates
    "award": {  # what was granted before, whatever it gives; valid_to is always open
        "scheme": Kind.TEXT, "granted": Kind.DATE, "ends": Kind.DATE, "amount_fen": Kind.MONEY, "quantity": Kind.INT,
    },
}  # fmt: skip


class Columns:
    """The columns of a relation, the frame or the person, as expressions: `Columns("component").grade`."""

    def __init__(self, relation: str) -> None:
        kinds = {"frame": FRAME, "person": PERSON}.get(relation) or RELATIONS[relation]
        if relation in RELATIONS:
            kinds = {**kinds, "valid_from": Kind.DATE, "valid_to": Kind.DATE}
        self._namespace = relation if relation in ("frame", "person") else "row"
        self._kinds = kinds

    def __getattr__(self, name: str) -> Expr:
        if name not in self._kinds:
            raise AttributeError(f"no column {name}")
        return column(self._namespace, name, self._kinds[name])


frame = Columns("frame")
person = Columns("person")
