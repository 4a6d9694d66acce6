"""`zhucan find --division CODE`: who is entitled and does not receive, who receives and is not entitled, and so on."""

import json
from typing import Any

from django.core.management.base import CommandParser

from zhucan.cases.finding import List, Look, Tally, look
from zhucan.core.money import from_fen, text
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.policy.catalogue import scheme

_SHOWN = 5


class Command(Base):
    help = "政策找人：一个地方开展的每个项目，应享未享、在享已不符合、还不能确定、只差一项的各有多少人、是哪些人。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True, metavar="CODE", help="区划代码，县、乡镇或村都可以")
        parser.add_argument("--scheme", action="append", metavar="ID", help="只看这个项目，可以写几次")
        parser.add_argument("--list", choices=[one.value for one in List], metavar="entitled|stop|unknown|near",
                            help="列出这一种名单里的人（只写人员编号）")  # fmt: skip
        parser.add_argument("--on", type=day, metavar="DATE", help="按哪一天判断（默认今天）")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def run(self, **options: Any) -> None:
        """Look, and print counts or one list; nothing is kept."""
        place, at = division(options["division"]), now()
        found = look(division=place, on=options["on"] or today(), known_at=at, schemes=options["scheme"])
        audit.record(
            actor=command_user(CLERK), action="cases.looked", target=f"division:{place.pk}", at=at, rows=len(found.rows)
        )
        if options["json"]:
            self.stdout.write(json.dumps(_plain(found, options["list"]), ensure_ascii=False))
            return
        self.stdout.write(f"{place.name}：{found.people} 人，按 {found.on} 的情况判断，资料截至现在。")
        for tally in found.tallies:
            self._tell(tally)
            if options["list"]:
                self._rows(found, tally, List(options["list"]))

    def _tell(self, tally: Tally) -> None:
        counts = (
            ("在享", tally.receiving), ("应享未享", tally.entitled), ("在享已不符合", tally.stop),
            ("还不能确定", tally.unknown), ("只差一项", tally.near), ("要本人申请时说明", tally.asking),
        )  # fmt: skip
        self.stdout.write(f"\n{scheme(tally.scheme).name}：" + "，".join(f"{word} {n} 人" for word, n in counts))
        if tally.no_standard:
            self.stdout.write(f"  没有配置当地标准，{tally.no_standard} 人不能判断：请先录入标准。")
        if tally.stake_fen:
            self.stdout.write(f"  应享未享一年合计 {text(from_fen(tally.stake_fen))} 元")
        for label, (alone, among) in list(tally.settles.items())[:_SHOWN]:
            self.stdout.write(f"  查清“{label}”可以定 {alone} 人" + (f"，另 {among} 人还要查别的" if among else ""))
        for label, people in sorted(tally.nears.items(), key=lambda one: -one[1])[:_SHOWN]:
            self.stdout.write(f"  只差“{label}”：{people} 人")

    def _rows(self, found: Look, tally: Tally, wanted: List) -> None:
        for row in found.rows:
            if row.scheme == tally.scheme and row.list is wanted:
                money = "" if row.stake_fen is None else f"，一年 {text(from_fen(row.stake_fen))} 元"
                self.stdout.write(f"  人员 {row.person_id}{money}" + (f"，{row.what}" if row.what else ""))


def _plain(found: Look, wanted: str | None) -> dict[str, Any]:
    def told(tally: Tally) -> dict[str, Any]:
        return {
            "scheme": tally.scheme, "name": scheme(tally.scheme).name, "receiving": tally.receiving,
            "entitled": tally.entitled, "stop": tally.stop, "unknown": tally.unknown, "near": tally.near,
            "asking": tally.asking, "no_standard": tally.no_standard, "stake": text(from_fen(tally.stake_fen)),
            "settles": [{"find_out": name, "alone": alone, "among": among} for name, (alone, among) in tally.settles.items()],
            "nears": [{"lacking": name, "people": people} for name, people in tally.nears.items()],
        }  # fmt: skip

    answer: dict[str, Any] = {
        "division": found.division,
        "on": found.on.isoformat(),
        "known_at": found.known_at.isoformat(),
        "people": found.people,
        "schemes": [told(tally) for tally in found.tallies],
    }
    if wanted:
        answer["rows"] = [
            {
                "scheme": row.scheme, "person": row.person_id,
                "stake": None if row.stake_fen is None else text(from_fen(row.stake_fen)), "what": row.what,
            }
            for row in found.rows
            if row.list.value == wanted
        ]  # fmt: skip
    return answer
