"""What may never be false of the registry; each check returns sentences, never raises.

They find rows that contradict each other or the numbers people carry, and miss rows that the audit chain tells of. A row
changed into another that could be true they do not find.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, groupby
from operator import attrgetter
from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Q

from zhucan.core.identifiers import InvalidNumber, certificate_number, resident_id
from zhucan.orgs.secrecy import CannotOpen
from zhucan.registry.models import (
    Benefit,
    Candidacy,
    Certificate,
    CertificateStatus,
    Contact,
    Custody,
    Death,
    FollowUp,
    Guardianship,
    Hardship,
    Income,
    Job,
    Membership,
    Naming,
    OwnIncome,
    PayeeAccount,
    Person,
    Residence,
    Schooling,
    Spell,
    Stay,
    TermAid,
    TerminalContract,
)
from zhucan.registry.occupations import side_by_side
from zhucan.registry.services import account_index, certificate_index, id_index
from zhucan.registry.tally import rows_gone

_ONE_AT_A_TIME: tuple[type[Spell], ...] = (
    Residence, Certificate, Hardship, Income, OwnIncome, Stay, Custody, PayeeAccount, Contact, Guardianship, Membership,
    Naming, Job, Schooling, TerminalContract,
)  # fmt: skip
_SPELLS: tuple[type[Spell], ...] = (*_ONE_AT_A_TIME, Benefit, Candidacy, TermAid, FollowUp, Death)
_SHOWN = 100  # of one fault; more of the same tell nothing new
_TOGETHER = 5000  # rows opened at a time


def overlapping_states() -> Iterator[str]:
    """A person has one residence, certificate, standing, main job… at a time."""
    for model in _ONE_AT_A_TIME:
        believed = model._default_manager.filter(retracted_at=None)
        if model is Job:
            believed = believed.filter(main=True)
        other = believed.filter(person=OuterRef("person"), pk__gt=OuterRef("pk")).filter(
            Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_from")),
        )
        clash = believed.filter(
            Exists(other.filter(valid_from__lt=OuterRef("valid_to"))) | Q(Exists(other), valid_to=None)
        )
        for row in clash.values("person_id", "valid_from")[:_SHOWN]:
            name = _name(model)
            yield f"人员 {row['person_id']} 自 {row['valid_from']} 起的{name}记录与另一条重叠：请更正其中一条。"


def jobs_that_exclude_each_other() -> Iterator[str]:
    """What stands beside other work may: not the same work twice, not at two employers, nothing beside what stands alone."""
    several = Job.objects.filter(retracted_at=None, main=False).values("person")
    rows = Job.objects.filter(retracted_at=None, person__in=several).order_by("person_id", "valid_from", "pk")
    for person, jobs in groupby(rows, key=attrgetter("person_id")):
        for one, other in combinations(jobs, 2):
            at_once = one.valid_to is None or one.valid_to > other.valid_from
            if at_once and not (one.main and other.main) and not side_by_side(one, other):
                yield f"人员 {person} 自 {other.valid_from} 起的就业记录与另一条不能同时有：请更正其中一条。"


def certificates_without_components() -> Iterator[str]:
    """Every certificate says which kinds of disability it stands for; a multiple one of a roster may leave them open."""
    bare = Certificate.objects.filter(components=None, retracted_at=None).exclude(category="multiple")
    for row in bare.values("pk", "person_id")[:_SHOWN]:
        yield f"人员 {row['person_id']} 的残疾人证（记录 {row['pk']}）没有残疾类别明细：请补录。"


def multiple_without_two_kinds() -> Iterator[str]:
    """A multiple disability has at least two kinds (DC-03), once any are known."""
    found = Certificate.objects.filter(category="multiple", retracted_at=None).annotate(kinds=Count("components"))
    for row in found.filter(kinds=1).values("pk", "person_id")[:_SHOWN]:
        yield f"人员 {row['person_id']} 的多重残疾证（记录 {row['pk']}）不足两类：请补录。"


def dead_before_birth() -> Iterator[str]:
    """Nobody dies before being born, or twice."""
    for row in Death.objects.filter(retracted_at=None, valid_from__lt=F("person__born")).values("person_id"):
        yield f"人员 {row['person_id']} 的死亡日期早于出生日期：请更正。"
    twice = Death.objects.filter(retracted_at=None).values("person_id").annotate(times=Count("id")).filter(times__gt=1)
    for row in twice:
        yield f"人员 {row['person_id']} 有 {row['times']} 条死亡记录：请保留一条。"


def valid_after_expiry_order() -> Iterator[str]:
    """A certificate does not expire before it is issued."""
    wrong = Certificate.objects.filter(retracted_at=None, expires__lt=F("issued"), status=CertificateStatus.VALID)
    for row in wrong.values("person_id"):
        yield f"人员 {row['person_id']} 的残疾人证有效期早于发证日期：请更正。"


def impossible_periods() -> Iterator[str]:
    """Nothing ends before it begins, or is taken back before it was told."""
    for model in _SPELLS:
        wrong = model._default_manager.filter(Q(valid_to__lte=F("valid_from")) | Q(retracted_at__lt=F("recorded_at")))
        for row in wrong.values("pk", "person_id")[:_SHOWN]:
            yield f"人员 {row['person_id']} 的{_name(model)}记录 {row['pk']} 起止颠倒：记录被改动过，请更正。"


def before_birth() -> Iterator[str]:
    """What somebody is, has or receives does not begin before the birth; rosters may carry other people's slips."""
    for model in (Residence, Hardship, Income, Stay, Custody):
        early = model._default_manager.filter(retracted_at=None, valid_from__lt=F("person__born"))
        for row in early.values("person_id", "valid_from")[:_SHOWN]:
            yield f"人员 {row['person_id']} 自 {row['valid_from']} 起的{_name(model)}记录早于出生日期：请更正。"


def names_that_disagree() -> Iterator[str]:
    """Who ever took another name is called by the last one."""
    wrong = Naming.objects.filter(retracted_at=None, valid_to=None).exclude(name=F("person__name"))
    for row in wrong.values("person_id")[:_SHOWN]:
        yield f"人员 {row['person_id']} 的姓名与最近一次更名不符：记录可能被改动过，请对照证件更正。"


def numbers_that_disagree() -> Iterator[str]:
    """Every ID number opens with the key, fits its blind index, and tells the birth date and sex beside it."""
    for pk, number, row in _opened(Person, "id_number", "id_index", "id_tail", "born", "sex"):
        if number is None:
            yield f"人员 {pk} 的身份证号无法解密：请核对 keys.json 是否与数据库配套。"
            continue
        if (id_index(number), number[-4:]) != (row["id_index"], row["id_tail"]):
            yield f"人员 {pk} 的身份证号与其索引不符：记录可能被改动过。"
        try:
            identity = resident_id(number)
        except InvalidNumber:
            yield f"人员 {pk} 的身份证号不成立：请对照证件更正。"
            continue
        if (identity.born, identity.sex) != (row["born"], row["sex"]):
            yield f"人员 {pk} 的出生日期或性别与身份证号不符：记录可能被改动过，请对照证件更正。"


def certificates_that_disagree() -> Iterator[str]:
    """Every certificate number opens, fits its index, is of its person, and tells the kind and grade beside it."""
    fields = ("number_index", "category", "grade", "person_id", "person__id_index")
    for pk, number, row in _opened(Certificate, "number", *fields):
        who = f"人员 {row['person_id']} 的残疾人证（记录 {pk}）"
        if number is None:
            yield f"{who}证号无法解密：请核对 keys.json 是否与数据库配套。"
            continue
        if certificate_index(number) != row["number_index"]:
            yield f"{who}证号与其索引不符：记录可能被改动过。"
        try:
            read = certificate_number(number)
        except InvalidNumber:
            yield f"{who}证号不成立：请对照残疾人证更正。"
            continue
        if (read.category, read.grade) != (row["category"], row["grade"]):
            yield f"{who}类别或等级与证号第 19、20 位不符：记录可能被改动过，请对照残疾人证更正。"
        if id_index(read.id.number) != row["person__id_index"]:
            yield f"{who}证号前 18 位不是本人的身份证号：记录可能被改动过，请核对。"


def accounts_that_disagree() -> Iterator[str]:
    """Every account number opens and fits its index."""
    for pk, number, row in _opened(PayeeAccount, "number", "number_index", "person_id"):
        if number is None or account_index(number) != row["number_index"]:
            yield f"人员 {row['person_id']} 的收款账户（记录 {pk}）账号无法解密或与其索引不符：记录可能被改动过，请核对。"


def _opened(model: type[Model], sealed: str, *fields: str) -> Iterator[tuple[int, str | None, dict[str, Any]]]:
    """Yield key, opened text (None: does not open) and the other fields of every row, some thousands at a time."""
    reached = 0
    while True:
        rows = model._default_manager.filter(pk__gt=reached).order_by("pk")
        plain = list(rows.values("pk", *fields)[:_TOGETHER])
        if not plain:
            return
        reached = plain[-1]["pk"]
        here = model._default_manager.filter(pk__gte=plain[0]["pk"], pk__lte=reached)
        try:
            texts = dict(here.values_list("pk", sealed))
        except CannotOpen:
            texts = {row["pk"]: _one(model, row["pk"], sealed) for row in plain}
        for row in plain:
            yield row["pk"], texts.get(row["pk"]), row


def _one(model: type[Model], pk: int, sealed: str) -> str | None:
    try:
        found: str | None = model._default_manager.values_list(sealed, flat=True).get(pk=pk)
    except CannotOpen:
        return None
    return found


def _name(model: type[Spell]) -> str:
    return str(model._meta.verbose_name)


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    overlapping_states,
    jobs_that_exclude_each_other,
    certificates_without_components,
    multiple_without_two_kinds,
    dead_before_birth,
    valid_after_expiry_order,
    impossible_periods,
    before_birth,
    names_that_disagree,
    numbers_that_disagree,
    certificates_that_disagree,
    accounts_that_disagree,
    rows_gone,
)


def faults() -> Iterator[str]:
    """Yield every fault that any check finds."""
    for check in CHECKS:
        yield from check()
