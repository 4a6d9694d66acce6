"""The figures of projects in parts with their money, of homes waited for, and of help in single cases.

They count where the person lived, or the work lies, when it was registered. A case of works that nobody registered as a
project counts by its acceptance, so that a house is one house however its money came together.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.aid.models import Fund, HelpFile, HelpNote, HousingNeed, Undertaking
from zhucan.cases.facts import known
from zhucan.core.divisions import prefix
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.indicators.desk import Desk, learnt
from zhucan.orgs.versions import number
from zhucan.policy.projects import BY_SCHEME, PART_LABELS, PROJECTS, Project

_WORK = {
    "undertaking": "BIGINT", "person_id": "BIGINT", "place": "VARCHAR", "project": "VARCHAR", "address": "VARCHAR",
    "opened_on": "DATE", "accepted_on": "DATE", "dropped_on": "DATE", "application_id": "BIGINT", "award_id": "BIGINT",
}  # fmt: skip
_CASE = {
    "application_id": "BIGINT", "award_id": "BIGINT", "person_id": "BIGINT", "place": "VARCHAR", "scheme": "VARCHAR",
    "accepted_on": "DATE",
}  # fmt: skip
_MARK = {
    "mark": "BIGINT", "undertaking": "BIGINT", "part": "VARCHAR", "standing": "VARCHAR", "day": "DATE", "cost_fen": "BIGINT",
    "what": "VARCHAR",
}  # fmt: skip
_MONEY = {
    "undertaking": "BIGINT", "fund": "VARCHAR", "payer": "VARCHAR", "programme": "VARCHAR", "amount_fen": "BIGINT", "day": "DATE",
}  # fmt: skip
_NEED = {
    "person_id": "BIGINT", "place": "VARCHAR", "sought": "VARCHAR", "lacks": "VARCHAR", "asked_on": "DATE", "measure": "VARCHAR",
    "settled_on": "DATE", "left_on": "DATE",
}  # fmt: skip
_FILE = {
    "file": "BIGINT", "person_id": "BIGINT", "place": "VARCHAR", "kind": "VARCHAR", "reason": "VARCHAR", "opened_on": "DATE",
    "asked_fen": "BIGINT", "decision": "VARCHAR", "decided_on": "DATE", "granted_fen": "BIGINT", "closed_on": "DATE",
    "lifted": "BOOLEAN",
}  # fmt: skip
_NOTE = {"file": "BIGINT", "channel": "VARCHAR", "day": "DATE", "amount_fen": "BIGINT", "what": "VARCHAR"}

CAUSES: Mapping[str, str] = {
    **{f"part-{code}": label for code, label in PART_LABELS.items()},
    **{f"fund-{code}": label for code, label in Fund.choices},
    **{f"lacks-{code}": label for code, label in HousingNeed.Cause.choices},
    **{f"measure-{code}": label for code, label in HousingNeed.Measure.choices},
    **{f"help-{code}": label for code, label in HelpFile.Cause.choices},
    **{f"channel-{code}": label for code, label in HelpNote.Channel.choices},
}
"""What the parts of these figures are called when they are told by cause: the part of a project, the source of money, …"""


def bring(desk: Desk, division: str, known_at: datetime) -> None:
    """Take what is registered in a place out of the database, as known at a moment."""
    here = f"{{}}.place_id LIKE '{prefix(division)}%'"

    def kept(table: str) -> str:
        return known(known_at, table).replace("recorded_at", "at")

    of = f"FROM aid_undertaking u WHERE {here.format('u')} AND {known(known_at, 'u')}"
    desk.bring(
        "undertaking",
        f"SELECT {number('u')}, u.person_id, u.place_id, u.project, u.address, u.opened_on, u.accepted_on, u.dropped_on, u.application_id,"
        f" (SELECT c.award_id FROM cases_application c WHERE c.id = u.application_id) {of}",
        _WORK,
    )
    schemes = ", ".join(f"'{name}'" for name in BY_SCHEME)
    desk.bring(
        "accepted_case",
        'SELECT c.id, c.award_id, c.person_id, c.place_id, c.scheme, max(m."on") FROM cases_application c'
        " JOIN cases_move m ON m.application_id = c.id AND m.target = 'accepted'"
        f" WHERE c.scheme IN ({schemes}) AND c.state IN ('accepted', 'delivered') AND {here.format('c')}{learnt('m.at', known_at)}"
        " GROUP BY c.id, c.award_id, c.person_id, c.place_id, c.scheme",
        _CASE,
    )
    desk.bring(
        "case_paid",
        "SELECT l.award_id, sum(l.amount_fen) FROM payments_line l JOIN payments_run r ON r.id = l.run_id"
        " JOIN cases_application c ON c.award_id = l.award_id WHERE l.booked AND l.kind IN ('regular', 'arrears', 'recovery')"
        f" AND c.scheme IN ({schemes}) AND {here.format('c')}{learnt('r.approved_at', known_at)} GROUP BY l.award_id",
        {"award_id": "BIGINT", "fen": "BIGINT"},
    )
    inside = f"(SELECT {number('u')} {of})"
    desk.bring(
        "part_mark",
        f"SELECT m.id, m.undertaking_id, m.part, m.standing, m.day, m.cost_fen, m.what FROM aid_mark m"
        f" WHERE {kept('m')} AND m.undertaking_id IN {inside}",
        _MARK,
    )
    desk.bring(
        "contributed",
        "SELECT c.undertaking_id, c.fund, c.payer, c.programme, c.amount_fen, c.day FROM aid_contribution c"
        f" WHERE {kept('c')} AND c.undertaking_id IN {inside}",
        _MONEY,
    )
    desk.bring(
        "lives_at",
        f"SELECT s.undertaking_id, s.person_id FROM aid_served s WHERE s.undertaking_id IN {inside}{learnt('s.recorded_at', known_at)}",
        {"undertaking": "BIGINT", "person_id": "BIGINT"},
    )
    desk.bring(
        "housing_need",
        "SELECT n.person_id, n.place_id, n.sought, n.cause, n.asked_on, n.measure, n.settled_on, n.left_on"
        f" FROM aid_housingneed n WHERE {here.format('n')} AND {known(known_at, 'n')}",
        _NEED,
    )
    files = f"FROM aid_helpfile f WHERE {here.format('f')} AND {known(known_at, 'f')}"
    desk.bring(
        "help_file",
        f"SELECT {number('f')}, f.person_id, f.place_id, f.kind, f.cause, f.opened_on, f.asked_fen, f.decision, f.decided_on, f.granted_fen,"
        " f.closed_on, CASE WHEN f.income_before_fen < f.line_before_fen AND f.income_after_fen >= f.line_after_fen"
        f" THEN 1 ELSE 0 END {files}",
        _FILE,
    )
    desk.bring(
        "help_note",
        f"SELECT n.file_id, n.channel, n.day, n.amount_fen, n.what FROM aid_helpnote n WHERE {kept('n')}"
        f" AND n.file_id IN (SELECT {number('f')} {files})",
        _NOTE,
    )
    _join(desk)


def _join(desk: Desk) -> None:
    """Lay down each work once: registered projects, and cases that were accepted without one."""
    registered = """
        SELECT u.undertaking, coalesce(u.person_id, v.person_id) AS person_id, u.person_id IS NULL AS at_address, u.place,
               u.project, u.opened_on, coalesce(u.accepted_on, c.accepted_on) AS accepted_on, u.dropped_on, u.address,
               CASE WHEN p.fen IS NOT NULL OR g.fen IS NOT NULL THEN coalesce(p.fen, 0) + coalesce(g.fen, 0) END AS funds_fen
        FROM undertaking u LEFT JOIN accepted_case c USING (application_id)
        LEFT JOIN (SELECT undertaking, min(person_id) AS person_id FROM lives_at GROUP BY undertaking) v USING (undertaking)
        LEFT JOIN case_paid p ON p.award_id = u.award_id
        LEFT JOIN (SELECT undertaking, sum(amount_fen) AS fen FROM contributed GROUP BY undertaking) g USING (undertaking)
        """
    alone = (
        f" UNION ALL SELECT -c.application_id, c.person_id, false, c.place, '{project.id}', NULL, c.accepted_on, NULL, '',"
        " p.fen FROM accepted_case c LEFT JOIN case_paid p USING (award_id)"
        f" WHERE c.scheme = '{scheme}' AND c.application_id NOT IN"
        " (SELECT application_id FROM undertaking WHERE application_id IS NOT NULL)"
        for scheme, project in BY_SCHEME.items()
    )
    desk.derive("work", registered + "".join(alone))
    desk.derive(
        "marked",
        "SELECT m.*, w.person_id, w.place, w.project, w.accepted_on, w.dropped_on, lag(m.standing) OVER"
        " (PARTITION BY undertaking, part ORDER BY day, mark) AS before FROM part_mark m JOIN work w USING (undertaking)",
    )


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the rows, as name, table, condition and columns, from one day (SQL) to another, both in."""

    def month(column: str) -> str:
        return f"year({column}) * 12 + month({column}) - 1"

    within = f"BETWEEN {start} AND {day}"
    home = {"household_id": "coalesce(s.household_id, -b.person_id)"}  # without a household on record one is one's own
    work = home | {"kind": "b.project"}
    plain = "(SELECT *, NULL::VARCHAR AS scheme FROM {})"
    words = "concat_ws(' ', {}::VARCHAR || '{}', nullif(b.address, ''))"
    stands = f"(b.dropped_on IS NULL OR b.dropped_on > {day})"
    yield (
        "work_opened", plain.format("work"), f"b.opened_on {within} AND {stands}",
        {**work, "month": month("b.opened_on"), "detail": words.format("b.opened_on", " 登记")},
    )  # fmt: skip
    accepted = {**work, "month": month("b.accepted_on"), "detail": words.format("b.accepted_on", " 验收")}
    yield (
        "work_accepted", plain.format("work"), f"b.accepted_on {within}", {**accepted, "amount_fen": "b.funds_fen"}
    )  # fmt: skip
    newest = f"(SELECT * FROM marked WHERE day <= {day} QUALIFY row_number() OVER (PARTITION BY undertaking, part ORDER BY day DESC, mark DESC) = 1)"
    yield (
        "work_built", f"(SELECT *, NULL::VARCHAR AS scheme FROM {newest})",
        f"b.accepted_on {within} AND b.standing = 'in_place'",
        {
            **work, "month": month("b.accepted_on"), "amount_fen": "b.cost_fen", "cause": "'part-' || b.part",
            "detail": "b.accepted_on::VARCHAR || ' 验收 ' || b.what",
        },
    )  # fmt: skip
    standing = f"b.opened_on <= {day} AND (b.accepted_on IS NULL OR b.accepted_on > {day}) AND {stands}"
    tally = (
        "(SELECT w.*, NULL::VARCHAR AS scheme, coalesce(t.said, 0) AS said, coalesce(t.lacking, 0) AS lacking FROM work w LEFT JOIN"
        " (SELECT undertaking, count(*) AS said, count(*) FILTER (WHERE standing = 'lacking') AS lacking"
        f" FROM {newest} GROUP BY undertaking) t USING (undertaking))"
    )
    yield (
        "work_running", tally, standing,
        {**work, "said": "b.said", "lacking": "b.lacking", "detail": words.format("b.opened_on", " 登记")},
    )  # fmt: skip
    part = {**work, "cause": "'part-' || b.part", "detail": "b.day::VARCHAR || ' ' || b.what"}
    yield (
        "work_part", f"(SELECT *, NULL::VARCHAR AS scheme FROM {newest})", stands, {**part, "standing": "b.standing"}
    )  # fmt: skip
    yield (
        "work_changed", plain.format("marked"), f"b.day {within} AND {stands}",
        {**part, "month": month("b.day"), "standing": "b.standing", "before": "coalesce(b.before, '')"},
    )  # fmt: skip
    yield (
        "work_money",
        "(SELECT c.*, w.person_id, w.place, w.project, w.dropped_on, NULL::VARCHAR AS scheme FROM contributed c"
        " JOIN work w USING (undertaking))",
        f"b.day {within}",
        {
            **work, "month": month("b.day"), "amount_fen": "b.amount_fen", "cause": "'fund-' || b.fund",
            "detail": "concat_ws(' ', b.day::VARCHAR, b.payer, nullif(b.programme, ''))",
        },
    )  # fmt: skip
    yield (
        "work_served",
        "(SELECT w.* REPLACE (l.person_id AS person_id), NULL::VARCHAR AS scheme FROM work w JOIN lives_at l USING (undertaking))",
        f"b.accepted_on {within}", accepted,
    )  # fmt: skip
    need = {**home, "kind": "b.sought"}
    yield (
        "housing_asked", plain.format("housing_need"), f"b.asked_on {within}",
        {**need, "month": month("b.asked_on"), "cause": "'lacks-' || b.lacks", "detail": "b.asked_on::VARCHAR || ' 登记'"},
    )  # fmt: skip
    yield (
        "housing_waiting", plain.format("housing_need"),
        f"b.asked_on <= {day} AND (b.settled_on IS NULL OR b.settled_on > {day}) AND (b.left_on IS NULL OR b.left_on > {day})",
        {**need, "cause": "'lacks-' || b.lacks", "detail": "b.asked_on::VARCHAR || ' 登记'"},
    )  # fmt: skip
    yield (
        "housing_settled", plain.format("housing_need"), f"b.settled_on {within}",
        {**need, "month": month("b.settled_on"), "cause": "'measure-' || b.measure", "detail": "b.settled_on::VARCHAR || ' 住上'"},
    )  # fmt: skip
    file = {"kind": "b.kind", "cause": "'help-' || b.reason"}
    yield (
        "help_opened", plain.format("help_file"), f"b.opened_on {within}",
        {**file, "month": month("b.opened_on"), "amount_fen": "b.asked_fen", "detail": "b.opened_on::VARCHAR || ' 登记'"},
    )  # fmt: skip
    yield (
        "help_granted", plain.format("help_file"), f"b.decided_on {within} AND b.decision = 'granted'",
        {**file, "month": month("b.decided_on"), "amount_fen": "b.granted_fen", "detail": "b.decided_on::VARCHAR || ' 决定'"},
    )  # fmt: skip
    yield (
        "help_running", plain.format("help_file"),
        f"b.opened_on <= {day} AND (b.closed_on IS NULL OR b.closed_on > {day})",
        {**file, "detail": "b.opened_on::VARCHAR || ' 登记'"},
    )  # fmt: skip
    yield (
        "help_lifted", plain.format("help_file"), f"b.closed_on {within} AND b.lifted",
        {**file, "month": month("b.closed_on"), "detail": "b.closed_on::VARCHAR || ' 结案'"},
    )  # fmt: skip
    yield (
        "help_done",
        "(SELECT n.*, f.person_id, f.place, f.kind, NULL::VARCHAR AS scheme FROM help_note n JOIN help_file f USING (file)"
        " WHERE n.channel <> 'visit')",
        f"b.day {within}",
        {
            "kind": "b.kind", "month": month("b.day"), "amount_fen": "b.amount_fen", "cause": "'channel-' || b.channel",
            "detail": "b.day::VARCHAR || ' ' || b.what",
        },
    )  # fmt: skip


_PLACE = "归登记时的户籍地（按地址登记的归所在地）"
_ALONE = "同一户只计一次，没有登记家庭的按一人一户"
HOUSING, HELP = "housing", "help"
"""What `Indicator.scheme` says of the figures of homes waited for, and of help, beside the ids of projects."""


def figures() -> Iterator[Indicator | Ratio]:
    """Yield the figures of every project, of homes, and of help."""
    for item in PROJECTS:
        yield from _of_project(item)
    yield from _of_homes()
    yield from _of_help()


def _of_project(item: Project) -> Iterator[Indicator]:
    of, name = f"kind = '{item.id}'", item.name
    counted = Measure.CASES if item.at_address else Measure.HOUSEHOLDS
    told = "处数" if item.at_address else f"户数，{_ALONE}"
    unit = "处" if item.at_address else ""

    def figure(
        suffix: str, title: str, relation: str, measure: Measure, words: str, where: str = "true", *, stock: bool = False,
        known: str = "true", counted_in: str = "",
    ) -> Indicator:  # fmt: skip
        return Indicator(
            f"{item.id}-{suffix}", f"{name}{title}", relation, measure, f"{'期末' if stock else '期内'}{words}，{_PLACE}。",
            f"{of} AND {where}", stock=stock, known=known, scheme=item.id, counted_in=counted_in,
        )  # fmt: skip

    if item.builds:
        yield figure("opened", "登记", "work_opened", counted, f"登记{name}的{told}", counted_in=unit)
        yield figure(
            "running", "在办", "work_running", counted, f"登记了{name}、还没有验收的{told}", stock=True, counted_in=unit
        )
        yield figure("accepted", "验收合格", "work_accepted", counted, f"{name}验收合格的{told}", counted_in=unit)
        funded = f"NOT EXISTS (SELECT 1 FROM work_accepted WHERE {of} AND amount_fen IS NULL)"
        yield figure(
            "funds", "投入资金", "work_accepted", Measure.AMOUNT,
            f"验收合格的{name}投入的资金：申请发放的财政补助（已入账净额）加登记的捐赠、自筹等各项，一处工程只计一次；有一处没有登记资金就为不明",
            known=funded,
        )  # fmt: skip
        yield figure("cost", "费用", "work_built", Measure.AMOUNT, f"验收合格的{name}各部分的实际费用合计")
        yield figure("built", "做成的部分", "work_built", Measure.CASES, f"验收合格的{name}做成的部分数，可按部分分开列", counted_in="项")  # fmt: skip
        yield figure("contributed", "登记的资金", "work_money", Measure.AMOUNT, f"到账、登记在{name}的捐赠和自筹等资金（不含申请发放的），可按来源分开列")  # fmt: skip
        yield figure("donated", "捐赠资金", "work_money", Measure.AMOUNT, f"到账、登记在{name}的慈善捐赠", "cause = 'fund-donor'")  # fmt: skip
        yield figure("donated-households", "得到捐赠的", "work_money", counted, f"{name}有慈善捐赠到账的{told}", "cause = 'fund-donor'", counted_in=unit)  # fmt: skip
    else:
        yield figure("households", "登记", "work_running", counted, f"登记了{name}的{told}", stock=True)
        every = f"lacking = 0 AND said = {len(item.parts)}"
        yield figure("complete", "全部到位", "work_running", counted, f"{name}各部分都已到位或不需要的{told}", every, stock=True)  # fmt: skip
        yield figure("incomplete", "还有缺项", "work_running", counted, f"{name}至少一部分还缺的{told}", "lacking > 0", stock=True)  # fmt: skip
    if item.at_address:
        yield figure("served", "受益残疾人", "work_served", Measure.PERSONS, f"验收合格的{name}登记的受益残疾人数，同一人只计一次")  # fmt: skip
    for suffix, title, relation, words, where, stock in (
        ("found", "发现缺项", "work_changed", "查出还缺的项数，同一项连续查出只计一次", "standing = 'lacking' AND before <> 'lacking'", False),
        ("closed", "解决缺项", "work_changed", "原来还缺、核实已到位或不再需要的项数", "standing <> 'lacking' AND before = 'lacking'", False),
        ("lacking", "还缺的项", "work_part", "还缺的项数", "standing = 'lacking'", True),
        ("in-place", "已到位的项", "work_part", "已到位的项数", "standing = 'in_place'", True),
    ):  # fmt: skip
        yield figure(suffix, title, relation, Measure.CASES, f"{name}{words}，可按部分分开列", where, stock=stock, counted_in="项")  # fmt: skip


def _of_homes() -> Iterator[Indicator]:
    for prefix_, of, name in (
        ("homeless", "kind = 'homeless'", "无房户"),
        ("public-housing", "kind <> 'homeless'", "申请保障性住房的残疾人家庭"),
    ):
        for suffix, title, relation, words, stock in (
            ("registered", "登记", "housing_asked", f"登记的{name}", False),
            ("waiting", "等候", "housing_waiting", f"还在等的{name}", True),
            ("housed", "住上房", "housing_settled", f"已经住上房的{name}", False),
        ):
            yield Indicator(
                f"{prefix_}-{suffix}", f"{name}{title}", relation, Measure.HOUSEHOLDS,
                f"{'期末' if stock else '期内'}{words}户数，{_ALONE}，归登记时的户籍地。", of, stock=stock, scheme=HOUSING,
            )  # fmt: skip


def _of_help() -> Iterator[Indicator]:
    where = "归登记时的户籍地"
    for kind, name in (("hardship", "困难个案"), ("poverty", "扶贫帮困")):
        of = f"kind = '{kind}'"
        for suffix, title, relation, measure, words, stock in (
            ("opened", "登记件数", "help_opened", Measure.CASES, "登记的件数，可按困难原因分开列", False),
            ("running", "在办件数", "help_running", Measure.CASES, "还没有结案的件数", True),
            ("granted", "给予帮扶人数", "help_granted", Measure.PERSONS, "决定给予帮扶的人数，同一人只计一次", False),
            ("amount", "帮扶金额", "help_granted", Measure.AMOUNT, "决定给予帮扶的金额合计，可按困难原因分开列", False),
            ("helped", "得到帮扶人数", "help_done", Measure.PERSONS, "登记了帮扶措施的人数，同一人只计一次，可按渠道分开列", False),
        ):  # fmt: skip
            yield Indicator(
                f"{kind}-help-{suffix}", f"{name}{title}", relation, measure, f"{'期末' if stock else '期内'}{name}{words}，{where}。",
                of, stock=stock, scheme=HELP,
            )  # fmt: skip
    yield Indicator(
        "poverty-help-lifted", "扶贫帮困超过低保标准人数", "help_lifted", Measure.PERSONS,
        f"期内扶贫帮困结案，登记时家庭人均收入低于当时低保标准、结案时不低于当时低保标准的人数，同一人只计一次，{where}。",
        "kind = 'poverty'", scheme=HELP,
    )  # fmt: skip


def shown(division: str) -> frozenset[str]:
    """Return which of these figures a place is shown: those of which it has anything registered."""
    inside = {"place__code__startswith": prefix(division)}
    found = set(Undertaking.objects.filter(**inside).order_by().values_list("project", flat=True).distinct())
    if HousingNeed.objects.filter(**inside).exists():
        found.add(HOUSING)
    if HelpFile.objects.filter(**inside).exists():
        found.add(HELP)
    return frozenset(found)
