"""`zhucan service`: plans and sessions, medicine fetched, reliefs that end."""

from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandParser

from zhucan.cases.models import Award
from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen
from zhucan.core.months import Month
from zhucan.delivery import plans, reliefs
from zhucan.delivery.models import Discipline, Plan, Relief, Tier
from zhucan.orgs import institutions
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division, Institution


class Command(Base):
    help = "服务：机构（provider）、计划（plan）、服务记录（session）、结案（close）、领药（pick-up、missed）、减免（relief、end-relief、end-reliefs）、查看（list）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        provider = verbs.add_parser("provider", help="登记一个定点机构和它的收款账户")
        provider.add_argument("name", metavar="NAME", help="全称")
        provider.add_argument("--kind", choices=Institution.Kind.values, required=True, help="种类")
        provider.add_argument("--bank", default="", help="开户银行")
        provider.add_argument("--account", default="", help="账号")
        planning = verbs.add_parser("plan", help="按一项批准安排服务")
        planning.add_argument("award", type=int, metavar="AWARD", help="批准编号")
        planning.add_argument("--provider", required=True, help="机构名称")
        planning.add_argument("--discipline", choices=Discipline.values, required=True, help="服务内容")
        planning.add_argument("--tier", choices=Tier.values, default=Tier.INSTITUTION, help="服务层级")
        planning.add_argument("--review-days", type=int, help="每隔几天评估一次")
        planning.add_argument("--units", type=int, required=True, help="计划数量")
        planning.add_argument("--unit", default="次", help="单位")
        planning.add_argument("--price", metavar="YUAN", help="单价（元）")
        planning.add_argument("--monthly", type=int, help="服务券每月数量")
        planning.add_argument("--carry", type=int, default=0, help="未用数量结转几个月")
        planning.add_argument("--from", dest="starts", type=day, required=True, help="开始日期")
        planning.add_argument("--to", dest="ends", type=day, required=True, help="结束日期（不含）")
        planning.add_argument("--goal", default="", help="目标")
        planning.add_argument("--scale", default="", help="评估量表")
        planning.add_argument("--score", help="开始时得分")
        planning.add_argument("--less-is-better", action="store_true", help="得分越低越好")
        session = verbs.add_parser("session", help="登记一次服务")
        session.add_argument("plan", type=int, metavar="PLAN", help="计划编号")
        session.add_argument("--on", type=day, required=True, help="日期")
        session.add_argument("--from", dest="begins", required=True, help="开始时间，如 09:00")
        session.add_argument("--to", dest="ends", required=True, help="结束时间")
        session.add_argument("--units", type=int, default=1, help="数量")
        session.add_argument("--worker", required=True, help="服务人员")
        session.add_argument("--signed", required=True, help="签字人")
        closing = verbs.add_parser("close", help="结案")
        closing.add_argument("plan", type=int, metavar="PLAN", help="计划编号")
        closing.add_argument("--on", type=day, required=True, help="日期")
        closing.add_argument("--reached", choices=("yes", "no"), help="达到目标没有")
        closing.add_argument("--score", help="结束时得分")
        closing.add_argument("--note", default="", help="说明")
        pick = verbs.add_parser("pick-up", help="登记一个月的药已经领走")
        pick.add_argument("award", type=int, metavar="AWARD", help="批准编号")
        pick.add_argument("--provider", required=True, help="机构名称")
        pick.add_argument("--on", type=day, required=True, help="日期")
        pick.add_argument("--worth", default="0", metavar="YUAN", help="药费（元）")
        missing = verbs.add_parser("missed", help="到一个月为止漏领的药")
        missing.add_argument("month", metavar="MONTH", help="月份")
        missing.add_argument("--scheme", required=True, help="项目")
        ending = verbs.add_parser("end-reliefs", help="残疾人证失效或本人去世的，减免随之终止")
        relief = verbs.add_parser("relief", help="按一项批准开始减免代缴，或续办（--renews）")
        relief.add_argument("award", type=int, metavar="AWARD", help="批准编号")
        relief.add_argument("--from", dest="starts", type=day, required=True, help="从哪一天起")
        relief.add_argument("--to", dest="ends", type=day, help="到哪一天（这一天不再减免）；不写则没有终止日期")
        relief.add_argument("--amount", metavar="YUAN", help="减免金额（元）")
        relief.add_argument("--provider", help="由哪个机构减免")
        relief.add_argument("--renews", type=int, metavar="RELIEF", help="续办哪一项")
        stop = verbs.add_parser("end-relief", help="终止一项减免代缴")
        stop.add_argument("relief", type=int, metavar="RELIEF", help="减免编号")
        stop.add_argument("--on", type=day, required=True, help="从哪一天起不再减免")
        stop.add_argument("--reason", required=True, help="原因")
        listing = verbs.add_parser("list", help="服务计划和完成情况")
        for one in (relief, stop, provider, planning, session, closing, pick, missing, ending, listing):
            one.add_argument("--division", required=True, metavar="CODE", help="区划代码")
            one.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        place, by, at = division(options["division"]), command_user(options["by"]), now()
        match options["verb"]:
            case "provider":
                made = institutions.register(name=options["name"], kind=options["kind"], division=place, at=at, by=by)
                if options["account"]:
                    institutions.set_account(
                        institution=made,
                        bank=options["bank"],
                        number=options["account"],
                        holder=made.name,
                        at=at,
                        by=by,
                    )
                self.stdout.write(f"已登记机构“{made}”（编号 {made.pk}）。")
            case "plan":
                plan = plans.plan(
                    award=_award(options["award"], place), institution=institutions.named(options["provider"], place),
                    discipline=options["discipline"], units=options["units"], unit=options["unit"],
                    unit_fen=fen(options["price"]) if options["price"] else None, monthly_units=options["monthly"],
                    carry_months=options["carry"], starts_on=options["starts"], ends_on=options["ends"],
                    goal=options["goal"], scale=options["scale"], start_score=_score(options["score"]),
                    less_is_better=options["less_is_better"], tier=options["tier"], review_days=options["review_days"], at=at, by=by,
                )  # fmt: skip
                self.stdout.write(f"已安排服务，计划编号 {plan.pk}。")
            case "session":
                row = plans.record(
                    plan=_plan(options["plan"], place), day=options["on"], begins=_time(options["begins"]),
                    ends=_time(options["ends"]), units=options["units"], worker=options["worker"],
                    signed_by=options["signed"], at=at, by=by,
                )  # fmt: skip
                self.stdout.write(
                    f"已登记服务 {row.pk}：{row.units} {row.plan.unit}，已完成 {plans.completion(row.plan)}%。"
                )
            case "close":
                reached = None if options["reached"] is None else options["reached"] == "yes"
                plan = plans.close(
                    plan=_plan(options["plan"], place), day=options["on"], at=at, by=by, reached=reached,
                    end_score=_score(options["score"]), note=options["note"],
                )  # fmt: skip
                self.stdout.write(f"计划 {plan.pk} 已结案，完成 {plans.completion(plan)}%。")
            case "pick-up":
                fetched = reliefs.pick_up(
                    award=_award(options["award"], place), institution=institutions.named(options["provider"], place),
                    day=options["on"], worth_fen=fen(options["worth"]), at=at, by=by,
                )  # fmt: skip
                self.stdout.write(f"已登记{Month.from_index(fetched.month).label}领药。")
            case "missed":
                self._missed(Month.parse(options["month"]), options["scheme"], place)
            case "relief":
                begun = reliefs.begin(
                    award=_award(options["award"], place), valid_from=options["starts"], valid_to=options["ends"],
                    amount_fen=fen(options["amount"]) if options["amount"] else None,
                    institution=institutions.named(options["provider"], place) if options["provider"] else None,
                    renews=_relief(options["renews"], place) if options["renews"] else None, at=at, by=by,
                )  # fmt: skip
                self.stdout.write(f"已登记减免 {begun.pk}。")
            case "end-relief":
                ended = reliefs.end(
                    relief=_relief(options["relief"], place), on=options["on"], reason=options["reason"], at=at, by=by
                )
                self.stdout.write(f"减免 {ended.pk} 自 {ended.valid_to} 起终止。")
            case "end-reliefs":
                count = reliefs.end_without_certificate(day=today(), at=at, by=by, inside=prefix(place.code))
                self.stdout.write(f"已终止 {count} 项减免。")
            case _:
                for plan in _plans(place).select_related("institution"):
                    state = f"{plan.closed_on} 结案" if plan.closed_on else "进行中"
                    self.stdout.write(
                        f"{plan.pk:>6}　人员 {plan.person_id}　{plan.institution}　{plan.get_discipline_display()}"
                        f"　{plans.done(plan)}/{plan.units} {plan.unit}　{plans.completion(plan)}%　{state}"
                    )

    def _missed(self, through: Month, scheme: str, place: Division) -> None:
        awards = Award.objects.filter(
            scheme=scheme, division__code__startswith=prefix(place.code), revoked_at=None, granted_fen__isnull=False
        )
        for award in awards.order_by("person_id"):
            months = reliefs.missed(award, through)
            if months:
                self.stdout.write(f"人员 {award.person_id}：{'、'.join(str(month) for month in months)}")


def _award(key: int, place: Division) -> Award:
    found = Award.objects.filter(pk=key, division__code__startswith=prefix(place.code)).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {key} 的批准：请核对。")
    return found


def _relief(key: int, place: Division) -> Relief:
    found = Relief.objects.filter(pk=key, award__division__code__startswith=prefix(place.code)).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {key} 的减免：请核对。")
    return found


def _plans(place: Division) -> Any:
    return Plan.objects.filter(award__division__code__startswith=prefix(place.code))


def _plan(key: int, place: Division) -> Plan:
    found: Plan | None = _plans(place).filter(pk=key).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {key} 的服务计划：请用 zhucan service list 查看。")
    return found


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ZhucanError(f"时间 {text} 不对：请写成 09:00 的形式。") from error


def _score(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as error:
        raise ZhucanError(f"得分 {text} 不是一个数：请核对。") from error
