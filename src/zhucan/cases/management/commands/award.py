"""`zhucan award`: approve, withdraw, back-pay, revoke and curtail awards; approve everybody entitled who does not receive."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from zhucan.cases import awards, finding, queries
from zhucan.cases.models import Award
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.orgs import institutions
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import APPROVER, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import MONTHLY, scheme
from zhucan.registry.entering import home_on
from zhucan.registry.models import Person
from zhucan.registry.queries import find

_SHOWN = 5
_PERSON = "人员编号、身份证号、残疾人证号或全名"
_CAUSES = "原因：" + "、".join(f"{code}（{words}）" for code, words in awards.REVOCATIONS.items())
_SCHEMES = "项目代号：" + "、".join(f"{item.id}（{item.name}）" for item in MONTHLY)


class Command(Base):
    help = "待遇：批准（approve）、批量批准应享未享的人（approve-eligible）、退出（withdraw）、补发换证中断的月份（backpay）、撤销（revoke）、按月退回（curtail）、收款机构（pay-to）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="approve|approve-eligible|withdraw|backpay|revoke|curtail|pay-to"
        )
        one = verbs.add_parser("approve", help="批准一个人的申请，从申请当月起发")
        everybody = verbs.add_parser("approve-eligible", help="批准一个区划里所有符合条件而没有享受的人")
        leave = verbs.add_parser("withdraw", help="本人退出；退出当月仍发")
        gap = verbs.add_parser("backpay", help="决定补发残疾人证到期至重新申请之间的月份")
        for item in (one, leave, gap):
            item.add_argument("person", metavar="PERSON", help=_PERSON)
            item.add_argument("scheme", metavar="SCHEME", help=_SCHEMES)
        one.add_argument("--applied", required=True, type=day, metavar="DATE", help="申请日期")
        one.add_argument("--approved", type=day, metavar="DATE", help="批准日期；不写则为今天")
        one.add_argument("--division", metavar="CODE", help="发放县代码；不写则按申请那天的户籍")
        everybody.add_argument("--division", required=True, metavar="CODE", help="区划代码（县、乡镇或村）")
        everybody.add_argument("--month", required=True, metavar="MONTH", help="从哪个月起发，如 2025-09")
        everybody.add_argument("--scheme", action="append", metavar="SCHEME", help=_SCHEMES + "；不写则全部")
        everybody.add_argument("--dry-run", action="store_true", help="只列出人数和金额，不批准")
        leave.add_argument("--on", required=True, type=day, metavar="DATE", help="退出日期")
        leave.add_argument("--reason", default="本人申请退出", help="退出原因")
        gap.add_argument("--on", type=day, metavar="DATE", help="决定日期；不写则为今天")
        gap.add_argument("--document", required=True, help="决定补发的文件或文号")
        back = verbs.add_parser("revoke", help="撤销一件误批的申请；已经付的由下一次发放追回")
        part = verbs.add_parser("curtail", help="没有满规定月数的，按月退回一部分")
        payee = verbs.add_parser("pay-to", help="写明服务、实物或工程的款项付给哪个定点机构")
        for item in (back, part, payee):
            item.add_argument("number", metavar="NUMBER", help="申请编号（11 位）")
        for item in (back, part):
            item.add_argument("--cause", required=True, choices=list(awards.REVOCATIONS), help=_CAUSES)
        part.add_argument("--required", required=True, type=int, metavar="N", help="应满几个月")
        part.add_argument("--served", required=True, type=int, metavar="N", help="实满几个月")
        part.add_argument("--document", required=True, help="决定退回的文件或文号")
        payee.add_argument("--institution", required=True, metavar="NAME", help="定点机构的名称")
        for item in (one, everybody, leave, gap, back, part, payee):
            item.add_argument("--by", default=APPROVER, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        match options["verb"]:
            case "approve":
                self._approve(options)
            case "approve-eligible":
                self._approve_eligible(options)
            case "withdraw":
                award = _held(find(options["person"]), options["scheme"])
                awards.withdraw(
                    award=award,
                    on=options["on"],
                    at=now(),
                    by=command_user(options["by"]),
                    reason=options["reason"],
                )
                last = Month.of(options["on"]).label
                self.stdout.write(f"已退出：人员 {award.person_id} 的{_name(award.scheme)}，最后发放月为 {last}。")
            case "revoke":
                award = _granted(options["number"])
                awards.revoke(award=award, at=now(), by=command_user(options["by"]), cause=options["cause"])
                self.stdout.write(f"已撤销：人员 {award.person_id} 的{_name(award.scheme)}，付过的由下一次发放追回。")
            case "curtail":
                award = _granted(options["number"])
                made = awards.curtail(
                    award=award, required=options["required"], served=options["served"], cause=options["cause"],
                    document=_said(options["document"]), on=today(), at=now(), by=command_user(options["by"]),
                )  # fmt: skip
                self.stdout.write(f"应退 {text(from_fen(made.amount_fen))} 元，由下一次发放追回。")
            case "pay-to":
                award = _granted(options["number"])
                place = institutions.named(options["institution"], award.division)
                awards.pay_to(award=award, payee=place, on=today(), at=now(), by=command_user(options["by"]))
                self.stdout.write(f"已写明付给{place.name}，由下一次发放支付。")
            case _:
                award = _latest(find(options["person"]), options["scheme"])
                awards.grant_backpay(
                    award=award,
                    on=options["on"] or today(),
                    at=now(),
                    by=command_user(options["by"]),
                    document=_said(options["document"]),
                )
                self.stdout.write(
                    f"已决定补发：人员 {award.person_id} 的{_name(award.scheme)}换证中断月份，下次发放时补发。"
                )

    def _approve(self, options: dict[str, Any]) -> None:
        person, scheme_id = find(options["person"]), _administered(options["scheme"])
        applied, approved = options["applied"], options["approved"] or today()
        _not_ahead(applied, approved)
        place = _county(options["division"]) if options["division"] else _home(person, applied)
        award = awards.approve(
            person=person,
            scheme_id=scheme_id,
            division=place,
            applied_on=applied,
            approved_on=approved,
            at=now(),
            by=command_user(options["by"]),
        )
        start = Month.from_index(award.start).label
        self.stdout.write(f"已批准：人员 {person.pk} 的{_name(scheme_id)}，{place.name}从 {start}起发。")
        if not awards.entitled(person, scheme_id, division=place, on=applied):
            self.stdout.write(
                f"注意：按现有资料，{applied} 申请时还不符合条件或情况不明，"
                f"请用 zhucan explain {person.pk} {Month.of(applied)} 查看。"
            )

    @transaction.atomic
    def _approve_eligible(self, options: dict[str, Any]) -> None:
        """Approve all or none: an error half way leaves nobody approved."""
        place, month, at = division(options["division"]), Month.parse(options["month"]), now()
        if place.level not in ("county", "township", "village"):
            raise ZhucanError(f"{place.name}不是县或县以下的区划：请写发放县，或其中的乡镇、村。")
        if month > Month.of(today()):
            raise ZhucanError(f"{month.label}还没有到：只能批准本月和以前月份的申请。")
        schemes = tuple(_administered(item) for item in options["scheme"] or ()) or None
        survey = finding.survey(division=place, on=month.first, known_at=at, schemes=schemes)
        found = survey.entitled
        if not options["dry_run"]:
            awards.approve_all(
                found, division=_county(place.code), on=month.first, at=at, by=command_user(options["by"])
            )
        verb = "可以批准" if options["dry_run"] else "已批准"
        for item in MONTHLY:
            some = [candidate for candidate in found if candidate.scheme == item.id]
            if some:
                amount = sum((candidate.amount for candidate in some), Decimal(0))
                self.stdout.write(f"{verb}：{item.name} {len(some)} 人，每月 {text(amount)} 元，从 {month.label}起发。")
        if not found:
            self.stdout.write(f"没有变化：{place.name}没有符合条件而未享受的人。")
        for scheme_id, unknown in survey.unknown.items():
            if unknown:
                listed = "、".join(str(number) for number in unknown[:_SHOWN]) + ("等" if len(unknown) > _SHOWN else "")
                self.stdout.write(
                    f"不能判定：{_name(scheme_id)} {len(unknown)} 人资料不全，没有批准（人员 {listed}）："
                    f"请用 zhucan explain {unknown[0]} {month} 查看缺什么，补齐后再批准。"
                )


def _granted(number: str) -> Award:
    one = queries.find(number)
    if one.award is None:
        raise ZhucanError(f"{one.number} 没有批准，没有可以改的：请先办结。")
    return one.award


def _administered(scheme_id: str) -> str:
    found = scheme(scheme_id)
    if not found.administered:
        raise ZhucanError(f"{found.name}不由残联发放，不能批准：{_SCHEMES}。")
    if not found.in_runs:
        raise ZhucanError(
            f"{found.name}不是按月发放的项目，不能这样批准：{_SCHEMES}；其他项目请走申请（zhucan case）。"
        )
    return found.id


def _name(scheme_id: str) -> str:
    return scheme(scheme_id).name


def _said(document: str) -> str:
    if not document.strip():
        raise ZhucanError("没有写依据：请用 --document 写明决定补发的文件或文号。")
    return document.strip()


def _not_ahead(*days: date) -> None:
    for one in days:
        if one > today():
            raise ZhucanError(f"日期 {one} 还没有到：请核对。")


def _county(code: str) -> Division:
    """Return the county of a division. Raises `UnknownDivision`, and `ZhucanError` above a county."""
    place = division(code)
    if place.level in ("province", "city"):
        raise ZhucanError(f"{place.name}不是县：请写发放县的区划代码。")
    return division(county_of(place.code))


def _home(person: Person, day: date) -> Division:
    home = home_on(person, day)
    if home is None:
        raise ZhucanError(f"人员 {person.pk} 在 {day} 没有户籍登记：请先登记户籍，或用 --division 指明发放县。")
    return _county(home.division_id)


def _latest(person: Person, scheme_id: str) -> Award:
    award = Award.objects.filter(person=person, scheme=_administered(scheme_id)).order_by("-applied_on").first()
    if award is None:
        raise ZhucanError(f"人员 {person.pk} 没有批准过{_name(scheme_id)}：请核对人员和项目。")
    return award


def _held(person: Person, scheme_id: str) -> Award:
    award = _latest(person, scheme_id)
    if award.withdrawn_on is not None:
        raise ZhucanError(f"人员 {person.pk} 的{_name(scheme_id)}已于 {award.withdrawn_on} 退出：不用再次办理。")
    return award
