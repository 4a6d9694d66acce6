"""The figures of places: how many and at which level, who works and stays there, how they stand, what is open, who is near."""

from collections.abc import Iterator, Mapping

from zhucan.facilities.kinds import (
    BARRIER_FREE,
    KINDS,
    LEVELS,
    POSTS,
    PRESCHOOLS,
    REHABILITATORS,
    TEACHERS,
    TOPICS,
)
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.indicators.registers import listed

_THERE = "归所在地统计"
_LIVING = "归场所所在地统计，不论此人户籍在哪里"


def _count(name: str, title: str, relation: str, unit: str, words: str, where: str = "true", *, stock: bool = True, known: str = "true") -> Indicator:  # fmt: skip
    when = "期末" if stock else "期内"
    return Indicator(
        name,
        title,
        relation,
        Measure.CASES,
        f"{when}{words}，{_THERE}。",
        where,
        stock=stock,
        known=known,
        counted_in=unit,
    )


def _persons(name: str, title: str, relation: str, words: str, where: str, *, stock: bool = True) -> Indicator:
    when = "期末" if stock else "期内"
    return Indicator(
        name, title, relation, Measure.PERSONS, f"{when}{words}人数，同一人只计一次，{_LIVING}。", where, stock=stock
    )


_NEW: Mapping[str, str] = {
    "provincial": "province", "city": "city", "county": "county",
}  # fmt: skip
_FACILITIES = {
    "special_school": "special-schools", "kindergarten": "joint-kindergartens", "early_centre": "early-centres",
    "rehabilitation_centre": "rehabilitation-centres", "rehabilitation_station": "rehabilitation-stations",
    "training_base": "training-bases", "poverty_base": "poverty-bases", "service_facility": "service-facilities",
}  # fmt: skip


def figures() -> Iterator[Indicator]:
    """Yield every figure of places."""
    yield from _of_facilities()
    yield from _of_people()
    yield from _of_staff()
    yield from _of_standards()
    yield from _of_features()
    yield from _of_issues()
    yield from _of_the_circle()


def _of_facilities() -> Iterator[Indicator]:
    for kind, name in _FACILITIES.items():
        label, unit = KINDS[kind].label, KINDS[kind].counted_in
        yield _count(name, f"{label}数", "facility", unit, f"在用的{label}数", f"kind = '{kind}'")
    for kind, name in (("training_base", "training-bases"), ("poverty_base", "poverty-bases")):
        label = KINDS[kind].label
        for short, level in _NEW.items():
            yield _count(
                f"{name}-new-{short}", f"新增{LEVELS[level]}{label}", "designated", "家",
                f"批准为{LEVELS[level]}的{label}数，按批准日期", f"kind = '{kind}' AND level = '{level}'", stock=False,
            )  # fmt: skip
    yield Indicator(
        "preschool-places", "康教结合学前机构核定人数", "facility", Measure.QUANTITY,
        f"期末在用的康教结合幼儿园和儿童康复教育中心核定人数合计，没有登记核定人数的不计，{_THERE}。",
        f"kind IN ({listed(PRESCHOOLS)}) AND quantity IS NOT NULL", stock=True, counted_in="人",
    )  # fmt: skip
    yield Indicator(
        "facility-support", "场所得到的补助", "supported", Measure.AMOUNT,
        f"期内按拨付文件登记的补助金额合计，{_THERE}。",
    )  # fmt: skip
    yield Indicator(
        "preschool-support", "康教结合学前机构得到的补助", "supported", Measure.AMOUNT,
        f"期内按拨付文件登记给康教结合幼儿园和儿童康复教育中心的补助金额合计，{_THERE}。", f"kind IN ({listed(PRESCHOOLS)})",
    )  # fmt: skip
    yield Indicator(
        "preschool-children-support", "在园儿童得到的资助", "given_while_there", Measure.AMOUNT,
        f"期内儿童在康教结合幼儿园或儿童康复教育中心期间，本系统为其给付的金额合计，{_THERE}；户籍和给付都不在本区划的儿童不计。",
    )  # fmt: skip
    yield Indicator(
        "station-services", "社区康复站服务量", "rendered", Measure.TIMES,
        f"期内社区康复站（与收款机构关联的）登记的服务记录数，可按月分开看，{_THERE}。", "kind = 'rehabilitation_station'",
    )  # fmt: skip


def _of_people() -> Iterator[Indicator]:
    for name, title, stay, home, words in (
        ("special-school-pupils", "特教学校在校学生数", "pupil", "special_school", "特殊教育学校在册学生"),
        ("training-base-trainees", "培训基地在训学员数", "trainee", "training_base", "培训基地在册学员"),
        ("poverty-base-workers", "扶贫基地安置人数", "worker", "poverty_base", "扶贫基地在册安置就业的"),
    ):
        yield _persons(name, title, "staying", words, f"kind = '{stay}' AND home = '{home}'")
    yield _count(
        "special-school-enrolments", "特教学校学籍数", "staying", "人", "特殊教育学校在册学生数，在两所学校在册的各计一次",
        "kind = 'pupil' AND home = 'special_school'",
    )  # fmt: skip
    yield _persons(
        "preschool-children", "康教结合学前机构在园（训）儿童数", "staying", "康教结合幼儿园和儿童康复教育中心在册儿童",
        f"kind = 'child' AND home IN ({listed(PRESCHOOLS)})",
    )  # fmt: skip
    yield Indicator(
        "poverty-base-households", "扶贫基地带动户数", "staying", Measure.HOUSEHOLDS,
        f"期末扶贫基地在册的辐射带动户数，按期末家庭，同一户只计一次，没有登记家庭的人不计；{_LIVING}。",
        "kind = 'household' AND home = 'poverty_base' AND household_id IS NOT NULL", stock=True,
        known="(SELECT count(*) > 0 FROM membership)",
    )  # fmt: skip
    yield _persons(
        "training-base-trained", "培训基地培训人数", "come_to_stay", "培训基地新进学员",
        "kind = 'trainee' AND home = 'training_base'", stock=False,
    )  # fmt: skip
    preschool = f"kind = 'child' AND home IN ({listed(PRESCHOOLS)})"
    for name, title, words, where in (
        ("preschool-left", "离开康教结合学前机构的儿童", "离开的儿童", "true"),
        (
            "preschool-at-school",
            "离开康教结合学前机构后已就学的儿童",
            "离开、就学登记已有小学及以上学段的儿童",
            "after IS NOT NULL",
        ),
        (
            "preschool-to-follow",
            "离开康教结合学前机构后去向不明的儿童",
            "离开、去向不明且没有就学登记的儿童",
            "coalesce(goes_on, 'unknown') = 'unknown' AND after IS NULL",
        ),
    ):
        yield _persons(
            name,
            title,
            "gone_on",
            f"从康教结合幼儿园或儿童康复教育中心{words}",
            f"{preschool} AND {where}",
            stock=False,
        )


def _of_staff() -> Iterator[Indicator]:
    yield _count(
        "special-teachers",
        "特教教师和资源教师数",
        "working",
        "人",
        "在岗的特教教师和资源教师数",
        f"kind IN ({listed(TEACHERS)})",
    )
    yield _count(
        "special-school-teachers", "特教学校教师数", "working", "人", "特殊教育学校在岗的特教教师和资源教师数",
        f"kind IN ({listed(TEACHERS)}) AND home = 'special_school'",
    )  # fmt: skip
    yield _count(
        "rehabilitation-staff", "康复人员数", "working", "人", "在岗的康复医师、治疗师、机构工作人员、管理人员、辅助器具人员和康复志愿者数",
        f"kind IN ({listed(REHABILITATORS)})",
    )  # fmt: skip
    for post, name in (("commissioner", "commissioners"), ("aid_volunteer", "aid-volunteers")):
        label = POSTS[post].label
        yield _count(name, f"{label}数", "working", "人", f"在岗的{label}数", f"kind = '{post}'")
    for posts, name, title in (
        (TEACHERS, "special-teachers", "特教教师"), (REHABILITATORS, "rehabilitation-staff", "康复人员"),
    ):  # fmt: skip
        among = f"kind IN ({listed(posts)})"
        told = f"NOT EXISTS (SELECT 1 FROM working WHERE {among} AND wanted IS NULL)"
        yield _count(
            f"{name}-below", f"资格或学时未达要求的{title}", "working", "人",
            f"在岗、没有资格证书，或当年到期末的培训学时少于当地每年要求的{title}数；当地没有规定学时的为不明",
            f"{among} AND (NOT qualified OR hours < wanted)", known=told,
        )  # fmt: skip
        yield Indicator(
            f"{name}-trained", f"{title}培训人次", "attended", Measure.TIMES,
            f"期内登记的{title}培训人次，{_THERE}。", among,
        )  # fmt: skip
    yield _count("trainings-held", "人员培训期数", "training_held", "期", "举办的培训数，同一天、同一内容、同一单位举办的算一期", stock=False)  # fmt: skip
    yield _count(
        "special-schools-short", "师生比未达标准的特教学校", "school", "所",
        "每名教师的学生数多于当地标准的特殊教育学校数；有学校所在地没有规定标准的为不明", "short",
        known="NOT EXISTS (SELECT 1 FROM school WHERE most IS NULL)",
    )  # fmt: skip
    yield _count(
        "barrier-free-supervisors", "无障碍监督员人数", "working", "人", "在任的无障碍监督员数", "kind = 'supervisor'"
    )
    yield _count("barrier-free-patrols", "无障碍巡查次数", "patrolled", "次", "登记的无障碍巡查次数", stock=False)


def _of_standards() -> Iterator[Indicator]:
    for topic, title, unit in (
        ("rehabilitation_station", "康复站（中心）", "家"), ("rehabilitation_area", "社区康复示范地方", "个"),
        ("training_base", "培训基地", "家"), ("school", "特教学校", "所"), ("barrier_free_city", "无障碍城市", "个"),
        ("barrier_free_place", "公共场所", "处"),
    ):  # fmt: skip
        name = topic.replace("_", "-")
        judged = f"按“{TOPICS[topic].label}”标准"
        marked = f"NOT EXISTS (SELECT 1 FROM judged WHERE kind = '{topic}' AND status IS NULL)"
        for status, word in (("creating", "创建中"), ("met", "达标"), ("advanced", "先进")):
            which = "IN ('met', 'advanced')" if status == "met" else f"= '{status}'"
            yield _count(
                f"{name}-{status}", f"{word}的{title}", "judged", unit,
                f"{judged}最近一次检查或验收为{word}{'（含先进）' if status == 'met' else ''}的{title}数，只有自查的算创建中；标准没有达标分的为不明",
                f"kind = '{topic}' AND status {which}", known=marked,
            )  # fmt: skip
        yield _count(
            f"{name}-checked", f"检查过的{title}", "judged", unit, f"{judged}打过分的{title}数", f"kind = '{topic}'"
        )
        yield _count(
            f"{name}-gaps",
            f"{title}没有达到的条目",
            "gap",
            "条",
            f"{judged}最近一次打分没有得满分的条目数",
            f"kind = '{topic}'",
        )
    yield _count(
        "rehabilitation-communities-met", "按康复标准达标的社区", "judged", "个", "社区康复示范标准检查或验收达标（含先进）的社区（村）数",
        "kind = 'rehabilitation_area' AND right(place, 3) <> '000' AND status IN ('met', 'advanced')",
        known="NOT EXISTS (SELECT 1 FROM judged WHERE kind = 'rehabilitation_area' AND status IS NULL)",
    )  # fmt: skip
    for level in ("province", "city"):
        yield _count(
            f"barrier-free-communities-{level}", f"{LEVELS[level]}无障碍社区累计数", "judged", "个",
            f"累计通过{LEVELS[level]}无障碍社区验收的社区数，按验收日期排序即为第几个", f"kind = 'barrier_free_community' AND level = '{level}' AND accepted_on IS NOT NULL",
        )  # fmt: skip
        yield _count(
            f"barrier-free-communities-{level}-new", f"新通过验收的{LEVELS[level]}无障碍社区", "accepted", "个",
            f"通过{LEVELS[level]}无障碍社区验收的社区数", f"kind = 'barrier_free_community' AND level = '{level}'", stock=False,
        )  # fmt: skip


def _of_features() -> Iterator[Indicator]:
    free = f"kind IN ({listed(BARRIER_FREE)})"
    for kind, name in (
        ("braille_sign", "braille-signs"), ("ramp", "ramps"), ("accessible_toilet", "accessible-toilets"),
        ("induction_loop", "induction-loops"), ("wheelchair_path", "wheelchair-paths"),
    ):  # fmt: skip
        label = BARRIER_FREE[kind]
        for stock, relation, short, word in (
            (True, "equipped", name, "在用"),
            (False, "installed", f"{name}-new", "新增"),
        ):
            yield Indicator(
                short, f"{word}{label}数", relation, Measure.QUANTITY,
                f"{'期末' if stock else '期内'}{word}的{label}数量合计（场所内和社区内），{_THERE}。", f"kind = '{kind}'",
                stock=stock, counted_in="处",
            )  # fmt: skip
        yield _count(
            f"{name}-facilities",
            f"有{label}的场所数",
            "equipped_facility",
            "处",
            f"至少有一处在用{label}的场所数",
            f"kind = '{kind}'",
        )
    yield Indicator(
        "barrier-free-works", "新建无障碍设施数", "installed", Measure.QUANTITY,
        f"期内竣工的各种无障碍设施数量合计，{_THERE}。", free, counted_in="处",
    )  # fmt: skip


def _of_issues() -> Iterator[Indicator]:
    for kind, name, title in (
        ("problem", "facility-problems", "困难和问题"), ("defect", "barrier-free-defects", "无障碍设施缺陷"),
        ("task", "campaign-tasks", "无障碍创建任务"),
    ):  # fmt: skip
        of = f"kind = '{kind}'"
        yield _count(
            f"{name}-found", f"新登记的{title}", "issue_found", "条", f"发现或下达的{title}数", of, stock=False
        )
        yield _count(f"{name}-settled", f"解决的{title}", "issue_settled", "条", f"解决的{title}数", of, stock=False)
        yield _count(f"{name}-open", f"没有解决的{title}", "issue_open", "条", f"没有解决的{title}数", of)
        yield _count(
            f"{name}-late",
            f"超期没有解决的{title}",
            "issue_open",
            "条",
            f"过了期限没有解决的{title}数",
            f"{of} AND late",
        )
    yield _count(
        "barrier-free-defects-unreferred", "没有转交的无障碍设施缺陷", "issue_open", "条", "没有解决、也没有转交责任单位的缺陷数",
        "kind = 'defect' AND NOT referred",
    )  # fmt: skip


def _of_the_circle() -> Iterator[Indicator]:
    reach = "按社区到本县在用康复站、康复中心的路程：有实测分钟的用实测，否则由坐标按当地速度和绕行系数推算"
    for name, title, words, where in (
        ("circle-reached", "康复圈覆盖的残疾人", "在时限内到得了康复站的持证残疾人", "reached"),
        ("circle-out", "康复圈外的残疾人", "在时限内到不了康复站的持证残疾人", "NOT reached"),
        (
            "circle-unknown",
            "康复圈路程不明的残疾人",
            "路程不明（社区或站点缺坐标和实测路程，或没有登记站点）的持证残疾人",
            "reached IS NULL",
        ),
    ):
        yield Indicator(
            name,
            title,
            "circled",
            Measure.PERSONS,
            f"期末{words}人数，同一人只计一次，归户籍社区统计。{reach}。",
            where,
            stock=True,
        )
    yield Indicator(
        "circle-told", "康复圈路程已知的残疾人", "circled", Measure.PERSONS,
        f"期末能判断在时限内到不到得了康复站的持证残疾人人数，归户籍社区统计。{reach}。", "reached IS NOT NULL", stock=True,
    )  # fmt: skip
    for name, title, words, where in (
        ("circle-blanks", "康复圈空白社区数", "时限内到不了任何康复站", "NOT reached"),
        ("circle-blanks-unknown", "康复圈路程不明的社区数", "路程不明", "reached IS NULL"),
    ):
        yield _count(name, title, "community", "个", f"有持证残疾人、{words}的社区数，按户籍社区。{reach}", where)
    yield Indicator(
        "circle-minutes", "康复圈路程时间", "circle_limit", Measure.LONGEST,
        "期末本区划各县康复圈路程时间（参数）中最长的分钟数。", stock=True, counted_in="分钟",
    )  # fmt: skip


def ratios() -> Iterator[Ratio]:
    """Yield the shares of figures of places."""
    yield Ratio(
        "circle-coverage", "康复圈覆盖率", "circle-reached", "circle-told",
        "“康复圈覆盖的残疾人”除以“康复圈路程已知的残疾人”，以百分数表示；路程不明的人不在分母里，另有指标；分母为0时为不明。",
    )  # fmt: skip
    yield Ratio(
        "pupils-per-teacher", "特教学校每百名教师的学生数", "special-school-enrolments", "special-school-teachers",
        "“特教学校学籍数”除以“特教学校教师数”再乘100，即每百名教师的学生数；教师数为0时为不明。", unit="名",
    )  # fmt: skip
    yield Ratio(
        "station-standard-share", "康复站（中心）达标率", "rehabilitation-station-met", "rehabilitation-station-checked",
        "“达标的康复站（中心）”除以“检查过的康复站（中心）”，以百分数表示；分母为0或不明时为不明。",
    )  # fmt: skip
