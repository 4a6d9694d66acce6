"""What places there are, who works and stays in them, how they stand under their standards, and who reaches one in time.

Everything counts where the place lies, not where the people in it live; areas count where they are.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.core.divisions import prefix
from zhucan.facilities.kinds import (
    CIRCLE,
    FEATURES,
    GOES_ON,
    LEVELS,
    POSTS,
    PRESCHOOLS,
    STAYS,
    TEACHERS,
    Status,
)
from zhucan.indicators.desk import Desk, learnt
from zhucan.indicators.registers import in_words, listed
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.versions import number
from zhucan.policy.parameters import value_of
from zhucan.registry.choices import Stage

PARAMETERS = (
    "circle_minutes", "circle_speed", "circle_detour", "special_teacher_training_hours", "rehabilitation_training_hours",
    "pupils_per_teacher",
)  # fmt: skip
_NONE = -1  # a row that says there is no standard, where SQL would take null for no row
_SPELL = {"valid_from": "DATE", "valid_to": "DATE"}
_TABLES: Mapping[str, tuple[str, dict[str, str]]] = {
    "facility_told": (
        "SELECT {number}, t.division_id, t.kind, t.name, t.capacity, CAST(t.latitude AS REAL), CAST(t.longitude AS REAL),"
        " t.institution_id, t.valid_from, t.valid_to FROM facilities_facility t WHERE {known} AND t.division_id LIKE '{counties}%'",
        {
            "facility_id": "BIGINT", "place": "VARCHAR", "kind": "VARCHAR", "name": "VARCHAR", "capacity": "BIGINT",
            "latitude": "DOUBLE", "longitude": "DOUBLE", "institution_id": "BIGINT", **_SPELL,
        },
    ),
    "designation_told": (
        "SELECT t.facility_id, t.level, t.title, t.valid_from, t.valid_to FROM facilities_designation t WHERE {known}",
        {"facility_id": "BIGINT", "level": "VARCHAR", "title": "VARCHAR", **_SPELL},
    ),
    "stay_told": (
        "SELECT t.facility_id, t.person_id, t.kind, t.course, t.goes_on, t.valid_from, t.valid_to FROM facilities_stay t WHERE {known}",
        {
            "facility_id": "BIGINT", "person_id": "BIGINT", "stay": "VARCHAR", "course": "VARCHAR", "goes_on": "VARCHAR",
            **_SPELL,
        },
    ),
    "worker_told": (
        "SELECT {number}, t.division_id, t.facility_id, t.name, t.post, t.employer, t.qualification, t.area, t.valid_from, t.valid_to"
        " FROM facilities_worker t WHERE {known} AND t.division_id LIKE '{inside}%'",
        {
            "worker_id": "BIGINT", "place": "VARCHAR", "facility_id": "BIGINT", "name": "VARCHAR", "post": "VARCHAR",
            "employer": "VARCHAR", "qualification": "VARCHAR", "area": "VARCHAR", **_SPELL,
        },
    ),
    "training_told": (
        "SELECT t.worker_id, t.day, t.topic, t.organiser, t.hours FROM facilities_training t WHERE {known}",
        {"worker_id": "BIGINT", "day": "DATE", "topic": "VARCHAR", "organiser": "VARCHAR", "hours": "DECIMAL(6,1)"},
    ),
    "feature_told": (
        "SELECT t.division_id, t.facility_id, t.kind, t.name, t.room, t.quantity, t.valid_from, t.valid_to"
        " FROM facilities_feature t WHERE {known} AND t.division_id LIKE '{inside}%'",
        {
            "place": "VARCHAR", "facility_id": "BIGINT", "kind": "VARCHAR", "name": "VARCHAR", "room": "VARCHAR",
            "quantity": "BIGINT", **_SPELL,
        },
    ),
    "support_told": (
        "SELECT t.facility_id, t.day, t.amount_fen, t.purpose FROM facilities_support t WHERE {known}",
        {"facility_id": "BIGINT", "day": "DATE", "amount_fen": "BIGINT", "purpose": "VARCHAR"},
    ),
    "check_told": (
        "SELECT {number}, t.standard_id, t.division_id, t.facility_id, t.kind, t.day FROM facilities_check t"
        " WHERE {known} AND t.division_id LIKE '{inside}%'",
        {
            "check_id": "BIGINT", "standard_id": "BIGINT", "place": "VARCHAR", "facility_id": "BIGINT", "kind": "VARCHAR",
            "day": "DATE",
        },
    ),
    "score_told": (
        "SELECT e.check_of_id, c.number, c.text, c.department, c.essential, c.points, e.points FROM facilities_score e"
        " JOIN facilities_criterion c ON c.id = e.criterion_id JOIN facilities_check t ON t.id = e.check_of_id"
        " WHERE {known} AND t.division_id LIKE '{inside}%'{scored}",
        {
            "check_id": "BIGINT", "number": "VARCHAR", "text": "VARCHAR", "department": "VARCHAR", "essential": "BOOLEAN",
            "possible": "DECIMAL(8,2)", "points": "DECIMAL(8,2)",
        },
    ),
    "standard_told": (
        "SELECT {number}, t.topic, t.level, t.name, t.pass_mark, t.advanced_mark FROM facilities_standard t WHERE {known}",
        {
            "standard_id": "BIGINT", "topic": "VARCHAR", "level": "VARCHAR", "name": "VARCHAR", "pass_mark": "DECIMAL(8,2)",
            "advanced_mark": "DECIMAL(8,2)",
        },
    ),
    "issue_told": (
        "SELECT t.division_id, t.facility_id, t.kind, t.text, t.unit, t.found_on, t.due_on, t.referred_on, t.settled_on"
        " FROM facilities_issue t WHERE {known} AND t.division_id LIKE '{inside}%'",
        {
            "place": "VARCHAR", "facility_id": "BIGINT", "kind": "VARCHAR", "text": "VARCHAR", "unit": "VARCHAR",
            "found_on": "DATE", "due_on": "DATE", "referred_on": "DATE", "settled_on": "DATE",
        },
    ),
    "patrol_told": (
        "SELECT t.division_id, t.worker_id, t.day, t.route FROM facilities_patrol t WHERE {known} AND t.division_id LIKE '{inside}%'",
        {"place": "VARCHAR", "worker_id": "BIGINT", "day": "DATE", "route": "VARCHAR"},
    ),
    "spot_told": (
        "SELECT t.division_id, CAST(t.latitude AS REAL), CAST(t.longitude AS REAL) FROM facilities_spot t"
        " WHERE {known} AND t.division_id LIKE '{inside}%'",
        {"place": "VARCHAR", "latitude": "DOUBLE", "longitude": "DOUBLE"},
    ),
    "way_told": (
        "SELECT t.division_id, t.facility_id, t.minutes FROM facilities_travel t WHERE {known} AND t.division_id LIKE '{inside}%'",
        {"place": "VARCHAR", "facility_id": "BIGINT", "minutes": "BIGINT"},
    ),
    "rendered_told": (
        "SELECT f.id, p.person_id, t.day, t.units FROM delivery_session t JOIN delivery_plan p ON p.id = t.plan_id"
        " JOIN facilities_facility f ON f.institution_id = p.institution_id AND f.retracted_at IS NULL"
        " WHERE {known_session} AND f.division_id LIKE '{inside}%'",
        {"facility_id": "BIGINT", "person_id": "BIGINT", "day": "DATE", "units": "BIGINT"},
    ),
}  # fmt: skip


def bring(desk: Desk, division: str, counties: str, known_at: datetime) -> None:
    """Take what is known of a place's facilities and areas out of the database.

    `counties` are the digits that its counties begin with: a community may be near a facility of another township.
    """
    for name, (select, types) in _TABLES.items():
        believed = known(known_at)
        text = select.format(
            known=believed, number=number("t"), known_session=believed.replace("recorded_at", "at"), inside=prefix(division), counties=counties,
            scored=learnt("t.scored_at", known_at),
        )  # fmt: skip
        desk.bring(name, text, types)
    desk.tell(
        "rule_told",
        lambda: [
            (row.parameter, prefix(row.division), row.valid_from, row.valid_to, _NONE if row.value is None else value_of(row.parameter, row.value))
            for row in parameter_rows(known_at)
            if row.parameter in PARAMETERS and (row.retracted_at is None or row.retracted_at > known_at)
        ],
        {"name": "VARCHAR", "digits": "VARCHAR", **_SPELL, "value": "BIGINT"},
    )  # fmt: skip
    desk.derive("rule", "SELECT * REPLACE (coalesce(digits, '') AS digits) FROM rule_told")


def _rule(name: str, place: str, day: str) -> str:
    """Return SQL for a parameter in force at a place: the nearest division up the tree, then the latest row."""
    return (
        f"(SELECT nullif(arg_max(u.value, (length(u.digits), u.valid_from)), {_NONE}) FROM rule u WHERE u.name = '{name}'"
        f" AND starts_with({place}, u.digits) AND u.valid_from <= {day} AND (u.valid_to IS NULL OR u.valid_to > {day}))"
    )


def lay(desk: Desk, day: str) -> None:
    """Lay down what several relations of a day stand on: who is open, how everybody stands, how far communities are."""
    held = f"(valid_from IS NULL OR valid_from <= {day}) AND (valid_to IS NULL OR valid_to > {day})"
    desk.lay(
        f"CREATE OR REPLACE TABLE facility_open AS SELECT f.*, (SELECT string_agg(DISTINCT {in_words('d.level', LEVELS.items())}"
        f" || d.title, '、') FROM designation_told d WHERE d.facility_id = f.facility_id AND {held}) AS titles"
        f" FROM facility_told f WHERE {held}"
    )
    desk.lay(
        f"""
        CREATE OR REPLACE TABLE verdict AS
        WITH told AS (
            SELECT c.*, sum(e.points) AS points, sum(e.possible) AS possible, count(*) FILTER (WHERE e.points < e.possible) AS gaps,
                   count(*) FILTER (WHERE e.points < e.possible AND e.essential) AS essentials
            FROM check_told c JOIN score_told e USING (check_id) WHERE c.day <= {day} GROUP BY ALL
        ), graded AS (
            SELECT t.*, s.topic, s.level, s.name, CASE WHEN s.pass_mark IS NULL THEN NULL WHEN t.points < s.pass_mark
                OR t.essentials > 0 THEN '{Status.CREATING}' WHEN t.points >= s.advanced_mark THEN '{Status.ADVANCED}'
                ELSE '{Status.MET}' END AS status, s.pass_mark
            FROM told t JOIN standard_told s USING (standard_id)
        )
        SELECT g.standard_id, g.place, g.facility_id, g.topic, g.level, g.name, arg_max(check_id, (day, check_id)) AS latest,
               arg_max(points, (day, check_id)) AS points, arg_max(possible, (day, check_id)) AS possible,
               arg_max(gaps, (day, check_id)) AS gaps,
               CASE WHEN any_value(pass_mark) IS NOT NULL THEN coalesce(arg_max(status, (day, check_id))
                   FILTER (WHERE kind <> 'self'), '{Status.CREATING}') END AS status,
               min(day) FILTER (WHERE kind = 'acceptance' AND status IN ('{Status.MET}', '{Status.ADVANCED}')) AS accepted_on
        FROM graded g GROUP BY ALL
        """
    )
    month = f"date_trunc('month', {day})"
    km = (
        "12742 * asin(sqrt(pow(sin(radians(f.latitude - p.latitude) / 2), 2) + cos(radians(p.latitude)) * cos(radians(f.latitude))"
        " * pow(sin(radians(f.longitude - p.longitude) / 2), 2)))"
    )
    desk.lay(
        f"""
        CREATE OR REPLACE TABLE reach AS
        WITH community AS (
            SELECT place, {_rule("circle_minutes", "place", month)} AS most, {_rule("circle_speed", "place", month)} AS speed,
                   {_rule("circle_detour", "place", month)} / 10000.0 AS detour
            FROM (SELECT DISTINCT place FROM holder)
        ), pair AS (
            SELECT c.place, c.most, coalesce(w.minutes, {km} * c.detour * 60 / nullif(c.speed, 0)) AS minutes
            FROM community c JOIN facility_open f ON left(f.place, 6) = left(c.place, 6) AND f.kind IN ({listed(CIRCLE)})
            LEFT JOIN spot_told p ON p.place = c.place LEFT JOIN way_told w ON w.place = c.place AND w.facility_id = f.facility_id
        )
        SELECT place, min(minutes) AS nearest,
               CASE WHEN bool_or(minutes <= most) THEN true WHEN count(*) = count(minutes <= most) THEN false END AS reached
        FROM pair GROUP BY place
        """
    )


_AT = "coalesce((SELECT f.name FROM facility_told f WHERE f.facility_id = b.facility_id), '')"
_OF_FACILITY = (
    "(SELECT {columns}, f.place, f.kind AS home, f.name AS at FROM {table} t JOIN facility_told f USING (facility_id))"
)


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation as name, table, condition and columns, from one day (SQL) to another, both in.

    Its table is called `b` and has a `place`; `person_id` is null where a record is no person's.
    """
    held = f"b.valid_from <= {day} AND (b.valid_to IS NULL OR b.valid_to > {day})"
    within = f"BETWEEN {start} AND {day}"
    first = f"date_trunc('month', {day})"

    def month(column: str) -> str:
        return f"year({column}) * 12 + month({column}) - 1"

    yield (
        "facility", "facility_open", "true",
        {"kind": "b.kind", "quantity": "b.capacity", "detail": "concat_ws('，', b.name, b.titles, b.valid_from || ' 启用')"},
    )  # fmt: skip
    designated = _OF_FACILITY.format(columns="t.*", table="designation_told")
    yield (
        "designated", designated, f"b.valid_from {within}",
        {
            "month": month("b.valid_from"), "kind": "b.home", "level": "b.level",
            "detail": f"b.at || '，' || {in_words('b.level', LEVELS.items())} || b.title || '，' || b.valid_from || ' 批准'",
        },
    )  # fmt: skip
    stays = _OF_FACILITY.format(columns="t.*", table="stay_told")
    stay = {
        "person_id": "b.person_id", "kind": "b.stay", "home": "b.home",
        "detail": f"concat_ws('，', b.at, {in_words('b.stay', STAYS.items())}, nullif(b.course, ''), b.valid_from || ' 起')",
    }  # fmt: skip
    yield ("staying", stays, held, stay)
    yield ("come_to_stay", stays, f"b.valid_from {within}", {**stay, "month": month("b.valid_from")})
    after = (
        "(SELECT arg_min(g.stage, g.valid_from) FROM schooling g WHERE g.person_id = b.person_id AND g.stage <> "
        f"'{Stage.KINDERGARTEN}' AND g.valid_from <= {day} AND (g.valid_to IS NULL OR g.valid_to > b.valid_to))"
    )
    left_for = in_words("b.goes_on", GOES_ON.items())
    yield (
        "gone_on", f"(SELECT *, {after} AS after FROM {stays} b)", f"b.valid_to {within}",
        {
            **stay, "month": month("b.valid_to"), "goes_on": "b.goes_on", "after": "b.after",
            "detail": f"concat_ws('，', b.at, b.valid_to || ' 离开', {left_for}, '就学登记：' || {in_words('b.after', Stage.choices)})",
        },
    )  # fmt: skip
    hours = (
        f"(SELECT coalesce(sum(g.hours), 0) FROM training_told g WHERE g.worker_id = w.worker_id AND g.day <= {day}"
        f" AND year(g.day) = year({day}))"
    )
    wanted = " ".join(
        f"WHEN '{code}' THEN {_rule(post.hours, 'w.place', first)}" for code, post in POSTS.items() if post.hours
    )
    posts = in_words("b.post", ((code, post.label) for code, post in POSTS.items()))
    yield (
        "working", f"(SELECT w.*, {hours} AS hours, CASE w.post {wanted} END AS wanted FROM worker_told w)", held,
        {
            "kind": "b.post", "qualified": "b.qualification IS NOT NULL", "hours": "b.hours", "wanted": "b.wanted",
            "home": "(SELECT f.kind FROM facility_told f WHERE f.facility_id = b.facility_id)",
            "detail": f"concat_ws('，', nullif({_AT}, ''), b.employer, {posts} || b.name, coalesce(b.qualification, '没有资格证书'), b.area,"
            " '本年学时 ' || b.hours || coalesce('，要求 ' || b.wanted, ''))",
        },
    )  # fmt: skip
    trained = "(SELECT t.*, w.place, w.name, w.post FROM training_told t JOIN worker_told w USING (worker_id))"
    yield (
        "attended", trained, f"b.day {within}",
        {"month": month("b.day"), "kind": "b.post", "detail": f"b.day || ' ' || b.topic || '，' || {posts} || b.name || '，' || b.hours || ' 学时'"},
    )  # fmt: skip
    yield (
        "training_held", f"(SELECT DISTINCT day, topic, organiser, min(place) AS place FROM {trained} GROUP BY day, topic, organiser)",
        f"b.day {within}", {"month": month("b.day"), "detail": "b.day || ' ' || b.topic || '，' || b.organiser"},
    )  # fmt: skip
    pupils = f"(SELECT count(DISTINCT b.person_id) FROM stay_told b WHERE b.facility_id = f.facility_id AND b.stay = 'pupil' AND {held})"
    teachers = f"(SELECT count(*) FROM worker_told b WHERE b.facility_id = f.facility_id AND b.post IN ({listed(TEACHERS)}) AND {held})"
    most = _rule("pupils_per_teacher", "f.place", first)
    yield (
        "school",
        f"(SELECT f.*, {pupils} AS pupils, {teachers} AS teachers, {most} AS most FROM facility_open f WHERE f.kind = 'special_school')",
        "true",
        {
            "pupils": "b.pupils", "teachers": "b.teachers", "most": "b.most",
            "short": "b.pupils * 10000 > b.teachers * b.most",
            "detail": "b.name || '，学生 ' || b.pupils || ' 名，教师 ' || b.teachers || ' 名' || CASE WHEN b.teachers > 0 THEN"
            " '，每名教师 ' || round(b.pupils / b.teachers, 2) || ' 名学生' ELSE '' END",
        },
    )  # fmt: skip
    feature = {
        "kind": "b.kind", "quantity": "b.quantity", "indoors": "b.facility_id IS NOT NULL",
        "detail": f"concat_ws('，', nullif({_AT}, ''), {in_words('b.kind', FEATURES.items())}, b.name, b.room, b.quantity || ' 处', b.valid_from)",
    }  # fmt: skip
    yield ("equipped", "feature_told", held, feature)
    yield ("installed", "feature_told", f"b.valid_from {within}", {**feature, "month": month("b.valid_from")})
    yield (
        "equipped_facility",
        "(SELECT facility_id, place, kind, min(valid_from) AS valid_from, CASE WHEN count(*) = count(valid_to) THEN max(valid_to)"
        " END AS valid_to, sum(quantity) AS quantity FROM feature_told WHERE facility_id IS NOT NULL GROUP BY ALL)",
        held, {"kind": "b.kind", "detail": f"{_AT} || '，' || {in_words('b.kind', FEATURES.items())}"},
    )  # fmt: skip
    supported = _OF_FACILITY.format(columns="t.*", table="support_told")
    yield (
        "supported", supported, f"b.day {within}",
        {"month": month("b.day"), "kind": "b.home", "amount_fen": "b.amount_fen", "detail": "b.day || ' ' || b.at || '，' || b.purpose"},
    )  # fmt: skip
    yield (
        "given_while_there",
        "(SELECT p.person_id, p.counts_on, p.amount_fen, p.scheme, t.home, t.at, t.place"
        f" FROM (SELECT *, row_number() OVER () AS number FROM provided) p JOIN {stays} t ON t.person_id = p.person_id"
        " AND t.valid_from <= p.counts_on AND (t.valid_to IS NULL OR t.valid_to > p.counts_on)"
        f" AND t.home IN ({listed(PRESCHOOLS)}) QUALIFY row_number() OVER (PARTITION BY number ORDER BY t.valid_from DESC) = 1)",
        f"b.counts_on {within}",
        {
            "person_id": "b.person_id", "scheme": "b.scheme", "month": month("b.counts_on"), "kind": "b.home",
            "amount_fen": "b.amount_fen", "detail": "b.counts_on || ' ' || b.at",
        },
    )  # fmt: skip
    rendered = _OF_FACILITY.format(columns="t.*", table="rendered_told")
    yield (
        "rendered", rendered, f"b.day {within}",
        {
            "person_id": "b.person_id", "month": month("b.day"), "kind": "b.home", "quantity": "b.units",
            "detail": "b.day || ' ' || b.at",
        },
    )  # fmt: skip
    subject = f"coalesce(nullif({_AT}, ''), b.place)"
    status = in_words("b.status", ((one.value, one.label) for one in Status))
    verdict = {
        "kind": "b.topic", "level": "b.level", "status": "b.status", "accepted_on": "b.accepted_on", "area": "b.facility_id IS NULL",
        "detail": f"concat_ws('，', {subject}, b.name, coalesce({status}, '没有达标分，判断不了'), b.points || '/' || b.possible,"
        " '差距 ' || b.gaps || ' 条', b.accepted_on || ' 通过验收')",
    }  # fmt: skip
    yield ("judged", "verdict", "true", verdict)
    yield (
        "accepted", "verdict", f"b.accepted_on {within}", {**verdict, "month": month("b.accepted_on")},
    )  # fmt: skip
    yield (
        "gap",
        "(SELECT v.*, e.number, e.text, e.department, e.possible - e.points AS missing FROM verdict v JOIN score_told e"
        " ON e.check_id = v.latest AND e.points < e.possible)",
        "true",
        {
            "kind": "b.topic", "detail": f"concat_ws('，', {subject}, b.number || ' ' || b.text, b.department, '差 ' || b.missing || ' 分')",
        },
    )  # fmt: skip
    issue = {
        "kind": "b.kind", "late": f"b.due_on < coalesce(b.settled_on, {day})", "referred": "b.referred_on IS NOT NULL",
        "detail": f"concat_ws('，', nullif({_AT}, ''), b.text, b.unit, '期限 ' || b.due_on, b.settled_on || ' 解决')",
    }  # fmt: skip
    yield ("issue_open", "issue_told", f"b.found_on <= {day} AND (b.settled_on IS NULL OR b.settled_on > {day})", {**issue, "late": f"b.due_on < {day}"})  # fmt: skip
    yield ("issue_found", "issue_told", f"b.found_on {within}", {**issue, "month": month("b.found_on")})
    yield ("issue_settled", "issue_told", f"b.settled_on {within}", {**issue, "month": month("b.settled_on")})
    yield (
        "patrolled", "(SELECT t.place, t.day, t.route, w.name FROM patrol_told t JOIN worker_told w USING (worker_id))",
        f"b.day {within}", {"month": month("b.day"), "detail": "b.day || ' ' || b.name || '，' || b.route"},
    )  # fmt: skip
    yield (
        "circled", "(SELECT h.*, r.reached, r.nearest FROM holder h LEFT JOIN reach r USING (place))", "true",
        {
            "person_id": "b.person_id", "reached": "b.reached",
            "detail": "coalesce('最近 ' || ceil(b.nearest)::INTEGER || ' 分钟', '路程不明')",
        },
    )  # fmt: skip
    yield (
        "community", "(SELECT place, count(*) AS holders, any_value(r.reached) AS reached FROM holder LEFT JOIN reach r USING (place) GROUP BY place)",
        "true", {"reached": "b.reached", "quantity": "b.holders", "detail": "b.place"},
    )  # fmt: skip
    yield (
        "circle_limit",
        f"(SELECT place, {_rule('circle_minutes', 'place', first)} AS minutes FROM (SELECT DISTINCT left(place, 6) || '000000' AS place FROM holder))",
        "b.minutes IS NOT NULL", {"quantity": "b.minutes", "detail": "b.place"},
    )  # fmt: skip
