"""How much is on record: told to the audit chain, so that rows taken out of the tables are missed."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from django.apps import apps
from django.db.models import Count

from zhucan.orgs.clock import day_of
from zhucan.orgs.models import AuditEntry
from zhucan.registry.models import Person, Spell

_TOLD = "recorded"  # under this name an entry of the chain carries a tally


def _models() -> list[type[Person] | type[Spell]]:
    return [Person, *(model for model in apps.get_models() if issubclass(model, Spell))]


def tally(at: datetime) -> dict[str, int]:
    """Return how many rows of every kind were recorded up to a moment, retracted ones too: none ever goes."""
    found = {model._meta.model_name or "": model._default_manager.filter(recorded_at__lte=at) for model in _models()}
    return {name: count for name, rows in found.items() if (count := rows.count())}


def rows_gone() -> Iterator[str]:
    """Nothing that the chain tells of has been taken out; what came after its last tally is not watched yet."""
    told = list(AuditEntry.objects.filter(detail__has_key=_TOLD).order_by("sequence").values_list("at", "detail"))
    if not told:
        return
    for model in _models():
        days = model._default_manager.values_list("recorded_at").annotate(rows=Count("pk")).order_by("recorded_at")
        moments, counts = zip(*days, strict=True) if days else ((), ())
        sums = [0, *accumulate(counts)]
        for at, detail in told:
            before, now = detail[_TOLD].get(model._meta.model_name, 0), sums[bisect_right(moments, at)]
            if now < before:
                name, day = model._meta.verbose_name, day_of(at)
                yield f"{day} 登记过 {before} 条{name}，现在只剩 {now} 条：记录被删除过，请与备份核对，并报告管理员。"
                break
