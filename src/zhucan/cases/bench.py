"""How long one person takes to explain over all schemes, from the database."""

import time

from zhucan.cases.facts import judge
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.explain import explain
from zhucan.registry.models import Person, Residence


class NobodyToExplain(ZhucanError):
    """The database holds nobody."""


def bench_explain(month: Month, people: int) -> dict[str, int | float]:
    """Explain so many people of the current database, one after the other; return milliseconds a person."""
    homes = dict(
        Residence.objects.filter(retracted_at=None, valid_to=None).values_list("person_id", "division_id")[: people + 1]
    )
    chosen = list(Person.objects.filter(pk__in=list(homes)[:people]))
    if not chosen:
        raise NobodyToExplain("数据库里还没有人：请先运行 zhucan demo，或导入花名册。")
    taken = []
    for person in (chosen[0], *chosen):  # the first one pays for compiling the rules
        started = time.perf_counter()
        judgement = judge(person, month, division=county_of(homes[person.pk]))
        for scheme in SCHEMES:
            explain(scheme, judgement.decisions[scheme.id], judgement.facts, judgement.params)
        taken.append((time.perf_counter() - started) * 1000)
    warm = sorted(taken[1:])
    return {
        "people": len(warm),
        "first_milliseconds": round(taken[0], 2),
        "median_milliseconds": round(warm[len(warm) // 2], 2),
        "p95_milliseconds": round(warm[int(len(warm) * 0.95) - (len(warm) == 1)], 2),
        "seconds": round(sum(warm) / 1000, 3),
    }
