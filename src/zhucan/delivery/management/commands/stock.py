"""`zhucan stock`: goods in and out of the stores."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.cases.models import Award
from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen
from zhucan.delivery import stock
from zhucan.delivery.models import Balance, Item, Move, Piece, Round, Store
from zhucan.delivery.stock import StockRefused, Told
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.registry.models import Person

_MOVES = {
    "receive": "入库",
    "issue": "发给本人",
    "lend": "借给本人",
    "repair": "修好，可以再发",
    "write-off": "报废",
}


class Command(Base):
    help = "实物：目录（item）、仓库（store）、批次（round）、入库、发放、借出、归还、修好、报废、查看（list）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        listing = verbs.add_parser("list", help="各仓库的库存")
        item = verbs.add_parser("item", help="登记一种物品")
        item.add_argument("name", metavar="NAME", help="名称")
        item.add_argument("--unit", required=True, help="单位，如 辆")
        item.add_argument("--scheme", default="", help="用在哪个项目")
        item.add_argument("--worth", default="0", metavar="YUAN", help="单价（元）")
        item.add_argument("--years", type=int, help="使用年限")
        item.add_argument("--numbered", action="store_true", help="逐件编号")
        item.add_argument("--fund", default="", help="资金来源")
        store = verbs.add_parser("store", help="登记一个仓库")
        store.add_argument("name", metavar="NAME", help="名称")
        opening = verbs.add_parser("round", help="开一个发放批次，每人只发一次")
        opening.add_argument("name", metavar="NAME", help="名称")
        opening.add_argument("--item", required=True, help="物品名称")
        opening.add_argument("--each", type=int, default=1, help="每人数量")
        opening.add_argument("--from", dest="opens", type=day, required=True, help="开始日期")
        opening.add_argument("--to", dest="closes", type=day, help="结束日期（不含）")
        moves = {verb: verbs.add_parser(verb, help=words) for verb, words in _MOVES.items()}
        for one in moves.values():
            one.add_argument("item", metavar="ITEM", help="物品名称")
            one.add_argument("--quantity", type=int, default=1, help="数量")
        moves["receive"].add_argument("--serial", action="append", default=[], help="编号（逐件编号的每件写一次）")
        for verb in ("issue", "lend", "repair", "write-off"):
            moves[verb].add_argument("--serial", default="", help="编号")
        for verb in ("issue", "lend"):
            moves[verb].add_argument("--person", type=int, required=True, help="人员编号")
        moves["issue"].add_argument("--award", type=int, help="按哪一项批准（编号）")
        moves["issue"].add_argument("--round", default="", help="在哪个发放批次（名称）")
        moves["issue"].add_argument("--early", default="", help="没有到使用年限而提前更换的原因")
        moves["lend"].add_argument("--due", type=day, required=True, help="应还日期")
        moves["write-off"].add_argument("--broken", action="store_true", help="报废的是待修的")
        back = verbs.add_parser("return", help="归还")
        back.add_argument("move", type=int, metavar="N", help="发放或借出的编号")
        back.add_argument("--quantity", type=int, default=1, help="数量")
        back.add_argument("--broken", action="store_true", help="要修")
        for one in (*moves.values(), back):
            one.add_argument("--store", required=True, help="仓库名称")
            one.add_argument("--on", type=day, help="日期（不写为今天）")
            one.add_argument("--note", default="", help="说明")
        for one in (listing, item, store, opening, *moves.values(), back):
            one.add_argument("--division", required=True, metavar="CODE", help="区划代码")
            one.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        place, by, at = division(options["division"]), command_user(options["by"]), now()
        match options["verb"]:
            case "list":
                held = Balance.objects.filter(store__division__code__startswith=prefix(place.code))
                for one in held.select_related("store", "item").order_by("store__name", "item__name"):
                    self.stdout.write(f"{one.store}　{one.item}：可用 {one.ready} {one.item.unit}，待修 {one.broken}")
                return
            case "item":
                made = stock.add_item(
                    division=place, name=options["name"], unit=options["unit"], scheme=options["scheme"],
                    worth_fen=fen(options["worth"]), years_of_use=options["years"], numbered=options["numbered"],
                    fund=options["fund"], at=at, by=by,
                )  # fmt: skip
                self.stdout.write(f"已登记物品“{made}”。")
                return
            case "store":
                self.stdout.write(
                    f"已登记仓库“{stock.add_store(division=place, name=options['name'], at=at, by=by)}”。"
                )
                return
            case "round":
                opened = stock.open_round(
                    division=place, name=options["name"], item=_item(options["item"], place.code), each=options["each"],
                    opens_on=options["opens"], closes_on=options["closes"], at=at, by=by,
                )  # fmt: skip
                self.stdout.write(f"已开发放批次“{opened}”：每人 {opened.each} {opened.item.unit}{opened.item}。")
                return
        told = Told(options["on"] or today(), at, by, options["note"])
        for move in self._move(options, told, place.code):
            self.stdout.write(f"{move.pk}　{move.get_kind_display()}：{move.item} {move.quantity} {move.item.unit}")

    def _move(self, options: dict[str, Any], told: Told, place: str) -> list[Move]:
        store = Store.objects.filter(division__code__startswith=prefix(place), name=options["store"]).first()
        if store is None:
            raise StockRefused(f"没有仓库“{options['store']}”：请用 zhucan stock list 查看，或先登记。")
        quantity = options["quantity"]
        if options["verb"] == "return":
            out = Move.objects.filter(pk=options["move"], store__division__code__startswith=prefix(place)).first()
            if out is None:
                raise StockRefused(f"没有编号 {options['move']} 的发放或借出：请核对编号。")
            return [stock.take_back(issued=out, store=store, quantity=quantity, broken=options["broken"], told=told)]
        item = _item(options["item"], place)
        if options["verb"] == "receive":
            return stock.receive(store=store, item=item, quantity=quantity, told=told, serials=tuple(options["serial"]))
        piece = _piece(item, options["serial"])
        match options["verb"]:
            case "issue":
                return [
                    stock.issue(
                        store=store, item=item, person=_person(options["person"]), quantity=quantity, told=told,
                        award=_award(options["award"]), round=_round(options["round"], place), piece=piece,
                        early=options["early"],
                    )
                ]  # fmt: skip
            case "lend":
                return [
                    stock.lend(
                        store=store, item=item, person=_person(options["person"]), quantity=quantity, told=told,
                        due_on=options["due"], piece=piece,
                    )
                ]  # fmt: skip
            case "repair":
                return [stock.repair(store=store, item=item, quantity=quantity, told=told, piece=piece)]
        return [
            stock.write_off(store=store, item=item, quantity=quantity, broken=options["broken"], told=told, piece=piece)
        ]


def _item(name: str, place: str) -> Item:
    found = Item.objects.filter(division__code__startswith=prefix(place)[:6], name=name).first()
    if found is None:
        raise StockRefused(f"物品目录里没有“{name}”：请先用 zhucan stock item 登记。")
    return found


def _piece(item: Item, serial: str) -> Piece | None:
    if not serial:
        return None
    found = Piece.objects.filter(item=item, serial=serial).first()
    if found is None:
        raise StockRefused(f"没有编号 {serial} 的{item}：请核对编号。")
    return found


def _person(key: int) -> Person:
    found = Person.objects.filter(pk=key).first()
    if found is None:
        raise ZhucanError(f"没有编号 {key} 的人员：请核对。")
    return found


def _award(key: int | None) -> Award | None:
    if key is None:
        return None
    found = Award.objects.filter(pk=key).first()
    if found is None:
        raise ZhucanError(f"没有编号 {key} 的批准：请核对。")
    return found


def _round(name: str, place: str) -> Round | None:
    if not name:
        return None
    found = Round.objects.filter(division__code__startswith=prefix(place)[:6], name=name).first()
    if found is None:
        raise StockRefused(f"没有发放批次“{name}”：请先用 zhucan stock round 开批次。")
    return found
