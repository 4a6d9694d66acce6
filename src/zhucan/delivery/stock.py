"""Goods: what comes into a store, goes to people, comes back, is repaired or written off; never more than is there.

Every movement is one row of `Move`; a `Balance` is the sum of a store's moves of an item and changes only here, with the
move, so that two people at two counters cannot hand out the last piece twice.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum

from zhucan.cases import awards
from zhucan.cases.models import Award
from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.delivery.models import Balance, Item, Move, MoveKind, Piece, Round, Store
from zhucan.orgs import audit
from zhucan.orgs.models import Division, User
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.schemes import Gives
from zhucan.registry.entering import Guard
from zhucan.registry.models import Person

OUT = (MoveKind.ISSUE, MoveKind.LOAN)
BACK = (MoveKind.RETURN, MoveKind.RETURN_BROKEN)


class StockRefused(ZhucanError):
    """Goods cannot be moved like this; nothing was changed."""


_guard = Guard(StockRefused)


@dataclass(frozen=True)
class Told:
    """Who tells of a move, when it was and when it is entered."""

    day: date
    at: datetime
    by: User | None
    note: str = ""


@transaction.atomic
def add_item(
    *,
    division: Division,
    name: str,
    unit: str,
    at: datetime,
    by: User | None,
    scheme: str = "",
    worth_fen: int = 0,
    years_of_use: int | None = None,
    numbered: bool = False,
    fund: str = "",
) -> Item:
    """Enter a kind of thing into a county's catalogue. Raises `StockRefused` and `UnknownScheme`."""
    if not name.strip() or not unit.strip():
        raise StockRefused("名称和单位都要写：请补上。")
    if scheme and scheme_of(scheme).gives is not Gives.GOODS:
        raise StockRefused(f"{scheme_of(scheme).name}不是发放实物的项目：请另选，或不写项目。")
    if worth_fen < 0 or (years_of_use is not None and years_of_use < 1):
        raise StockRefused("单价不能为负，使用年限至少一年：请核对。")
    if Item.objects.filter(division=division, name=name.strip()).exists():
        raise StockRefused(f"物品目录里已有“{name.strip()}”：不用重复登记。")
    made = Item.objects.create(
        division=division, name=name.strip(), unit=unit.strip(), scheme=scheme, worth_fen=worth_fen,
        years_of_use=years_of_use, numbered=numbered, fund=fund.strip(), recorded_at=at,
    )  # fmt: skip
    audit.record(actor=by, action="delivery.item", target=f"item:{made.pk}", at=at, name=made.name)
    return made


@transaction.atomic
def add_store(*, division: Division, name: str, at: datetime, by: User | None) -> Store:
    """Enter a place where goods are kept. Raises `StockRefused`."""
    if not name.strip():
        raise StockRefused("没有写仓库名称：请补上。")
    if Store.objects.filter(division=division, name=name.strip()).exists():
        raise StockRefused(f"{division.name}已有仓库“{name.strip()}”：不用重复登记。")
    made = Store.objects.create(division=division, name=name.strip(), recorded_at=at)
    audit.record(actor=by, action="delivery.store", target=f"store:{made.pk}", at=at, name=made.name)
    return made


@transaction.atomic
def open_round(
    *, division: Division, name: str, item: Item, each: int, opens_on: date, closes_on: date | None, at: datetime,
    by: User | None,
) -> Round:  # fmt: skip
    """Begin a distribution in which everybody it reaches gets `each` of an item, once. Raises `StockRefused`."""
    if not name.strip() or each < 1 or (closes_on is not None and closes_on <= opens_on):
        raise StockRefused("批次要有名称，每人至少一件，结束日期要晚于开始日期：请核对。")
    if Round.objects.filter(division=division, name=name.strip()).exists():
        raise StockRefused(f"{division.name}已有发放批次“{name.strip()}”：请换一个名称。")
    made = Round.objects.create(
        division=division,
        name=name.strip(),
        item=item,
        each=each,
        opens_on=opens_on,
        closes_on=closes_on,
        recorded_at=at,
    )
    audit.record(actor=by, action="delivery.round", target=f"round:{made.pk}", at=at, name=made.name)
    return made


@transaction.atomic
def receive(*, store: Store, item: Item, quantity: int, told: Told, serials: tuple[str, ...] = ()) -> list[Move]:
    """Take goods in; numbered ones with the number of each. Raises `StockRefused`."""
    if not item.numbered:
        if serials:
            raise StockRefused(f"{item.name}不逐件编号：请不要写编号。")
        return [_move(store, item, MoveKind.RECEIVE, quantity, told)]
    numbers = [serial.strip() for serial in serials]
    if len(numbers) != quantity or len(set(numbers)) != quantity or not all(numbers):
        raise StockRefused(f"{item.name}逐件编号，{quantity} {item.unit}要有 {quantity} 个不同的编号：请核对。")
    taken = Piece.objects.filter(item=item, serial__in=numbers).values_list("serial", flat=True).first()
    if taken is not None:
        raise StockRefused(f"编号 {taken} 的{item.name}已经登记过：请核对编号。")
    return [
        _move(
            store, item, MoveKind.RECEIVE, 1, told,
            piece=Piece.objects.create(item=item, serial=serial, state=Piece.State.READY, store=store),
        )
        for serial in numbers
    ]  # fmt: skip


@transaction.atomic
def issue(
    *,
    store: Store,
    item: Item,
    person: Person,
    quantity: int,
    told: Told,
    award: Award | None = None,
    round: Round | None = None,
    piece: Piece | None = None,
    early: str = "",
) -> Move:
    """Hand goods to a person for good: under an award, or in a distribution round.

    `early` is why a thing within its years of use is given again (RH-22). Under an award, its useful life sets the
    award's end. Raises `StockRefused`.
    """
    if (award is None) == (round is None):
        raise StockRefused("发放要么按一项批准，要么在一个发放批次里：请选其中一个。")
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two counters and one person: one after the other
    _guard.alive(person, told.day)
    if award is not None:
        award = _may_be_given(award, item, person, quantity, told.day)
    if round is not None:
        _may_be_in(round, item, person, quantity, told.day)
    still = None if early.strip() else _in_use(item, person, told.day)
    if still is not None:
        raise StockRefused(
            f"{item.name}使用年限 {item.years_of_use} 年，上一{item.unit}是 {still.day} 发的：没有到期不能再发；"
            "确需提前更换，请写明原因。"
        )
    note = "；".join(part for part in (told.note, f"提前更换：{early.strip()}" if early.strip() else "") if part)
    made = _move(
        store, item, MoveKind.ISSUE, quantity, Told(told.day, told.at, told.by, note), person=person, award=award,
        round=round, piece=piece, worth_fen=item.worth_fen * quantity,
    )  # fmt: skip
    if award is not None and item.years_of_use and award.ends_on is None:
        awards.lasts_until(award=award, day=add_years(told.day, item.years_of_use), at=told.at, by=told.by)
    return made


@transaction.atomic
def lend(
    *, store: Store, item: Item, person: Person, quantity: int, due_on: date, told: Told, piece: Piece | None = None
) -> Move:
    """Lend goods to a person until a day (RH-24). Raises `StockRefused`."""
    _guard.alive(person, told.day)
    if due_on <= told.day:
        raise StockRefused(f"应还日期 {due_on} 不晚于借出日期 {told.day}：请核对。")
    return _move(store, item, MoveKind.LOAN, quantity, told, person=person, piece=piece, due_on=due_on)


@transaction.atomic
def take_back(*, issued: Move, store: Store, quantity: int, broken: bool, told: Told) -> Move:
    """Take back what was handed out or lent, sound or to be repaired. Raises `StockRefused`."""
    found = Move.objects.select_for_update().get(pk=issued.pk)
    if found.kind not in OUT:
        raise StockRefused("只有发放或借出的物品可以归还：请选发放或借出的那一笔。")
    left = found.quantity - _back(found)
    if quantity > left:
        raise StockRefused(f"这一笔只有 {left} {found.item.unit}还没有归还，不能归还 {quantity}：请核对数量。")
    if told.day < found.day:
        raise StockRefused(f"归还日期 {told.day} 早于发放日期 {found.day}：请核对。")
    kind = MoveKind.RETURN_BROKEN if broken else MoveKind.RETURN
    return _move(
        store, found.item, kind, quantity, told, person=found.person, award=found.award, piece=found.piece, of=found
    )


@transaction.atomic
def repair(*, store: Store, item: Item, quantity: int, told: Told, piece: Piece | None = None) -> Move:
    """Say that broken goods work again; they can be handed out anew. Raises `StockRefused`."""
    return _move(store, item, MoveKind.REPAIR, quantity, told, piece=piece)


@transaction.atomic
def write_off(*, store: Store, item: Item, quantity: int, broken: bool, told: Told, piece: Piece | None = None) -> Move:
    """Take goods out for good, from what is broken or from what is ready; the note says why. Raises `StockRefused`."""
    if not told.note.strip():
        raise StockRefused("没有写报废原因：请写明。")
    return _move(store, item, MoveKind.WRITE_OFF, quantity, told, piece=piece, from_broken=broken)


def _may_be_given(award: Award, item: Item, person: Person, quantity: int, day: date) -> Award:
    found = Award.objects.select_for_update().get(pk=award.pk)
    if found.person_id != person.pk:
        raise StockRefused("这项批准不是给这个人的：请核对。")
    if found.revoked_at is not None:
        raise StockRefused("这项批准已经撤销，不能再发：请核对。")
    if scheme_of(found.scheme).gives is not Gives.GOODS or (item.scheme and item.scheme != found.scheme):
        raise StockRefused(f"{scheme_of(found.scheme).name}不发{item.name}：请核对物品或项目。")
    if day < found.approved_on:
        raise StockRefused(f"发放日期 {day} 早于批准日期 {found.approved_on}：请核对。")
    left = open_of(found)
    if quantity > left:
        raise StockRefused(f"批准的数量只剩 {left} {item.unit}没有发，不能发 {quantity}：请核对数量。")
    return found


def _may_be_in(round: Round, item: Item, person: Person, quantity: int, day: date) -> None:
    if round.item_id != item.pk:
        raise StockRefused(f"批次“{round.name}”发的是{round.item.name}，不是{item.name}：请核对。")
    if day < round.opens_on or (round.closes_on is not None and day >= round.closes_on):
        raise StockRefused(f"批次“{round.name}”在 {day} 没有开放：请核对日期。")
    if quantity != round.each:
        raise StockRefused(f"批次“{round.name}”每人发 {round.each} {item.unit}：请按这个数量发。")
    before = Move.objects.filter(round=round, person=person).first()
    if before is not None:
        raise StockRefused(f"这个人在批次“{round.name}”里 {before.day} 已经领过：同一批次每人只发一次。")


def _in_use(item: Item, person: Person, day: date) -> Move | None:
    """Return what the person has of an item that is within its years of use and did not come back."""
    if item.years_of_use is None:
        return None
    since = add_years(day, -item.years_of_use)
    had = Move.objects.filter(item=item, person=person, kind=MoveKind.ISSUE, day__gt=since).order_by("-day")
    return next((move for move in had if move.quantity > _back(move)), None)


def _back(move: Move) -> int:
    """Return how many of what went out with a move have come back."""
    return move.returns.aggregate(sum=Sum("quantity"))["sum"] or 0


_STATE = {
    MoveKind.RECEIVE: (Piece.State.READY, Piece.State.READY),
    MoveKind.ISSUE: (Piece.State.READY, Piece.State.OUT),
    MoveKind.LOAN: (Piece.State.READY, Piece.State.OUT),
    MoveKind.RETURN: (Piece.State.OUT, Piece.State.READY),
    MoveKind.RETURN_BROKEN: (Piece.State.OUT, Piece.State.BROKEN),
    MoveKind.REPAIR: (Piece.State.BROKEN, Piece.State.READY),
}
"""What a numbered piece is before and after a move; a write-off ends either state of a store."""


def _move(
    store: Store,
    item: Item,
    kind: MoveKind,
    quantity: int,
    told: Told,
    *,
    piece: Piece | None = None,
    from_broken: bool = False,
    person: Person | None = None,
    award: Award | None = None,
    round: Round | None = None,
    of: Move | None = None,
    due_on: date | None = None,
    worth_fen: int = 0,
) -> Move:
    """Write one move with its balance; refused where the store has not as much, or the piece is elsewhere."""
    if quantity < 1:
        raise StockRefused("数量至少为 1：请核对。")
    _guard.day(told.day, told.at)
    if item.numbered and (piece is None or quantity != 1):
        raise StockRefused(f"{item.name}逐件编号，一次一{item.unit}：请选一个编号。")
    ready, broken = {
        MoveKind.RECEIVE: (quantity, 0),
        MoveKind.ISSUE: (-quantity, 0),
        MoveKind.LOAN: (-quantity, 0),
        MoveKind.RETURN: (quantity, 0),
        MoveKind.RETURN_BROKEN: (0, quantity),
        MoveKind.REPAIR: (quantity, -quantity),
        MoveKind.WRITE_OFF: (0, -quantity) if from_broken else (-quantity, 0),
    }[kind]
    Balance.objects.get_or_create(store=store, item=item)
    enough = Balance.objects.filter(store=store, item=item, ready__gte=-ready, broken__gte=-broken)
    if not enough.update(ready=F("ready") + ready, broken=F("broken") + broken):
        held = Balance.objects.get(store=store, item=item)
        has = held.broken if broken < 0 else held.ready
        word = "待修" if broken < 0 else "可用"
        raise StockRefused(
            f"{store.name}{word}的{item.name}只有 {has} {item.unit}，不够 {quantity}：请核对数量或换一个仓库。"
        )
    if piece is not None:
        _moved(piece, store, kind, from_broken=from_broken, person=person)
    try:
        with transaction.atomic():
            made = Move.objects.create(
                store=store, item=item, piece=piece, kind=kind, quantity=quantity, ready_change=ready,
                broken_change=broken, day=told.day, person=person, award=award, round=round, of=of, due_on=due_on,
                worth_fen=worth_fen, note=told.note.strip()[:200], at=told.at, by=told.by,
            )  # fmt: skip
    except IntegrityError as error:
        raise StockRefused("同一批次每人只发一次，这个人刚刚已经领过：请刷新后核对。") from error
    audit.record(
        actor=told.by, action=f"delivery.{kind}", target=f"move:{made.pk}", at=told.at, item=item.pk, store=store.pk,
        quantity=quantity, person=person.pk if person else None,
    )  # fmt: skip
    return made


def _moved(piece: Piece, store: Store, kind: MoveKind, *, from_broken: bool, person: Person | None) -> None:
    """Let a numbered piece go from where it must be to where the move takes it."""
    if kind is MoveKind.WRITE_OFF:
        before, after = (Piece.State.BROKEN if from_broken else Piece.State.READY), Piece.State.GONE
    else:
        before, after = _STATE[kind]
    there = Piece.objects.filter(pk=piece.pk, state=before)
    if before is not Piece.State.OUT:
        there = there.filter(store=store)
    keeper = None if after in (Piece.State.OUT, Piece.State.GONE) else store
    holder = person if after is Piece.State.OUT else None
    if not there.update(state=after, store=keeper, person=holder):
        now = Piece.objects.get(pk=piece.pk)
        raise StockRefused(
            f"编号 {now.serial} 现在是“{now.get_state_display()}”，不在{store.name}可以这样办的里面：请核对。"
        )


def left_of(move: Move) -> int:
    """Return how many of what was handed out or lent have not come back."""
    return move.quantity - _back(move)


def open_of(award: Award) -> int:
    """Return how many units of an award of goods are still to be handed out; what came back may go out again."""
    return (award.quantity or 1) - sum(left_of(move) for move in Move.objects.filter(award=award, kind=MoveKind.ISSUE))


def outstanding(item: Item | None = None, person: Person | None = None) -> QuerySet[Move]:
    """Return what was handed out or lent and has not wholly come back, with `left` of each, newest first."""
    found = Move.objects.filter(kind__in=OUT).annotate(back=Sum("returns__quantity", default=0))
    found = found.filter(Q(back__lt=F("quantity"))).annotate(left=F("quantity") - F("back"))
    if item is not None:
        found = found.filter(item=item)
    if person is not None:
        found = found.filter(person=person)
    return found.order_by("-day", "-pk")


def overdue(day: date) -> QuerySet[Move]:
    """Return the loans that should have come back by a day."""
    return outstanding().filter(kind=MoveKind.LOAN, due_on__lt=day)
