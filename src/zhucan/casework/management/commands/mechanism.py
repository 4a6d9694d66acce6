"""`zhucan mechanism`: a county's own service mechanisms, the matters in them by deadline, and deadlines filled in later."""

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Q, QuerySet

from zhucan.casework import mechanisms
from zhucan.casework.mechanisms import RESPONSIBLE
from zhucan.casework.models import Matter, Mechanism
from zhucan.core.errors import ZhucanError
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division, inside
from zhucan.orgs.models import Division, Role

_LIVE = Q(matters__retracted_at=None, matters__isnull=False)


class Command(Base):
    help = "服务机制：机制和步骤（list）、没有办结的办件（matters）、撤回受理错的（retract）、补期限（deadlines）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|matters|retract|deadlines")
        verbs.add_parser("list", help="各个机制的步骤、岗位和期限，受理过几件，在办几件")
        matters = verbs.add_parser("matters", help="列出没有办结的办件，期限近的在前")
        matters.add_argument("--role", choices=[role.value for role in RESPONSIBLE], help="只列等这个岗位办的")
        matters.add_argument("--overdue", action="store_true", help="只列超期的")
        retract = verbs.add_parser("retract", help="撤回受理错的一件")
        retract.add_argument("matter", type=int, metavar="MATTER", help="办件编号")
        retract.add_argument("--reason", required=True, help="原因")
        verbs.add_parser("deadlines", help="补上放假安排公布后才能算的期限")
        for verb in verbs.choices.values():
            verb.add_argument("--division", required=True, metavar="CODE", help="区划代码")
        for name in ("retract", "deadlines"):
            verbs.choices[name].add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        place = division(options["division"])
        match options["verb"]:
            case "list":
                self._list(place)
            case "matters":
                self._matters(place, options)
            case "retract":
                found = _here(place).filter(pk=options["matter"]).first()
                if found is None:
                    raise ZhucanError(
                        f"{place.name}没有编号 {options['matter']} 的办件：请用 zhucan mechanism matters 查看。"
                    )
                mechanisms.take_back(matter=found, reason=options["reason"], at=now(), by=command_user(options["by"]))
                self.stdout.write("已撤回。")
            case _:
                many = mechanisms.fill_deadlines(division=place, at=now(), by=command_user(options["by"]))
                self.stdout.write(f"补上了 {many} 个期限。")

    def _list(self, place: Division) -> None:
        found = Mechanism.objects.filter(inside("division_id", place.code)).prefetch_related("steps")
        found = found.annotate(
            many=Count("matters", _LIVE), waiting=Count("matters", _LIVE & Q(matters__closed_on=None))
        )
        for one in found.order_by("division", "name", "valid_from"):
            ended = f"，到 {one.valid_to} 前" if one.valid_to else ""
            self.stdout.write(
                f"{one.pk}  {one}：{one.valid_from} 起{ended}，受理过 {one.many} 件，在办 {one.waiting} 件"
            )
            for step in one.steps.all():
                self.stdout.write(
                    f"  {step.number}. {step.name}：{Role(step.role).label}，{step.working_days} 个工作日内"
                )
        self.stdout.write(f"共 {len(found)} 个机制。")

    def _matters(self, place: Division, options: dict[str, Any]) -> None:
        day, found = today(), mechanisms.waiting(_here(place), options["role"] or "")
        if options["overdue"]:
            found = found.filter(due_on__lt=day)
        for one in found.select_related("mechanism", "step"):
            late = "，已超期" if one.due_on and one.due_on < day else ""
            due = f"期限 {one.due_on}" if one.due_on else "期限等放假安排公布"
            self.stdout.write(
                f"{one.pk}  人员 {one.person_id}  {one.mechanism}  {one.step.name}（{Role(one.step.role).label}）  {due}{late}"
            )
        self.stdout.write(f"共 {len(found)} 件。")


def _here(place: Division) -> QuerySet[Matter]:
    return Matter.objects.filter(inside("division_id", place.code))
