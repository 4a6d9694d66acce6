"""What other departments' registers tell of everybody: schooling, insurance, work, town or country. Brought out, and looked at for a day.

`bring` takes the spells out of the database, `look` says of each person what holds on a day. Where a register was never
told of a county, nobody there is without school or insurance: it is not known, and `untold` says so.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from zhucan.cases.facts import known
from zhucan.indicators.desk import Desk
from zhucan.registry.choices import MEDICAL, PENSIONS, InsuranceKind, Placement, Stage

SUBJECTS = ("pension", "medical", "accident", "schooling", "work", "wish", "rural", "single_dibao")
"""What a county can have told, or not."""
SCHOOL_AGE = (6, 14)
"""Of compulsory schooling: six when the school year begins, and nine years (义务教育法 arts. 2, 11)."""
_SCHOOL_YEAR = 9  # the month in which it begins
_YOUNG = timedelta(days=19 * 366)  # nobody older is of school age
IN_CLASS = (Placement.REGULAR, Placement.ORDINARY)
"""Among everybody else's children."""
THREE = ("visual", "hearing", "speech", "intellectual")
"""三类儿童: hearing and speech are one of the three."""
_SCHOOLING_TYPES = {
    "person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "stage": "VARCHAR", "placement": "VARCHAR",
    "school": "VARCHAR", "full_time": "BOOLEAN", "boarding": "BOOLEAN", "year": "INTEGER", "class_name": "VARCHAR", "support": "VARCHAR",
    "outcome": "VARCHAR",
}  # fmt: skip
_KIND_TYPES = {
    "person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "category": "VARCHAR", "grade": "INTEGER",
}  # fmt: skip
_FOUND_TYPES = {
    "person_id": "BIGINT",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "kind": "VARCHAR",
    "number": "INTEGER",
    "word": "VARCHAR",
}
_TOLD_TYPES = {"county": "VARCHAR", "subject": "VARCHAR", "since": "DATE"}


AREA = (
    "CASE WHEN right(place, 3) BETWEEN '001' AND '199' THEN 'town' WHEN right(place, 3) BETWEEN '200' AND '399'"
    " THEN 'country' END"
)
"""SQL for town or country, told by the code of a village or community; null where the place is larger."""


def listed(values: Iterable[str]) -> str:
    """Return values as SQL lists them."""
    return ", ".join(f"'{value}'" for value in values)


def in_words(column: str, choices: Iterable[tuple[str, str]]) -> str:
    """Return SQL that says the code of a column in words."""
    cases = " ".join(f"WHEN '{code}' THEN '{word}'" for code, word in choices)
    return f"CASE {column} {cases} END"


def bring(desk: Desk, *, counties: str, first: date, known_at: datetime) -> None:
    """Take the spells of people out of the database, and since when each county's registers have told anything.

    Insurance, which policy reads as it is, is brought with its other relations, jobs by `working`.
    `counties` are the digits that the counties of the place begin with, `first` is the first day that is looked at.
    """
    clocks = f"FROM {{}} t WHERE {known(known_at)} AND t.person_id IN ({desk.people})"
    desk.bring(
        "schooling",
        "SELECT t.person_id, t.valid_from, t.valid_to, t.stage, t.placement, t.school, t.full_time, t.boarding, t.year, t.class_name,"
        " t.support, t.outcome " + clocks.format("registry_schooling"),
        _SCHOOLING_TYPES,
    )
    desk.bring(
        "found",
        f"SELECT t.person_id, t.valid_from, t.valid_to, t.kind, t.number, t.word {clocks.format('registry_finding')}"
        " AND t.kind IN ('jobless', 'rural', 'wants_work', 'can_work', 'roll_checked', 'mainstream_assessment')",
        _FOUND_TYPES,
    )
    desk.bring(
        "kind_of_child",
        "SELECT t.person_id, t.valid_from, t.valid_to, c.category, c.grade FROM registry_certificate t"
        " JOIN registry_certificatecomponent c ON c.certificate_id = t.id JOIN registry_person p ON p.id = t.person_id"
        f" WHERE {known(known_at)} AND t.person_id IN ({desk.people}) AND p.born > '{first - _YOUNG}'",
        _KIND_TYPES,
    )
    group = (
        f"CASE WHEN kind IN ({listed(PENSIONS)}) THEN 'pension' WHEN kind IN ({listed(MEDICAL)}) THEN 'medical'"
        " ELSE 'accident' END"
    )
    sources = " UNION ALL ".join(
        f"SELECT person_id, valid_from, valid_to, recorded_at, retracted_at, {subject} AS subject FROM {table}{where}"
        for subject, table, where in (
            (group, "registry_insurance", ""),
            ("'schooling'", "registry_schooling", ""),
            ("'work'", "registry_job", ""),
            ("'work'", "registry_finding", " WHERE kind = 'jobless'"),
            ("'wish'", "registry_finding", " WHERE kind = 'wants_work'"),
            ("'rural'", "registry_finding", " WHERE kind = 'rural'"),
            ("'single_dibao'", "registry_benefit", " WHERE kind = 'single_dibao'"),
        )
    )
    desk.bring(
        "told",
        "SELECT substr(r.division_id, 1, 6), t.subject,"
        " min(CASE WHEN t.valid_from > r.valid_from THEN t.valid_from ELSE r.valid_from END)"
        f" FROM ({sources}) t JOIN registry_residence r ON r.person_id = t.person_id"
        " AND (r.valid_to IS NULL OR r.valid_to > t.valid_from) AND (t.valid_to IS NULL OR t.valid_to > r.valid_from)"
        f" WHERE {known(known_at)} AND {known(known_at, 'r')} AND r.division_id LIKE '{counties}%' GROUP BY 1, 2",
        _TOLD_TYPES,
    )


def look(desk: Desk, day: date) -> None:
    """Lay `registered` over the spells: what the registers tell of each person on a day; nothing told is null."""
    held = f"valid_from <= DATE '{day}' AND (valid_to IS NULL OR valid_to > DATE '{day}')"
    desk.lay(
        f"""
        CREATE OR REPLACE TABLE registered AS
        WITH insured AS (
            SELECT person_id, {_latest("kind", PENSIONS)} AS pension, {_latest("payer", PENSIONS)} AS pension_payer,
                   {_latest("kind", MEDICAL)} AS medical, {_latest("payer", MEDICAL)} AS medical_payer,
                   bool_or(kind = '{InsuranceKind.ACCIDENT}') AS accident
            FROM insurance WHERE {held} GROUP BY person_id
        ), schooled AS (
            SELECT person_id, arg_max(stage, valid_from) AS stage, arg_max(placement, valid_from) AS placement,
                   arg_max(school, valid_from) AS school, arg_max(full_time, valid_from) AS full_time,
                   arg_max(boarding, valid_from) AS boarding, arg_max(coalesce(class_name, ''), valid_from) AS class_name,
                   arg_max(coalesce(support, ''), valid_from) AS support
            FROM schooling WHERE {held} GROUP BY person_id
        ), entered AS (
            SELECT person_id, min(valid_from) AS entered_on FROM schooling
            WHERE valid_from <= DATE '{day}' AND stage <> '{Stage.KINDERGARTEN}' GROUP BY person_id
        ), working AS (
            SELECT person_id, bool_or(works) AS working FROM (
                SELECT person_id, true AS works FROM occupied
                UNION ALL SELECT person_id, arg_max(number, valid_from) = 0 FROM found WHERE kind = 'jobless' AND {held}
                GROUP BY person_id
            ) GROUP BY person_id
        ), country AS (
            SELECT person_id, arg_max(number, valid_from) = 1 AS rural FROM found WHERE kind = 'rural' AND {held}
            GROUP BY person_id
        ), willing AS (
            SELECT person_id, arg_max(number, valid_from) FILTER (WHERE kind = 'wants_work') = 1 AS wants,
                   arg_max(number, valid_from) FILTER (WHERE kind = 'can_work') = 1 AS able,
                   max(valid_from) FILTER (WHERE kind = 'roll_checked') AS last_checked
            FROM found WHERE {held} GROUP BY person_id
        ), kinds AS (
            SELECT person_id, bool_or(category = 'visual' AND grade <= 2) AS blind,
                   bool_or(category IN ({listed(THREE)})) AS three
            FROM kind_of_child WHERE {held} GROUP BY person_id
        )
        SELECT person_id, pension, pension_payer, medical, medical_payer, coalesce(accident, false) AS accident, stage,
               placement, school, coalesce(full_time, false) AS full_time, entered_on, working, rural, wants, able,
               last_checked, coalesce(boarding, false) AS boarding, class_name, support,
               CASE WHEN working THEN coalesce(form, 'unstated') END AS form, channel, inspected_on, jobs, months_worked, job_detail, coalesce(blind, false) AS blind,
               coalesce(three, false) AS three, date_sub('year', p.born, DATE '{_school_year(day)}') AS school_age
        FROM person p LEFT JOIN insured USING (person_id) LEFT JOIN schooled USING (person_id)
        LEFT JOIN entered USING (person_id) LEFT JOIN working USING (person_id) LEFT JOIN kinds USING (person_id)
        LEFT JOIN country USING (person_id) LEFT JOIN willing USING (person_id) LEFT JOIN occupied USING (person_id)
        """
    )


def _latest(column: str, kinds: Iterable[str]) -> str:
    return f"arg_max({column}, valid_from) FILTER (WHERE kind IN ({listed(kinds)}))"


def _school_year(day: date) -> date:
    """Return the eve of the school year that a day belongs to."""
    return date(day.year - (day.month < _SCHOOL_YEAR), _SCHOOL_YEAR, 1) - timedelta(days=1)


def note_untold(desk: Desk, day: date) -> None:
    """Create `untold`: what was not told by a day of counties that have certificate holders here."""
    subjects = ", ".join(f"('{subject}')" for subject in SUBJECTS)
    desk.lay(
        "CREATE OR REPLACE TABLE untold AS SELECT h.county, s.subject FROM (SELECT DISTINCT left(place, 6) AS county"
        f" FROM holder) h CROSS JOIN (VALUES {subjects}) s(subject) ANTI JOIN (SELECT * FROM told WHERE since <= DATE '{day}') t"
        " ON t.county = h.county AND t.subject = s.subject"
    )


def told(*subjects: str) -> str:
    """Return SQL that is true where every county of the place has told some subjects."""
    return f"NOT EXISTS (SELECT 1 FROM untold WHERE subject IN ({listed(subjects)}))"
