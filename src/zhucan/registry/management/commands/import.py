"""`zhucan import people|divisions FILE`, `zhucan import REGISTER FILE` (jobs, schooling, term-aid …) and `zhucan import list KIND FILE`."""  # noqa: N999  Django names the command after the file

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from zhucan.core import calendar
from zhucan.orgs import audit, divisions
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.registry.crosschecks.importing import import_list
from zhucan.registry.crosschecks.kinds import KINDS
from zhucan.registry.registers.importing import import_register
from zhucan.registry.registers.kinds import REGISTERS
from zhucan.registry.rosters.columns import LABELS, telling
from zhucan.registry.rosters.importing import ImportResult, import_people

SOME_ROWS_CAME_BACK = 2
_SHOWN = 20
_HEADS = "、".join(
    LABELS[field] for field in ("name", "id_number", "certificate", "issued", "expires", "account", "hardship")
)


class Command(Base):
    help = f"导入花名册（people，xlsx 或 csv）、{'、'.join(f'{one.kind.label}（{name}）' for name, one in REGISTERS.items())}、区划表（divisions，csv）、放假安排（holidays，yaml）或其他部门的名单（list，与登记比对成疑点）。全部导入退出码为 0，有行退回为 2，整个文件不能用为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "kind",
            choices=("people", *REGISTERS, "divisions", "list", "holidays"),
            metavar="|".join(("people", *REGISTERS, "divisions", "list", "holidays")),
        )
        parser.add_argument("of", nargs="?", choices=tuple(KINDS), metavar="|".join(KINDS), help="list 的种类")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--out", type=Path, metavar="MARKED", help="标注副本的文件名（默认在原文件旁，名为“…-标注.xlsx”）"
        )
        parser.add_argument(
            "--division", default="", metavar="CODE", help="名单所在的区划：只认其中的村，没有村列时作为户籍地"
        )
        parser.add_argument("--as-of", type=day, metavar="DATE", help="名单反映哪一天的情况（默认今天）")
        parser.add_argument("--allow-rename", action="store_true", help="同一身份证号姓名不同时，按名单更名")
        parser.add_argument(
            "--whole", action="store_true", help="list dibao：名单是这个区划的完整名单，不在上面的也要核实"
        )
        parser.add_argument("--source", default="", metavar="DEPARTMENT", help="list：哪个部门给的（默认按种类）")
        parser.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义导入")

    def run(self, **options: Any) -> None:
        """Import the file and say what came of it."""
        path: Path = options["file"]
        if (options["kind"] == "list") != (options["of"] is not None):
            raise CommandError(f"导入名单请写明种类：zhucan import list {'|'.join(KINDS)} 文件。")
        if options["kind"] == "list":
            self._list(options)
            return
        if options["kind"] == "holidays":
            years = calendar.add_years_of(path)
            audit.record(
                actor=command_user(options["by"]), action="orgs.holidays", target="holidays", at=now(), years=years
            )
            self.stdout.write(
                f"放假安排：记下 {'、'.join(map(str, years))} 年。接着用 zhucan case deadlines、zhucan mechanism deadlines 补上等着的期限。"
            )
            return
        if options["kind"] == "divisions":
            changed = divisions.load_file(path, at=now(), by=command_user(options["by"]))
            self.stdout.write(f"区划：新增或改名 {changed} 个。")
            return
        if options["kind"] in REGISTERS:
            result = import_register(
                register=options["kind"], path=path, at=now(), by=command_user(options["by"]), as_of=options["as_of"],
                division=options["division"], out=options["out"],
            )  # fmt: skip
            self._answer(result)
            return
        result = import_people(
            path=path,
            at=now(),
            by=command_user(options["by"]),
            as_of=options["as_of"],
            division=options["division"],
            out=options["out"],
            allow_rename=options["allow_rename"],
        )
        self._answer(result)

    def _answer(self, result: ImportResult) -> None:
        self._report(result)
        if result.rejected:
            raise CommandError(
                f"{len(result.rejected)} 行退回：请打开 {result.marked}，按最后一列“错误说明”改好后再导入。",
                returncode=SOME_ROWS_CAME_BACK,
            )

    def _list(self, options: dict[str, Any]) -> None:
        result = import_list(
            kind=options["of"],
            path=options["file"],
            at=now(),
            by=command_user(options["by"]),
            division=options["division"],
            source=options["source"],
            as_of=options["as_of"],
            whole=options["whole"],
            out=options["out"],
        )
        say = self.stdout.write
        say(
            f"{result.file.name}（{result.kind.label}）：{result.rows} 行，与登记一致 {result.agree} 行，新疑点 {result.new} 条"
            f"（号码一致 {result.exact}，疑似本人 {result.fuzzy}，不在名单上 {result.off_list}），以前已有 {result.known} 条"
            f"（其中驳回后又报 {result.repeated} 条），登记里没有的 {len(result.unknown)} 行，退回 {len(result.rejected)} 行。"
        )
        for row in result.rejected[:_SHOWN]:
            say(f"退回 第 {row.number} 行：{' '.join(remark.sentence for remark in row.faults)}")
        if result.marked is not None:
            say(f"标注副本：{result.marked}（退回的和登记里没有的都在里面）")
        if result.rejected:
            raise CommandError(f"{len(result.rejected)} 行退回：请改好后再导入。", returncode=SOME_ROWS_CAME_BACK)

    def _report(self, result: ImportResult) -> None:
        say = self.stdout.write
        say(
            f"{result.file.name}：新登记 {result.new} {result.unit}，更正 {result.corrected} {result.unit}，未变 {result.unchanged} {result.unit}，"
            f"退回 {len(result.rejected)} 行；其中提醒 {len(result.warned)} 行，跳过合计、表尾等 {result.skipped_rows} 行。"
        )
        if not result.changed:
            say("登记没有变化。")
        for name, reason in result.skipped_sheets:
            say(f"跳过的表：{name}（{reason}）")
        if result.ignored:
            say(f"没有用到的列：{'、'.join(result.ignored)}")
            if unread := [name for name in result.ignored if telling(name)]:
                say(
                    f"注意：{'、'.join(unread)} 像是登记要用的资料，没有读入；如果是，请改好表头再导入，写法如：{_HEADS}。"
                )
        if result.only_not_dibao:
            say(
                f"注意：{result.only_not_dibao} 行只写明不是低保，看不出是不是低保边缘或特困：没有低保登记的，困难类型仍是不明；"
                "知道的话，请改用“困难类型”列，写明低保、低保边缘、特困或非困难。"
            )
        for row in result.rejected[:_SHOWN]:
            say(f"退回 第 {row.number} 行：{' '.join(remark.sentence for remark in row.faults)}")
        if len(result.rejected) > _SHOWN:
            say(f"……其余 {len(result.rejected) - _SHOWN} 行见标注副本。")
        if result.marked is not None:
            only = "（行数多，只含退回和提醒的行，附原行号）" if result.only_rejected else ""
            say(f"标注副本：{result.marked}{only}")
