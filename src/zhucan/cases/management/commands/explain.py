"""`zhucan explain PERSON MONTH`: every scheme, its outcome, its reasons and sources."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.cases.facts import judge
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month
from zhucan.orgs import audit
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.policy.explain import explain
from zhucan.registry.models import Residence
from zhucan.registry.queries import find


class Command(Base):
    help = "说明一个人某个月每项待遇给不给、为什么、依据什么。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="人员编号、身份证号、残疾人证号或全名")
        parser.add_argument("month", help="月份，如 2025-09")
        parser.add_argument("--division", help="发放县代码；不写则按当月户籍")

    def run(self, **options: Any) -> None:
        """Print one paragraph a scheme."""
        person, month = find(options["person"]), Month.parse(options["month"])
        division = options["division"]
        if not division:
            home = Residence.objects.filter(person=person).as_known().order_by("-valid_from")
            residence = home.filter(valid_from__lt=month.first).first() or home.first()
            if residence is None:
                raise ZhucanError(f"人员 {person.pk} 没有户籍登记：请先登记户籍，或用 --division 指明发放县。")
            division = county_of(residence.division_id)
        judgement = judge(person, month, division=division)
        audit.record(
            actor=command_user(CLERK), action="cases.explain", target=f"person:{person.pk}", at=now(), month=str(month)
        )
        self.stdout.write(f"人员 {person.pk}，{month.label}，按 {judgement.on} 的情况判断")
        for scheme in judgement.offered:
            found = explain(scheme, judgement.decisions[scheme.id], judgement.facts, judgement.params)
            self.stdout.write(f"\n{scheme.name}：{found.verdict}")
            for sentence in found.sentences:
                self.stdout.write(f"  {sentence}")
            if found.change:
                self.stdout.write(f"  {found.change}")
