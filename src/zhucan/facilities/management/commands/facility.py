"""`zhucan facility`: what is known of places, entered one by one or from a list; checks scored; issues referred and settled."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.facilities import importing, queries, services
from zhucan.facilities.entries import ENTRIES, STANDARD, Entry
from zhucan.facilities.kinds import GOES_ON, KINDS
from zhucan.facilities.models import Check, Facility, Issue, Kept, Standard
from zhucan.facilities.reading import Around, EntryRefused, facility_named
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division


class Command(Base):
    help = "场所：登记（add）、导入清单（import）、结束（end）、撤回（retract）、打分（score）、转交和解决问题（refer、settle）、查看（list、people、standing、issues）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        kinds = "；".join(f"{entry.id} {entry.title}（{'、'.join(_columns(entry))}）" for entry in ENTRIES.values())
        adding = verbs.add_parser("add", help="登记一条", epilog=kinds)
        adding.add_argument("what", choices=list(ENTRIES), metavar="WHAT", help="登记什么")
        adding.add_argument("said", nargs="+", metavar="列=内容", help="每一列，如 名称=示例学校")
        adding.add_argument("--at", default="", metavar="FACILITY", help="场所的名称或编号；不写就登记在 --division 上")
        adding.add_argument("--standard", type=int, metavar="STANDARD", help="条目属于哪个标准（编号）")
        taking = verbs.add_parser("import", help="导入一份清单（xlsx 或 csv），全部行都对才登记", epilog=kinds)
        taking.add_argument("file", type=Path, metavar="FILE", help="清单")
        taking.add_argument("--what", choices=list(ENTRIES), required=True, help="清单登记什么")
        taking.add_argument("--standard", type=int, metavar="STANDARD", help="条目属于哪个标准（编号）")
        ending = verbs.add_parser("end", help="结束一条：停用、取消、离岗、离开、拆除")
        ending.add_argument("what", choices=[entry.id for entry in ENTRIES.values() if entry.ends], metavar="WHAT")
        ending.add_argument("row", type=int, metavar="ROW", help="编号")
        ending.add_argument("--on", type=day, required=True, help="从哪天起不再")
        ending.add_argument("--goes-on", choices=list(GOES_ON), default="", help="去向（在册的人离开时）")
        back = verbs.add_parser("retract", help="撤回登记错的一条")
        back.add_argument("what", choices=list(ENTRIES), metavar="WHAT")
        back.add_argument("row", type=int, metavar="ROW", help="编号")
        back.add_argument("--reason", required=True, help="原因")
        scoring = verbs.add_parser("score", help="给一次检查打分")
        scoring.add_argument("check", type=int, metavar="CHECK", help="检查编号")
        scoring.add_argument("points", nargs="+", metavar="编号=得分[:佐证]", help="每个条目的得分和佐证")
        for name, word in (("refer", "把问题转交责任单位"), ("settle", "登记问题已经解决")):
            step = verbs.add_parser(name, help=word)
            step.add_argument("issue", type=int, metavar="ISSUE", help="问题编号")
            step.add_argument("--on", type=day, help="日期，不写就是今天")
            if name == "settle":
                step.add_argument("--outcome", required=True, help="怎么解决的")
        verbs.add_parser("list", help="列出场所").add_argument("--kind", choices=list(KINDS), help="种类")
        people = verbs.add_parser("people", help="列出在岗人员、当年的培训学时，谁没有达到要求")
        people.add_argument("--on", type=day, help="哪一天在岗、学时到哪一天，不写就是今天")
        standing = verbs.add_parser("standing", help="列出一个标准下各场所或地方的状态和差距")
        standing.add_argument("standard", type=int, metavar="STANDARD", help="标准编号")
        issues = verbs.add_parser("issues", help="按期限列出没有解决的问题和任务")
        issues.add_argument("--kind", choices=Issue.Kind.values, help="种类")
        for verb in verbs.choices.values():
            verb.add_argument("--division", required=True, metavar="CODE", help="区划代码")
            verb.add_argument("--by", default=CLERK, help="办理的用户")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        getattr(self, f"_{options['verb']}")(division(options["division"]), options)

    def _add(self, place: Division, options: dict[str, Any]) -> None:
        entry = ENTRIES[options["what"]]
        said = _said(entry, options["said"])
        facility = facility_named(options["at"], place) if options["at"] else None
        subject = _standard(options["standard"]) if STANDARD in entry.about else facility or place
        made = services.enter(
            what=entry.id, subject=subject, said=said, around=Around(place, facility), at=now(),
            by=command_user(options["by"]),
        )  # fmt: skip
        self.stdout.write(f"{entry.title}，编号 {made.pk}。")

    def _import(self, place: Division, options: dict[str, Any]) -> None:
        standard = None if options["standard"] is None else _standard(options["standard"])
        new, old = importing.take_in(
            path=options["file"], what=options["what"], place=place, at=now(), by=command_user(options["by"]),
            standard=standard,
        )  # fmt: skip
        self.stdout.write(f"新登记 {new} 条，原来就有 {old} 条。")

    def _end(self, place: Division, options: dict[str, Any]) -> None:
        row, by = _row(options["what"], options["row"]), command_user(options["by"])
        services.end(row=row, day=options["on"], at=now(), by=by, goes_on=options["goes_on"])
        self.stdout.write("已登记结束。")

    def _retract(self, place: Division, options: dict[str, Any]) -> None:
        row = _row(options["what"], options["row"])
        services.retract(row=row, reason=options["reason"], at=now(), by=command_user(options["by"]))
        self.stdout.write("已撤回。")

    def _score(self, place: Division, options: dict[str, Any]) -> None:
        check = _row("check", options["check"])
        assert isinstance(check, Check)
        numbers = {one.number: one.pk for one in check.standard.criteria.live()}
        points = {}
        for text in options["points"]:
            number, _, told = text.partition("=")
            value, _, evidence = told.replace("：", ":").partition(":")
            if number not in numbers:
                raise EntryRefused(f"标准里没有条目“{number}”：有 {'、'.join(numbers)}。")
            points[numbers[number]] = (_points(value), evidence)
        found = queries.found_by(services.score(check=check, points=points, at=now(), by=command_user(options["by"])))
        assert found is not None
        self.stdout.write(f"得分 {found.points:f}/{found.of:f}，差距 {len(found.gaps)} 条。")

    def _refer(self, place: Division, options: dict[str, Any]) -> None:
        issue, on = _issue(options), options["on"] or today()
        services.refer(issue=issue, day=on, at=now(), by=command_user(options["by"]))
        self.stdout.write(f"已转交{issue.unit}。")

    def _settle(self, place: Division, options: dict[str, Any]) -> None:
        issue, on = _issue(options), options["on"] or today()
        services.settle(issue=issue, day=on, outcome=options["outcome"], at=now(), by=command_user(options["by"]))
        self.stdout.write("已登记解决。")

    def _list(self, place: Division, options: dict[str, Any]) -> None:
        found = queries.facilities_in(place.code)
        for one in found.filter(kind=options["kind"]) if options["kind"] else found:
            self.stdout.write(f"{one.pk} {one.get_kind_display()} {one} {one.division}{_closed(one)}")

    def _people(self, place: Division, options: dict[str, Any]) -> None:
        on = options["on"] or today()
        for one in queries.serving(queries.people_in(place.code, on), on):
            who, wanted = one.worker, one.wanted
            told = "没有规定要求" if wanted is None else f"{'没有达到' if one.short else '达到'} {wanted}"
            self.stdout.write(
                f"{who.pk} {who.get_post_display()}{who} {who.employer or who.where} {one.hours} 学时，{told}"
            )

    def _standing(self, place: Division, options: dict[str, Any]) -> None:
        for one in queries.standings(_standard(options["standard"]), today(), within=place.code):
            latest = one.latest
            told = "还没有打分" if latest is None else f"{latest.points:f}/{latest.of:f}，差距 {len(latest.gaps)} 条"
            status = "判断不了（标准没有达标分）" if one.status is None else one.status.label
            number = f"，第 {one.number} 个通过验收（{one.accepted_on}）" if one.number else ""
            self.stdout.write(f"{one.subject}：{status}，{told}{number}")

    def _issues(self, place: Division, options: dict[str, Any]) -> None:
        found = queries.issues_in(place.code).filter(settled_on=None)
        for one in found.filter(kind=options["kind"]) if options["kind"] else found:
            late = "，已超期" if one.due_on < today() else ""
            self.stdout.write(
                f"{one.pk} {one.get_kind_display()} {one.where}：{one.text}，{one.unit}，{one.due_on}{late}"
            )


def _columns(entry: Entry) -> list[str]:
    return [column.label for column in entry.columns]


def _said(entry: Entry, texts: list[str]) -> dict[str, str]:
    fields = {column.label: column.field for column in entry.columns}
    said = {}
    for text in texts:
        label, mark, value = text.partition("=")
        if not mark or label not in fields:
            raise EntryRefused(f"“{text}”不对：请写成 列=内容，{entry.title}的列有 {'、'.join(fields)}。")
        said[fields[label]] = value
    return said


def _points(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise EntryRefused(f"得分“{text}”不是数：请核对。") from error


def _row(what: str, number: int) -> Kept:
    found: Kept | None = ENTRIES[what].model._default_manager.filter(pk=number, retracted_at=None).first()
    if found is None:
        raise EntryRefused(f"没有编号为 {number} 的{ENTRIES[what].title}：请核对编号。")
    return found


def _issue(options: dict[str, Any]) -> Issue:
    found = _row("issue", options["issue"])
    assert isinstance(found, Issue)
    return found


def _standard(number: int | None) -> Standard:
    if number is None:
        raise EntryRefused("没有写是哪个标准：请用 --standard 写标准编号。")
    found = _row("standard", number)
    assert isinstance(found, Standard)
    return found


def _closed(one: Facility) -> str:
    return f"，{one.valid_to} 停用" if one.valid_to else ""
