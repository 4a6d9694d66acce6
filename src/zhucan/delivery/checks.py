"""What may never be false of goods, services and reliefs; each check returns sentences, never raises."""

from collections.abc import Callable, Iterator

from django.db.models import Count, F, Q, Sum

from zhucan.delivery.models import Balance, Move, Piece, Plan, Relief, Session
from zhucan.registry.models import Death


def balances_are_sums() -> Iterator[str]:
    """What a store holds is the sum of its moves."""
    sums = {
        (row["store"], row["item"]): (row["ready"], row["broken"])
        for row in Move.objects.values("store", "item").annotate(ready=Sum("ready_change"), broken=Sum("broken_change"))
    }
    for one in Balance.objects.select_related("store", "item"):
        if (one.ready, one.broken) != sums.pop((one.store_id, one.item_id), (0, 0)):
            yield f"{one.store}的{one.item}数量与出入库记录不符：记录被改动过，请盘点。"
    for store, item in sums:
        yield f"仓库 {store} 的物品 {item} 有出入库记录却没有数量：请报告管理员。"


def pieces_are_counted() -> Iterator[str]:
    """Of numbered goods a store holds as many as there are pieces in it."""
    state = {Piece.State.READY: "ready", Piece.State.BROKEN: "broken"}
    for value, name in state.items():
        counted = {
            (row["store"], row["item"]): row["count"]
            for row in Piece.objects.filter(state=value).values("store", "item").annotate(count=Count("pk"))
        }
        for one in Balance.objects.filter(item__numbered=True).select_related("store", "item"):
            if getattr(one, name) != counted.get((one.store_id, one.item_id), 0):
                yield f"{one.store}的{one.item}{value.label}数量与逐件编号不符：请盘点。"


def plans_are_kept() -> Iterator[str]:
    """No plan has more rendered than planned, and no session lies outside its plan's period."""
    live = Q(sessions__retracted_at=None)
    for plan in Plan.objects.annotate(done=Sum("sessions__units", filter=live, default=0)).filter(done__gt=F("units")):
        yield f"服务计划 {plan.pk} 登记的 {plan.done} {plan.unit}超过计划的 {plan.units}：请核对。"
    outside = Q(day__lt=F("plan__starts_on")) | Q(day__gte=F("plan__ends_on")) | Q(day__gt=F("plan__closed_on"))
    for session in Session.objects.filter(retracted_at=None).filter(outside)[:100]:
        yield f"服务记录 {session.pk}（{session.day}）不在服务计划的期间内：请核对。"


def nothing_after_death() -> Iterator[str]:
    """Nobody is served, or given goods, on a day after a known death."""
    dead = dict(Death.objects.filter(retracted_at=None).values_list("person_id", "valid_from"))
    served = Session.objects.filter(retracted_at=None, plan__person__in=dead).values_list(
        "plan__person_id", "day", "pk"
    )
    for person, day, key in served:
        if day > dead[person]:
            yield f"人员 {person} 于 {dead[person]} 去世，之后 {day} 仍有服务记录 {key}：请核对后撤回。"
    for person, day, key in Move.objects.filter(kind__in=("issue", "loan"), person__in=dead).values_list("person_id", "day", "pk"):  # fmt: skip
        if day > dead[person]:
            yield f"人员 {person} 于 {dead[person]} 去世，之后 {day} 仍有发放记录 {key}：请核对。"


def reliefs_do_not_overlap() -> Iterator[str]:
    """Nobody has one relief twice at a time."""
    last: dict[tuple[int, str], Relief] = {}
    for relief in Relief.objects.select_related("award").order_by("valid_from", "pk"):
        key = (relief.person_id, relief.award.scheme)
        before = last.get(key)
        if before is not None and (before.valid_to is None or before.valid_to > relief.valid_from):
            yield f"人员 {relief.person_id} 的减免 {before.pk} 和 {relief.pk} 时间重叠：请核对。"
        last[key] = relief


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    balances_are_sums,
    pieces_are_counted,
    plans_are_kept,
    nothing_after_death,
    reliefs_do_not_overlap,
)


def faults() -> Iterator[str]:
    """Yield every fault that any check finds."""
    for check in CHECKS:
        yield from check()
