"""What came of services and devices: who is being served, who was helped by it, whose device was accepted or is due again.

Beside the figures of what was given (`schemes.py`): a plan tells its outcome when it is closed, a device when it is fitted.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.delivery.fittings import DEVICE_OF
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.indicators.desk import Desk, learnt
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.devices.catalogue import DEVICES, FUNCTIONS
from zhucan.policy.schemes import Gives, Group, Scheme

_PLAN = {
    "person_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "starts_on": "DATE", "ends_on": "DATE", "closed_on": "DATE",
    "reached": "BOOLEAN", "start_score": "DECIMAL(9,2)", "end_score": "DECIMAL(9,2)", "less_is_better": "BOOLEAN",
    "institution": "VARCHAR",
}  # fmt: skip
_FITTING = {
    "person_id": "BIGINT", "award_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "kind": "VARCHAR", "day": "DATE",
    "works": "BOOLEAN", "worker": "VARCHAR",
}  # fmt: skip
_DEVICE = {
    "person_id": "BIGINT", "award_id": "BIGINT", "scheme": "VARCHAR", "payer": "VARCHAR", "approved_on": "DATE", "ends_on": "DATE",
}  # fmt: skip
_COMPONENT = {"person_id": "BIGINT", "valid_from": "DATE", "valid_to": "DATE", "category": "VARCHAR"}
_FUNCTION = {scheme: function.code for function in FUNCTIONS for scheme in function.schemes}


def bring(desk: Desk, awards: str, known_at: datetime) -> None:
    """Take plans, fittings and devices out of the database; `awards` narrows the awards `a` they stand on."""
    kept = f"a.person_id IN ({desk.people}) AND {awards}"
    desk.bring(
        "plan",
        "SELECT a.person_id, a.scheme, a.division_id, p.starts_on, p.ends_on, p.closed_on, p.reached, p.start_score, p.end_score,"
        " p.less_is_better, i.name FROM delivery_plan p JOIN cases_award a ON a.id = p.award_id"
        f" JOIN orgs_institution i ON i.id = p.institution_id WHERE {kept}{learnt('p.recorded_at', known_at)}",
        _PLAN,
    )
    desk.bring(
        "fitting",
        "SELECT a.person_id, a.id, a.scheme, a.division_id, f.kind, f.day, f.works, f.worker FROM delivery_fitting f"
        f" JOIN cases_award a ON a.id = f.award_id WHERE {kept} AND {known(known_at, 'f').replace('recorded_at', 'at')}",
        _FITTING,
    )
    devices = ", ".join(f"'{name}'" for name in DEVICE_OF)
    desk.bring(
        "device",
        "SELECT a.person_id, a.id, a.scheme, a.division_id, a.approved_on, a.ends_on FROM cases_award a"
        f" WHERE {kept} AND a.scheme IN ({devices}) AND a.revoked_at IS NULL{learnt('a.recorded_at', known_at)}",
        _DEVICE,
    )
    desk.bring(
        "component",
        "SELECT t.person_id, t.valid_from, t.valid_to, coalesce(c.category, t.category) FROM registry_certificate t"
        " LEFT JOIN registry_certificatecomponent c ON c.certificate_id = t.id"
        f" WHERE {known(known_at)} AND t.person_id IN ({desk.people})",
        _COMPONENT,
    )


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the rows, as name, table, condition and columns, from one day (SQL) to another, both in."""

    def month(column: str) -> str:
        return f"year({column}) * 12 + month({column}) - 1"

    within = f"BETWEEN {start} AND {day}"
    scored = "b.start_score IS NOT NULL AND b.end_score IS NOT NULL"
    better = "CASE WHEN b.less_is_better THEN b.end_score < b.start_score ELSE b.end_score > b.start_score END"
    yield (
        "serving", "planned", f"b.starts_on <= {day} AND b.ends_on > {day} AND (b.closed_on IS NULL OR b.closed_on > {day})",
        {"detail": "b.starts_on || ' 起，' || b.institution"},
    )  # fmt: skip
    yield (
        "served_out", "planned", f"b.closed_on {within}",
        {
            "month": month("b.closed_on"), "detail": "b.closed_on || ' 结案，' || b.institution"
            " || CASE WHEN b.end_score IS NULL THEN '' ELSE '，得分 ' || coalesce(b.start_score::VARCHAR, '不明') || ' → ' || b.end_score END",
            "reached": "b.reached", "scored": scored, "better": f"{scored} AND {better}",
        },
    )  # fmt: skip
    yield (
        "fitting_done", "fitted", f"b.day {within}",
        {"month": month("b.day"), "kind": "b.kind", "detail": "b.day || ' ' || b.worker"},
    )  # fmt: skip
    functions = " ".join(f"WHEN '{name}' THEN '{code}'" for name, code in _FUNCTION.items())
    devices = (
        f"(SELECT d.*, d.payer AS place, CASE d.scheme {functions} END AS function,"
        f" EXISTS (SELECT 1 FROM fitting f WHERE f.award_id = d.award_id AND f.kind = 'accept' AND f.day <= {day}) AS accepted,"
        " FROM device d)"
    )
    held = f"(SELECT *, row_number() OVER (PARTITION BY person_id, function ORDER BY approved_on DESC, award_id DESC) AS newest FROM {devices} WHERE approved_on <= {day})"
    yield (
        "device_granted", held, "b.newest = 1 AND s.died IS NULL",
        {
            "accepted": "b.accepted", "due": f"coalesce(b.ends_on <= {day}, false)",
            "detail": "b.approved_on || ' 批准' || CASE WHEN b.ends_on IS NULL THEN '' ELSE '，使用到 ' || b.ends_on END",
        },
    )  # fmt: skip
    hears = f"(SELECT person_id FROM component WHERE category = 'hearing' AND valid_from <= {day} AND (valid_to IS NULL OR valid_to > {day}))"
    belled = (
        "(SELECT o.household_id FROM fitting f JOIN someone o USING (person_id) WHERE f.scheme = 'device-doorbell'"
        f" AND f.kind = 'accept' AND f.day <= {day})"
    )
    yield (
        "hearing_home",
        "(SELECT person_id, place, NULL::VARCHAR AS scheme FROM someone)",
        f"s.resident AND s.certified AND s.household_id IS NOT NULL AND s.person_id IN {hears}",
        {"belled": f"s.household_id IN {belled}", "detail": "''"},
    )  # fmt: skip


_PLACE = "归给付县，县以下按服务开始日户籍地统计"
_FITTED = "归给付县，县以下按当日户籍地统计"
_AID = {
    "hearing": ("助听", ("hearing_aid", "implant_processor")),
    "sight": ("助视", ("low_vision_aid",)),
    "walking": ("助行", ("wheelchair", "crutch", "cane", "lower_prosthesis", "orthosis")),
}
"""The aids that reports count together, by what they help with: the functions of the devices."""


def _of(functions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(device.scheme for device in DEVICES if device.function in functions)


def _among(names: tuple[str, ...]) -> str:
    return f"scheme IN ({', '.join(repr(name) for name in names)})"


_AIDS = tuple(name for _, functions in _AID.values() for name in _of(functions))
_PROSTHESES = _of(("lower_prosthesis", "upper_prosthesis"))
_REHABILITATION = tuple(item.id for item in SCHEMES if item.group is Group.REHABILITATION)
_ALL_DEVICES = tuple(DEVICE_OF)
_HARD_UP = "hardship IN ('dibao', 'dibian', 'tekun')"


def figures() -> Iterator[Indicator]:
    """Yield the figures over several schemes, in which everybody counts once."""

    def given(name: str, title: str, of: tuple[str, ...], words: str, where: str = "", measure: Measure = Measure.PERSONS) -> Indicator:  # fmt: skip
        told = "合计" if measure is Measure.QUANTITY else "人数，同一人只计一次"
        return Indicator(
            name, title, "given", measure, f"期内得到{words}{told}，归给付县，县以下按给付月月末户籍地统计，月末户籍已不在给付县的归县本级。",
            _among(of) + where, counted_in="件" if measure is Measure.QUANTITY else "",
        )  # fmt: skip

    yield given("rehabilitation-served", "得到康复服务人数", _REHABILITATION + _ALL_DEVICES, "康复项目或辅助器具的")
    yield given(
        "rehabilitation-hard-up", "得到康复服务的困难残疾人", _REHABILITATION + _ALL_DEVICES,
        "康复项目或辅助器具、期末为低保、低保边缘或特困的", f" AND {_HARD_UP}",
    )  # fmt: skip
    yield given(
        "rehabilitation-children",
        "得到早期康复的儿童",
        _REHABILITATION + _ALL_DEVICES,
        "康复项目或辅助器具、期末未满7周岁的",
        " AND age <= 6",
    )
    yield given("devices-persons", "得到辅助器具人数", _ALL_DEVICES, "辅助器具的")
    yield given(
        "devices-items", "发放辅助器具件数", _ALL_DEVICES, "的辅助器具件数", " AND quantity > 0", Measure.QUANTITY
    )
    for code, (label, functions) in _AID.items():
        yield given(f"aids-{code}", f"得到{label}服务人数", _of(functions), f"{label}器具的")
    yield given("aids-persons", "得到助听、助视、助行服务人数", _AIDS, "助听、助视或助行器具的")
    yield given(
        "aids-hard-up",
        "得到助听、助视、助行服务的困难残疾人",
        _AIDS,
        "助听、助视或助行器具、期末为低保、低保边缘或特困的",
        f" AND {_HARD_UP}",
    )
    yield Indicator(
        "prostheses-fitted", "装配假肢人数", "fitting_done", Measure.PERSONS,
        f"期内假肢装配验收合格的人数，同一人只计一次，{_FITTED}。", f"kind = 'accept' AND {_among(_PROSTHESES)}",
    )  # fmt: skip
    homes = "期末户籍在本区划、未死亡、有有效残疾人证且有听力残疾（含多重残疾中的听力残疾）的人所在户数，没有登记家庭的人不计入"
    known_ = "(SELECT count(*) > 0 FROM membership)"
    for name, title, words, where in (
        ("hearing-homes", "有听力残疾人的家庭", "", "true"),
        ("hearing-homes-with-bell", "装了闪光门铃的听力残疾人家庭", "，其中家里有人的闪光振动门铃已验收合格的", "belled"),
    ):  # fmt: skip
        yield Indicator(
            name,
            title,
            "hearing_home",
            Measure.HOUSEHOLDS,
            f"{homes}{words}；一户都没有登记时为不明。",
            where,
            stock=True,
            known=known_,
        )
    yield Indicator(
        "canes-with-training", "领到盲杖并受过定向行走训练的人", "given", Measure.PERSONS,
        "期内领到盲杖、到期末受过定向行走训练的人数，同一人只计一次。",
        "scheme = 'device-cane' AND person_id IN (SELECT person_id FROM trained)",
    )  # fmt: skip
    yield Indicator(
        "canes-without-training", "领到盲杖、没有受过定向行走训练的人", "given", Measure.PERSONS,
        "期内领到盲杖、到期末没有受过定向行走训练的人数，同一人只计一次。",
        "scheme = 'device-cane' AND person_id NOT IN (SELECT person_id FROM trained)",
    )  # fmt: skip
    yield Indicator(
        "home-adaptation-chosen", "确定无障碍改造的家庭", "allotted", Measure.HOUSEHOLDS,
        "批准日期在期内、没有撤销的家庭无障碍改造的户数，按期末家庭，同一户只计一次；没有登记家庭的人不计入。",
        "scheme = 'home-adaptation' AND household_id IS NOT NULL", known=known_,
    )  # fmt: skip


def ratios() -> Iterator[Ratio]:
    """Yield the shares over several schemes."""
    yield Ratio(
        "hearing-homes-bell-share", "闪光门铃安装率", "hearing-homes-with-bell", "hearing-homes",
        "“装了闪光门铃的听力残疾人家庭”除以“有听力残疾人的家庭”，以百分数表示；分母为0或不明时为不明。",
    )  # fmt: skip


def figures_of(scheme: Scheme) -> Iterator[Indicator | Ratio]:
    """Yield what comes of a scheme that gives a service, or a device."""
    if not scheme.administered:
        return
    if scheme.id in DEVICE_OF:
        yield from _of_device(scheme)
    elif scheme.gives is Gives.SERVICE and scheme.group is not Group.REGISTRY:
        yield from _of_service(scheme)


def _of_service(scheme: Scheme) -> Iterator[Indicator | Ratio]:
    of = f"scheme = '{scheme.id}'"
    yield Indicator(
        f"{scheme.id}-serving", f"{scheme.name}在服务人数", "serving", Measure.PERSONS,
        f"期末服务计划正在服务期内、没有结案的{scheme.name}人数，{_PLACE}。", of, stock=True, scheme=scheme.id,
    )  # fmt: skip
    for name, title, words, where in (
        ("finished", "结案人数", "", "true"),
        ("reached", "达到目标人数", "、达到目标", "reached"),
        ("scored", "前后都有得分的人数", "、开始和结束都有得分", "scored"),
        ("improved", "有改善的人数", "、结束时得分好于开始时", "better"),
    ):  # fmt: skip
        yield Indicator(
            f"{scheme.id}-{name}", f"{scheme.name}{title}", "served_out", Measure.PERSONS,
            f"期内服务计划结案{words}的{scheme.name}人数，同一人只计一次，{_PLACE}。", f"{of} AND {where}", scheme=scheme.id,
        )  # fmt: skip
    yield Ratio(
        f"{scheme.id}-improved-share", f"{scheme.name}改善率", f"{scheme.id}-improved", f"{scheme.id}-scored",
        f"“{scheme.name}有改善的人数”除以“{scheme.name}前后都有得分的人数”，以百分数表示；分母为0时为不明。",
        stock=False, scheme=scheme.id,
    )  # fmt: skip


def _of_device(scheme: Scheme) -> Iterator[Indicator]:
    of = f"scheme = '{scheme.id}'"
    for name, title, kind, measure in (
        ("fitted", "适配安装人数", "fit", Measure.PERSONS), ("accepted", "验收合格人数", "accept", Measure.PERSONS),
        ("repairs", "维修次数", "repair", Measure.TIMES), ("visits", "回访次数", "visit", Measure.TIMES),
    ):  # fmt: skip
        words = title.removesuffix("人数").removesuffix("次数")
        told = "人数，同一人只计一次" if measure is Measure.PERSONS else "次数"
        yield Indicator(
            f"{scheme.id}-{name}", f"{scheme.name}{title}", "fitting_done", measure,
            f"期内{scheme.name}{words}的{told}，{_FITTED}。", f"{of} AND kind = '{kind}'", scheme=scheme.id,
        )  # fmt: skip
    for name, title, words, where in (
        ("not-accepted", "批准后没有验收的人数", "还没有验收合格", "NOT accepted"),
        ("due", "到期可以更换的人数", "使用年限已满，没有再批准同类器具", "due"),
    ):  # fmt: skip
        yield Indicator(
            f"{scheme.id}-{name}", f"{scheme.name}{title}", "device_granted", Measure.PERSONS,
            f"期末批准了{scheme.name}、{words}的在世人数，归给付县。", f"{of} AND {where}", stock=True, scheme=scheme.id,
        )  # fmt: skip
