"""`zhucan record`: what the federation learns about a person today, from whatever day it holds."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.policy.declared.findings import FINDING_KINDS
from zhucan.registry import services
from zhucan.registry.findings import set_finding
from zhucan.registry.models import HardshipKind, Person, Spell
from zhucan.registry.queries import find
from zhucan.registry.spells import Witness


class Command(Base):
    help = "登记一个人的变化：死亡、困难类型、核实到的事、户籍迁移、机构托养、服刑。晚得知的也按实际日期登记，下次发放自动补发或追回。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
        for name, words in (
            ("death", "死亡"),
            ("death-corrected", "更正已登记的死亡日期"),
            ("death-withdrawn", "撤回误报的死亡"),
            ("hardship", "困难类型"),
            ("finding", "核实到的一件事"),
            ("move", "户籍迁移"),
            ("institution-in", "进入机构托养"),
            ("institution-out", "离开机构"),
            ("custody-in", "开始服刑"),
            ("custody-out", "刑满释放"),
        ):
            verb = verbs.add_parser(name, help=words)
            verb.add_argument("person", metavar="PERSON", help="人员编号、身份证号、残疾人证号或全名")
            if name == "hardship":
                verb.add_argument(
                    "kind", metavar="KIND", help="、".join(f"{k}（{v}）" for k, v in HardshipKind.choices)
                )
            if name == "finding":
                verb.add_argument(
                    "kind",
                    metavar="KIND",
                    help="核实了什么：" + "、".join(f"{k}（{v.label}）" for k, v in FINDING_KINDS.items()),
                )
                verb.add_argument("said", metavar="VALUE", help="是、否，数量，金额（元）或结论；只记日期的事写 -")
            if name == "move":
                verb.add_argument("division", metavar="CODE", help="迁入的村（社区）或县")
            if name != "death-withdrawn":
                verb.add_argument("--on", required=True, type=day, metavar="DATE", help="实际发生的日期")
            verb.add_argument("--source", default="命令行登记", help="从哪里得知")
            verb.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    @transaction.atomic
    def run(self, **options: Any) -> None:
        """Record it with both clocks; what is recorded already is said to be so, and leaves no trace."""
        person, at = find(options["person"]), now()
        by = command_user(options["by"])
        spell = self._record(options, person, Witness(at, by, options["source"][:80]))
        if options["what"] == "death-withdrawn":
            said = f"已撤回：人员 {person.pk} 于 {spell.valid_from} 死亡的登记"
        elif spell.recorded_at != at:
            since = spell.valid_from
            self.stdout.write(f"没有变化：人员 {person.pk} 的{_name(spell)}自 {since} 起原来就是这样登记的。")
            return
        else:
            said = f"已登记：人员 {person.pk}，{options['on']}"
        audit.record(
            actor=by,
            action=f"registry.{options['what']}",
            target=f"person:{person.pk}",
            at=at,
            on=(options.get("on") or spell.valid_from).isoformat(),
        )
        self.stdout.write(f"{said}。下次发放会按此重新核定以前的月份。")

    def _record(self, options: dict[str, Any], person: Person, witness: Witness) -> Spell:
        match options["what"]:
            case "hardship":
                return services.set_hardship(person=person, day=options["on"], kind=options["kind"], witness=witness)
            case "finding":
                return set_finding(
                    person=person, day=options["on"], kind=options["kind"], said=options["said"], witness=witness
                )
            case "move":
                place = division(options["division"])
                return services.move(person=person, day=options["on"], division=place, witness=witness)
            case "death-withdrawn":
                return services.retract_death(person=person, witness=witness)
            case what:
                return _SIMPLE[what](person=person, day=options["on"], witness=witness)


def _name(spell: Spell) -> str:
    return str(spell._meta.verbose_name)


_SIMPLE: Mapping[str, Callable[..., Spell]] = {
    "death": services.record_death,
    "death-corrected": services.correct_death,
    "institution-in": services.enter_institution,
    "institution-out": services.leave_institution,
    "custody-in": services.enter_custody,
    "custody-out": services.leave_custody,
}
