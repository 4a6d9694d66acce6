"""`zhucan standard`: list, set and retract the standards and choices of a place."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.divisions import ancestors
from zhucan.orgs import standards
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division, parameter_rows
from zhucan.policy.expressions import Kind
from zhucan.policy.parameters import BEGINNING, PARAMETERS, parameter


class Command(Base):
    help = "补贴标准和本地做法：查看（list）、登记（set）、撤回（retract）。改动过去的月份由下次发放自动补发或追回。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|set|retract")
        listing = verbs.add_parser("list", help="一个区划在用的标准")
        setting = verbs.add_parser("set", help="登记标准")
        retracting = verbs.add_parser("retract", help="撤回登记错的标准")
        for item in (listing, setting, retracting):
            item.add_argument("--division", required=True, metavar="CODE", help="区划代码")
        for item in (setting, retracting):
            item.add_argument("parameter", metavar="PARAMETER", help="参数代号，见 zhucan standard list")
            item.add_argument("--from", dest="start", required=True, type=day, metavar="DATE", help="从哪一天起")
            item.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")
        setting.add_argument("--value", required=True, help="值，例如 1250.00")
        setting.add_argument("--document", required=True, help="依据的文件")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        match options["verb"]:
            case "list":
                self._list(options["division"])
            case "set":
                row = standards.set_standard(
                    name=options["parameter"],
                    place=options["division"],
                    valid_from=options["start"],
                    value=options["value"],
                    document=options["document"],
                    at=now(),
                    by=command_user(options["by"]),
                )
                label = parameter(row.parameter).label
                self.stdout.write(f"已登记：{row.division.name} 自 {row.valid_from} 起 {label} {row.value}。")
            case _:
                row = standards.retract_standard(
                    name=options["parameter"],
                    place=options["division"],
                    valid_from=options["start"],
                    at=now(),
                    by=command_user(options["by"]),
                )
                self.stdout.write(
                    f"已撤回：{row.division.name} 自 {row.valid_from} 起的 {parameter(row.parameter).label}。"
                )

    def _list(self, code: str) -> None:
        place = division(code)
        line_up = (place.code, *ancestors(place.code))
        day = today()
        for item in PARAMETERS.values():
            rows = [
                row
                for row in parameter_rows()
                if row.parameter in (item.id, *item.aliases) and row.division in line_up and row.valid_from <= day
            ]
            rows.sort(key=lambda row: (line_up.index(row.division), -row.valid_from.toordinal()))
            held = rows[0] if rows else None
            if held is None or held.value is None:
                self.stdout.write(f"{item.id:<28} {item.label}：没有配置")
                continue
            unit = item.unit if item.kind == Kind.MONEY else ""
            since = f"自 {held.valid_from}，" if held.valid_from > BEGINNING else ""
            said = f"{item.choices[held.value]}（{held.value}）" if item.choices else f"{held.value}{unit}"
            self.stdout.write(f"{item.id:<28} {item.label}：{said}（{since}{held.source}）")
