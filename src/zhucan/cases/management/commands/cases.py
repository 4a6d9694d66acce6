"""`zhucan cases FILE...`: run worked policy cases and print each that fails."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from zhucan.core.yamls import YamlError
from zhucan.orgs.commands import Command as Base
from zhucan.policy.cases import load_cases, run_case
from zhucan.policy.facts import FACTS
from zhucan.policy.parameters import PARAMETERS


class Command(Base):
    requires_system_checks = ()
    help = "运行 YAML 写的政策案例，列出不符的；有不符或文件有误时退出码为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="案例文件（YAML）")
        parser.add_argument("--facts", action="store_true", help="列出案例里可以写的事实和参数")

    def run(self, **options: Any) -> None:
        """Run every file; a file that cannot be read is told and the others still run."""
        if options["facts"]:
            for line in _vocabulary():
                self.stdout.write(line)
            return
        if not options["files"]:
            raise CommandError("没有写文件：用法是 zhucan cases 文件…，或 zhucan cases --facts。")
        held, failed, unreadable = 0, 0, 0
        for name in options["files"]:
            try:
                cases = load_cases(Path(name))
            except YamlError as error:
                self.stderr.write(str(error))
                unreadable += 1
                continue
            for case in cases:
                wrong = run_case(case)
                if wrong:
                    self.stdout.write(f"✕ {case.name}\n  {wrong}")
                    failed += 1
                else:
                    held += 1
        self.stdout.write(f"案例 {held + failed} 个：符合 {held}，不符 {failed}。")
        if failed or unreadable:
            unread = f"{unreadable} 个文件读不了" if unreadable else ""
            wrongly = f"{failed} 个案例不符" if failed else ""
            raise CommandError(f"{'，'.join(part for part in (wrongly, unread) if part)}：请按上面所列逐一核对。")


def _vocabulary() -> list[str]:
    """Return the facts and parameters that a case may name, one a line."""
    kinds = {"bool": "true/false", "int": "整数", "money": "金额", "date": "日期", "text": "词", "rate": "比例"}
    facts = [
        f"  {fact.name}  {fact.label}（{'、'.join(fact.choices) if fact.choices else kinds[fact.kind.value]}）"
        for fact in FACTS
    ]
    parameters = [
        f"  {'、'.join((item.id, *item.aliases))}  {item.label}（{'、'.join(item.choices) or item.unit}）"
        for item in PARAMETERS.values()
    ]
    return ["事实 facts：", *facts, "参数 switches：", *parameters]
