"""Who is at school, where and how; which children of school age are not; who went over to an ordinary class.

Of school age is who was 6 to 14 when the school year began. A child without schooling on record counts as not in school
where the county has told of schooling at all, and is not known otherwise.
"""

from collections.abc import Iterator

from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.registers import IN_CLASS, SCHOOL_AGE, listed, told
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.education.entry import home_teaching
from zhucan.policy.schemes import Gives, Group
from zhucan.registry.choices import Placement, Stage

_OF_AGE = "school_age BETWEEN {} AND {}".format(*SCHOOL_AGE)
_AT_SCHOOL = f"stage <> '{Stage.KINDERGARTEN}'"  # nothing where no stage is known
_CLASS = f"{_AT_SCHOOL} AND placement IN ({listed(IN_CLASS)})"
_AGE_WORDS = f"本学年开始时年满{SCHOOL_AGE[0]}周岁未满{SCHOOL_AGE[1] + 1}周岁"
_TOLD = told("schooling")
_GROUPS = (
    ("school-age", "学龄残疾儿童", "true", ""),
    ("school-age-three", "学龄三类残疾儿童", "three", "、有视力、听力或言语、智力残疾（多重残疾看所含的各类）"),
    ("school-age-blind", "学龄盲童", "blind", "、视力残疾一、二级（含多重残疾中的）"),
)
"""Whom schools are asked about: all children of school age, and two groups of them."""
_AID = tuple(
    scheme.id for scheme in SCHEMES
    if scheme.group is Group.EDUCATION and scheme.exclusive == "student-grant" and scheme.gives is Gives.CASH
)  # fmt: skip

RATIOS = (
    *((f"{name}-enrolment", f"{title}入学率", f"{name}-in-school", name) for name, title, _, _ in _GROUPS),
    ("home-teaching-counties-share", "实施送教上门的县（市、区）比例", "home-teaching-counties", "counties"),
    ("three-in-class-rate", "三类残疾儿童随班就读率", "school-age-three-in-class", "school-age-three"),
)


def indicators() -> Iterator[Indicator]:
    """Yield the figures of pupils, of children of school age, of transfers and of aid to students."""
    yield _pupils("pupils", "在读残疾学生", "stage IS NOT NULL", "登记在读（不论学段）")
    for stage in Stage:
        yield _pupils(
            f"pupils-{stage}", f"{stage.label}在读残疾学生", f"stage = '{stage}'", f"登记在读、学段为{stage.label}"
        )
    for name, title, of, words in _GROUPS:
        whom = f"{_AGE_WORDS}{words}"
        yield Indicator(
            name, title, "pupil", Measure.PERSONS, f"期末户籍在本区划、未死亡、残疾人证有效、{whom}的人数。",
            f"{_OF_AGE} AND {of}", stock=True,
        )  # fmt: skip
        yield _pupils(f"{name}-in-school", f"{title}在校人数", f"{_OF_AGE} AND {of} AND {_AT_SCHOOL}", f"{whom}、登记在小学及以上学段就读（含送教上门）")  # fmt: skip
        for placement in Placement if name == "school-age" else ():  # of the others it is a breakdown
            yield _pupils(
                f"{name}-{placement.replace('_', '-')}", f"{title}{placement.label}人数",
                f"{_OF_AGE} AND {of} AND {_AT_SCHOOL} AND placement = '{placement}'",
                f"{whom}、登记在小学及以上学段就读、就读方式为{placement.label}",
            )  # fmt: skip
        yield _pupils(f"{name}-kindergarten", f"{title}还在学前人数", f"{_OF_AGE} AND {of} AND stage = '{Stage.KINDERGARTEN}'", f"{whom}、登记还在学前阶段")  # fmt: skip
        yield _pupils(f"{name}-out", f"{title}没有就学人数", f"{_OF_AGE} AND {of} AND stage IS NULL", f"{whom}、没有就学登记（没有入学，或还没有查清）")  # fmt: skip
    yield _pupils("school-age-three-in-class", "学龄三类残疾儿童在普通班就读人数", f"{_OF_AGE} AND three AND {_CLASS}", f"{_AGE_WORDS}、有视力、听力或言语、智力残疾、登记在小学及以上学段的普通班就读（随班就读或普通就读）")  # fmt: skip
    for category in ("", *CATEGORY_LABELS):
        word = f"{CATEGORY_LABELS[category]}残疾儿童" if category else "残疾儿童"
        yield Indicator(
            f"mainstreamed-{category}" if category else "mainstreamed", f"转入普通幼儿园和学校的{word}", "mainstreamed", Measure.PERSONS,
            f"期内由特教学校、特教班或送教上门转入普通班（学前、小学、初中的随班就读或普通就读）的{word}人数，按转入日户籍地统计；当地没有就学资料时为不明。",
            f"category = '{category}'" if category else "true", known=_TOLD,
        )  # fmt: skip
    yield Indicator(
        "counties",
        "有持证残疾人的县（市、区）",
        "county",
        Measure.COUNTIES,
        "期末有持证残疾人的县（市、区）数。",
        stock=True,
    )
    yield Indicator(
        "home-teaching-counties", "实施送教上门的县（市、区）", "county_given", Measure.COUNTIES,
        "期内给残疾儿童送教上门（至少一次）的县（市、区）数，按给付县统计。", f"scheme = '{home_teaching.id}'",
    )  # fmt: skip
    of = f"scheme IN ({listed(_AID)})"
    where = "归给付县，县以下按给付月月末户籍地统计；可以按给付时的学段分开列"
    yield Indicator("student-aid-persons", "助学补助人数", "given", Measure.PERSONS, f"期内入账发放扶残助学金（残疾学生和残疾人子女）的人数，同一人只计一次，{where}。", of)  # fmt: skip
    yield Indicator("student-aid-amount", "助学补助金额", "given", Measure.AMOUNT, f"期内入账发放的扶残助学金（残疾学生和残疾人子女）金额，{where}。", of)  # fmt: skip


def _pupils(name: str, title: str, where: str, words: str) -> Indicator:
    return Indicator(
        name, title, "pupil", Measure.PERSONS,
        f"期末户籍在本区划、未死亡、残疾人证有效的人中，{words}的人数；当地没有就学资料时为不明。", where, stock=True, known=_TOLD,
    )  # fmt: skip
