"""The relations of `catalog.py` for a period, laid over the rows of a place (`snapshot.py`).

Every relation has the same columns, so that any indicator can be broken down by any of them: `person_id, place,
scheme, month, cause, step, form, amount_fen, quantity, kind, detail, household_id` and, of the person on the period's last day, `category, grade, age, sex,
hardship, stage, placement` (of what was given, the stage and placement of its day). Places are 12 digits, months are `Month.index`.
"""

from datetime import datetime
from functools import partial

from zhucan.core.divisions import prefix
from zhucan.indicators import (
    activities,
    aided,
    casework,
    changes,
    elsewhere,
    following,
    handling,
    places,
    registers,
    relieved,
    serving,
    studies,
    working,
)
from zhucan.indicators.desk import Desk
from zhucan.indicators.snapshot import View
from zhucan.payments.models import Run
from zhucan.policy.catalogue import MONTHLY
from zhucan.registry.choices import InsuranceKind, Payer, Placement, Stage

_MONTHLY = ", ".join(f"'{scheme.id}'" for scheme in MONTHLY)


def lay(desk: Desk, view: View, known_at: datetime) -> None:
    """Lay the relations over the rows for a period, in place of those of the period looked at before."""
    working.look(desk, view.day)
    registers.look(desk, view.day)
    studies.look(desk, view.day, known_at)
    desk.lay(_someone(view))
    casework.look(desk, view.day)
    for statement in _relations(view):
        desk.lay(statement)
    places.lay(desk, f"DATE '{view.day}'")
    for statement in _of_places(view):
        desk.lay(statement)
    registers.note_untold(desk, view.day)
    for table, month in (("undecided", view.period.last), ("undecided_before", view.period.first.previous)):
        desk.tell(table, partial(_undecided, desk, view, month.index, known_at), {"scheme": "VARCHAR"})


def _undecided(desk: Desk, view: View, month: int, known_at: datetime) -> list[tuple[str]]:
    """Return the schemes of which a month has not been booked in every county with awards here."""
    rows = desk.execute(
        f"SELECT DISTINCT payer, scheme FROM granted WHERE place {view.inside} AND start <= {month} AND scheme IN ({_MONTHLY})"
    ).fetchall()
    runs = Run.objects.filter(month=month, approved_at__lte=known_at).values_list("division_id", "schemes")
    booked = [(prefix(code), frozenset(schemes)) for code, schemes in runs]
    found = set()
    for payer, scheme in rows:
        here = max(prefix(payer), prefix(view.division), key=len)
        if not any(
            scheme in schemes and (here.startswith(inside) or inside.startswith(here)) for inside, schemes in booked
        ):
            found.add(scheme)
    return [(scheme,) for scheme in sorted(found)]


def _someone(view: View) -> str:
    """Return the statement for `someone`: each person as of the day."""
    day = f"DATE '{view.day}'"
    held = f"valid_from <= {day} AND (valid_to IS NULL OR valid_to > {day})"
    return f"""
    CREATE OR REPLACE TABLE someone AS
    WITH stage AS (
        SELECT person_id, arg_max(category, valid_from) AS category, arg_max(grade, valid_from) AS grade,
               arg_max(status, valid_from) AS status, arg_max(expires, valid_from) AS expires
        FROM card WHERE valid_from <= {day} GROUP BY person_id
    ), home AS (
        SELECT person_id, arg_max(division, valid_from) AS place,
               bool_or(valid_to IS NULL OR valid_to > {day}) AS lives
        FROM residence WHERE valid_from <= {day} GROUP BY person_id
    ), need AS (SELECT person_id, arg_max(kind, valid_from) AS hardship FROM hardship WHERE {held} GROUP BY person_id),
    dead AS (SELECT person_id, min(valid_from) AS died FROM death WHERE valid_from <= {day} GROUP BY person_id),
    cared AS (SELECT DISTINCT person_id, true AS in_institution FROM stay WHERE {held}),
    roof AS (SELECT person_id, arg_max(household_id, valid_from) AS household_id FROM membership WHERE {held} GROUP BY person_id)
    SELECT p.person_id, p.sex, date_sub('year', p.born, {day}) AS age, c.category, c.grade, c.status, c.expires,
           h.place, n.hardship, d.died, r.household_id, g.stage, g.placement, g.form, g.rural, coalesce(i.in_institution, false) AS in_institution,
           coalesce(h.place {view.inside}, false) AS inside,
           coalesce(h.place {view.inside} AND h.lives AND d.died IS NULL, false) AS resident,
           coalesce(c.status = 'valid' AND c.expires >= {day}, false) AS certified
    FROM person p LEFT JOIN stage c USING (person_id) LEFT JOIN home h USING (person_id) LEFT JOIN need n USING (person_id)
    LEFT JOIN dead d USING (person_id) LEFT JOIN cared i USING (person_id) LEFT JOIN roof r USING (person_id)
    LEFT JOIN registered g USING (person_id)
    """


def _month(day: str) -> str:
    return f"year({day}) * 12 + month({day}) - 1"


_INSURANCE = registers.in_words("x.kind", InsuranceKind.choices)
_PAYER = registers.in_words("x.payer", ((code, f"{word}缴费") for code, word in Payer.choices))
_REGISTERED = (
    "pension", "pension_payer", "medical", "medical_payer", "accident", "working", "wants", "able", "last_checked", "boarding", "class_name", "support", "channel", "inspected_on", "jobs", "months_worked", "job_detail", "rural", "school", "full_time", "entered_on", "blind",
    "three", "school_age",
)  # fmt: skip


def _placement(column: str) -> str:
    return registers.in_words(column, Placement.choices)


_SCHOOLING = (
    f"CASE WHEN stage IS NULL THEN '没有就学登记' ELSE concat_ws(' ', {registers.in_words('stage', Stage.choices)},"
    f" {_placement('placement')}, nullif(school, ''), entered_on || '入学') END"
)


def _relation(name: str, source: str, **columns: str) -> str:
    """Return the statement for one relation; `s` in the source is `someone`, columns left out are empty."""
    standard = {
        "person_id": "s.person_id", "place": "s.place", "scheme": "NULL::VARCHAR", "month": "NULL::INTEGER",
        "cause": "''", "amount_fen": "NULL::BIGINT", "kind": "''", "detail": "''", "category": "s.category",
        "grade": "s.grade", "age": "s.age", "sex": "s.sex", "hardship": "s.hardship", "quantity": "NULL::BIGINT",
        "household_id": "s.household_id", "step": "''", "stage": "s.stage", "placement": "s.placement", "form": "s.form",
    }  # fmt: skip
    chosen = ", ".join(f"{sql} AS {column}" for column, sql in {**standard, **columns}.items())
    return f"CREATE OR REPLACE VIEW {name} AS SELECT {chosen} FROM {source}"


def _relations(view: View) -> list[str]:
    first, last, inside = view.period.first.index, view.period.last.index, view.inside
    start, day = f"DATE '{view.period.start}'", f"DATE '{view.day}'"
    within = f"BETWEEN {start} AND {day}"
    someone = "JOIN someone s USING (person_id)"
    card = "s.category || s.grade"
    line = {
        "place": "b.place", "scheme": "b.scheme", "month": "b.run_month", "cause": "b.cause",
        "amount_fen": "b.amount_fen", "rural": "s.rural", "kind": "b.kind", "detail": "b.benefit_month::VARCHAR",
    }  # fmt: skip
    debts = "'recoverable' IN (source, target)"
    return [
        _relation(
            "resident", "someone s JOIN registered g USING (person_id) WHERE s.resident", certified="s.certified",
            in_institution="s.in_institution", **{name: f"g.{name}" for name in _REGISTERED},
        ),
        "CREATE OR REPLACE VIEW holder AS SELECT * REPLACE (category || grade AS detail) FROM resident WHERE certified",
        """CREATE OR REPLACE VIEW household AS SELECT *, count(*) OVER (PARTITION BY household_id) AS holders
            FROM holder WHERE household_id IS NOT NULL""",
        "CREATE OR REPLACE VIEW county AS SELECT * FROM holder",
        f"CREATE OR REPLACE VIEW pupil AS SELECT * REPLACE ({_SCHOOLING} AS detail) FROM holder",
        _relation(  # what begins where the same insurance ends goes on
            "enrolled",
            f"insurance x {someone} ASOF JOIN residence r ON x.person_id = r.person_id AND x.valid_from >= r.valid_from"
            f" WHERE x.valid_from {within} AND r.division {inside} AND s.category IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            " insurance y WHERE y.person_id = x.person_id AND y.kind = x.kind AND y.valid_to = x.valid_from)",
            place="r.division", month=_month("x.valid_from"), kind="x.kind", payer="x.payer",
            detail=f"{_INSURANCE} || ' ' || x.valid_from || ' ' || {_PAYER}",
        ),
        _relation(
            "certificate_event",
            f"card x {someone} ASOF JOIN residence r ON x.person_id = r.person_id AND x.valid_from >= r.valid_from"
            f" WHERE x.valid_from {within} AND r.division {inside}",
            place="r.division", month=_month("x.valid_from"), cause="'card-' || x.event", kind="x.event",
            detail="x.category || x.grade", category="x.category", grade="x.grade",
        ),
        # A certificate lapses on the day after its last usable one.
        _relation(
            "lapsed", f"someone s WHERE s.resident AND s.status = 'valid' AND s.expires + 1 {within}",
            month=_month("(s.expires + 1)"), cause="'certificate_expired'", detail=card,
        ),
        _relation(
            "died", f"someone s WHERE s.inside AND s.category IS NOT NULL AND s.died {within}",
            month=_month("s.died"), cause="'died'", detail=card,
        ),
        _relation(
            "arrived",
            f"residence x {someone} WHERE x.division {inside} AND x.valid_from {within} AND EXISTS (SELECT 1 FROM"
            f" residence y WHERE y.person_id = x.person_id AND y.valid_to = x.valid_from AND y.division NOT {inside})",
            place="x.division", month=_month("x.valid_from"), detail="x.valid_from::VARCHAR",
        ),
        _relation(
            "departed",
            f"residence x {someone} WHERE x.division {inside} AND x.valid_to {within} AND NOT EXISTS (SELECT 1 FROM"
            f" residence y WHERE y.person_id = x.person_id AND y.valid_from = x.valid_to AND y.division {inside})",
            place="x.division", month=_month("x.valid_to"), cause="'moved'", detail="x.valid_to::VARCHAR",
        ),
        _relation("line", f"paid b {someone} WHERE b.run_month BETWEEN {first} AND {last} AND b.place {inside}", **line),
        "CREATE OR REPLACE VIEW recovery AS SELECT * REPLACE (-amount_fen AS amount_fen) FROM line WHERE kind = 'recovery'",
        f"CREATE OR REPLACE VIEW doubt AS SELECT * FROM line WHERE kind = 'doubt' AND month = {last}",
        _relation(
            "benefit_month",
            "(SELECT person_id, place, scheme, benefit_month, sum(amount_fen) AS amount_fen FROM earned"
            f" WHERE benefit_month BETWEEN {first} AND {last} AND place {inside}"
            f" GROUP BY person_id, place, scheme, benefit_month HAVING sum(amount_fen) > 0) b {someone}",
            **line | {"month": "b.benefit_month", "cause": "''", "kind": "''"},
        ),
        f"CREATE OR REPLACE VIEW recipient AS SELECT * FROM benefit_month WHERE month = {last}",
        # Who received before the period, and how these and those of its last month differ: opening + gained - left = closing.
        _relation(
            "recipient_before",
            "(SELECT person_id, scheme, place, sum(amount_fen) AS amount_fen FROM earned"
            f" WHERE benefit_month = {first - 1} AND place {inside} GROUP BY ALL HAVING sum(amount_fen) > 0) b {someone}",
            place="b.place", scheme="b.scheme", month=str(first - 1), amount_fen="b.amount_fen", detail=f"'{first - 1}'",
        ),
        f"""CREATE OR REPLACE VIEW gained AS SELECT * REPLACE ({changes.WHY_GAINED.format(first=first)} AS cause) FROM recipient r
            WHERE NOT EXISTS (SELECT 1 FROM recipient_before o WHERE o.person_id = r.person_id AND o.scheme = r.scheme)""",
        f"""CREATE OR REPLACE VIEW lost AS SELECT * REPLACE ({changes.WHY_LOST.format(first=first, last=last)} AS cause)
            FROM recipient_before r
            WHERE NOT EXISTS (SELECT 1 FROM recipient o WHERE o.person_id = r.person_id AND o.scheme = r.scheme)""",
        """CREATE OR REPLACE VIEW recipient_both AS SELECT * FROM recipient r WHERE scheme = 'living-allowance'
            AND EXISTS (SELECT 1 FROM recipient o WHERE o.person_id = r.person_id AND o.scheme = 'nursing-subsidy')""",
        f"""CREATE OR REPLACE VIEW served AS SELECT h.* REPLACE (e.scheme AS scheme) FROM holder h JOIN (SELECT person_id,
            scheme FROM earned WHERE benefit_month = {last} GROUP BY ALL HAVING sum(amount_fen) > 0) e USING (person_id)""",
        _relation(
            "newcomer",
            "(SELECT person_id, scheme, min(run_month) AS run_month, arg_min(place, run_month) AS place FROM paid"
            f" WHERE amount_fen > 0 GROUP BY person_id, scheme) b {someone}"
            f" WHERE b.run_month BETWEEN {first} AND {last} AND b.place {inside}",
            place="b.place", scheme="b.scheme", month="b.run_month", cause="'new'", detail="b.run_month::VARCHAR",
        ),
        _relation(
            "approval", f"granted b {someone} WHERE b.day {within} AND b.place {inside}",
            place="b.place", scheme="b.scheme", month=_month("b.day"), detail="b.day::VARCHAR",
        ),
        _relation(
            "entry", f"moved b {someone} WHERE b.day {within} AND b.place {inside}",
            place="b.place", scheme="nullif(b.scheme, '')", month=_month("b.day"), cause="b.cause",
            amount_fen="b.amount_fen", kind="b.source || '-' || b.target", detail="b.day::VARCHAR",
        ),
        # In a month that is paid for, what a run booked counts in the month of the run; everything else on its day.
        _relation(
            "given", f"provided b {someone} WHERE b.counts_on BETWEEN {start} AND DATE '{view.period.stop}' - 1"
            f" AND b.place {inside}",
            place="b.place", scheme="nullif(b.scheme, '')", month=_month("b.counts_on"), amount_fen="b.amount_fen",
            kind="b.kind", quantity="b.quantity", stage="b.stage", placement="b.placement",
            detail="b.day::VARCHAR || ' ' || b.evidence",
        ),
        "CREATE OR REPLACE VIEW county_given AS SELECT * FROM given",
        _relation(
            "allotted", f"granted b {someone} WHERE b.day {within} AND b.place {inside} AND b.granted_fen IS NOT NULL",
            place="b.place", scheme="b.scheme", month=_month("b.day"), amount_fen="b.granted_fen", quantity="b.quantity",
            detail="b.day::VARCHAR",
        ),
        _relation(
            "fulfilled", f"granted b {someone} JOIN provided g ON g.award_id = b.award_id AND g.counts_on < DATE"
            f" '{view.period.stop}' WHERE b.day {within} AND b.place {inside} AND b.granted_fen IS NOT NULL",
            place="b.place", scheme="b.scheme", month=_month("b.day"), amount_fen="g.amount_fen", quantity="g.quantity",
            kind="g.kind", detail="g.day::VARCHAR || ' ' || g.evidence",
        ),
        # What is owed counts where the debtor lives when it is told, however often the debtor moved since.
        _relation(
            "debt",
            f"(SELECT person_id, scheme, cause, payer, sum(CASE source WHEN 'recoverable' THEN amount_fen ELSE -amount_fen END)"
            f" AS amount_fen FROM moved WHERE {debts} AND day <= {day} GROUP BY ALL) b {someone}"
            f" WHERE b.amount_fen > 0 AND ({_NOW}) {inside}",
            place=_NOW, scheme="b.scheme", cause="b.cause", amount_fen="b.amount_fen",
        ),
        f"""CREATE OR REPLACE VIEW trained AS SELECT person_id FROM provided WHERE scheme = 'orientation-mobility'
            AND counts_on < DATE '{view.period.stop}'""",
        *(
            _relation(name, f"{source} b {someone} WHERE b.place {inside} AND {when}", place="b.place", scheme="b.scheme", **columns)
            for name, source, when, columns in (
                *handling.relations(start, day), *serving.relations(start, day), *aided.relations(start, day),
                *casework.relations(start, day), *working.relations(start, day), *studies.relations(start, day),
                *following.relations(start, day), *relieved.relations(start, day),
                *elsewhere.relations(start, day),
            )
        ),
        *working.views(), *studies.views(view.day), *elsewhere.views(start, day),
        *(_relation(name, source, **columns) for name, source, columns in activities.relations(start, day, inside)), *activities.AFTER,
    ]  # fmt: skip


def _of_places(view: View) -> list[str]:
    """Return the statements for what counts where a place lies; who is in it may live anywhere, or be nobody."""
    found = places.relations(f"DATE '{view.period.start}'", f"DATE '{view.day}'")
    return [
        _relation(
            name,
            f"{source} b LEFT JOIN someone s ON s.person_id = {columns.get('person_id', 'NULL::BIGINT')}"
            f" WHERE b.place {view.inside} AND {when}",
            **{"person_id": "NULL::BIGINT", "place": "b.place", **columns},
        )
        for name, source, when, columns in found
    ]


_NOW = "CASE WHEN left(s.place, 6) = left(b.payer, 6) THEN s.place ELSE b.payer END"
