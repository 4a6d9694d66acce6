"""What may never be false of the registry; each check returns sentences, never raises."""

from collections.abc import Callable, Iterator

from django.db.models import Count, Exists, F, OuterRef, Q

from zhucan.orgs.secrecy import CannotOpen
from zhucan.registry.models import (
    Certificate,
    CertificateStatus,
    Custody,
    Death,
    Hardship,
    Income,
    PayeeAccount,
    Person,
    Residence,
    Spell,
    Stay,
)
from zhucan.registry.services import id_index

_ONE_AT_A_TIME: tuple[type[Spell], ...] = (Residence, Certificate, Hardship, Income, Stay, Custody, PayeeAccount)


def overlapping_states() -> Iterator[str]:
    """A person has one residence, certificate, standing… at a time."""
    for model in _ONE_AT_A_TIME:
        believed = model._default_manager.filter(retracted_at=None)
        other = believed.filter(person=OuterRef("person"), pk__gt=OuterRef("pk")).filter(
            Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_from")),
        )
        clash = believed.filter(
            Exists(other.filter(valid_from__lt=OuterRef("valid_to"))) | Q(Exists(other), valid_to=None)
        )
        for row in clash.values("person_id", "valid_from")[:100]:
            name = model._meta.verbose_name
            yield f"人员 {row['person_id']} 自 {row['valid_from']} 起的{name}记录与另一条重叠：请更正其中一条。"


def certificates_without_components() -> Iterator[str]:
    """Every certificate says which kinds of disability it stands for; a multiple one of a roster may leave them open."""
    bare = Certificate.objects.filter(components=None, retracted_at=None).exclude(category="multiple")
    for row in bare.values("pk", "person_id")[:100]:
        yield f"人员 {row['person_id']} 的残疾人证（记录 {row['pk']}）没有残疾类别明细：请补录。"


def multiple_without_two_kinds() -> Iterator[str]:
    """A multiple disability has at least two kinds (DC-03), once any are known."""
    found = Certificate.objects.filter(category="multiple", retracted_at=None).annotate(kinds=Count("components"))
    for row in found.filter(kinds=1).values("pk", "person_id")[:100]:
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


def unreadable_numbers() -> Iterator[str]:
    """Every ID number opens with the key and fits its blind index (a sample of the newest 500)."""
    for pk in Person.objects.order_by("-pk").values_list("pk", flat=True)[:500]:
        try:
            person = Person.objects.only("id_number", "id_index").get(pk=pk)
        except CannotOpen:
            yield f"人员 {pk} 的身份证号无法解密：请核对 keys.json 是否与数据库配套。"
            continue
        if id_index(person.id_number) != person.id_index:
            yield f"人员 {pk} 的身份证号与其索引不符：记录可能被改动过。"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    overlapping_states,
    certificates_without_components,
    multiple_without_two_kinds,
    dead_before_birth,
    valid_after_expiry_order,
    unreadable_numbers,
)


def faults() -> Iterator[str]:
    """Yield every fault that any check finds."""
    for check in CHECKS:
        yield from check()
