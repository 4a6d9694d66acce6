"""`zhucan accident`: policies of accident insurance, their insured, and the claims of these."""

from typing import Any

from django.core.management.base import CommandParser

from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, from_fen, text
from zhucan.delivery import accidents
from zhucan.delivery.models import AccidentClaim, AccidentPolicy, Relief
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.registry.choices import Payer
from zhucan.registry.queries import find


class Command(Base):
    help = "意外保险：保单（policy）、应保名单（due）、登记参保（insure）、被保险人（insured）、报案或赔付（claim）、核定（decide）、登记赔付（pay）、撤回（retract）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        policy = verbs.add_parser("policy", help="登记一份保单")
        policy.add_argument("insurer", metavar="INSURER", help="承保公司")
        policy.add_argument("number", metavar="NUMBER", help="保单号")
        policy.add_argument("--premium", required=True, metavar="YUAN", help="每人保费（元）")
        policy.add_argument("--payer", choices=Payer.values, default=Payer.GOVERNMENT, help="缴费方")
        policy.add_argument("--from", dest="starts", type=day, required=True, help="生效日期")
        policy.add_argument("--to", dest="ends", type=day, required=True, help="到期日期（不含）")
        for name, words in (("due", "按规则应保、还没有保的人"), ("insure", "给应保的人登记参保")):
            verb = verbs.add_parser(name, help=words)
            verb.add_argument("policy", type=int, metavar="POLICY", help="保单编号")
            verb.add_argument("--on", type=day, metavar="DATE", help="从哪一天起（默认生效日期）")
        listed = verbs.add_parser("insured", help="一份保单的被保险人")
        listed.add_argument("policy", type=int, metavar="POLICY", help="保单编号")
        claim = verbs.add_parser("claim", help="登记报案；已经赔付的连赔付一起登记")
        claim.add_argument("policy", type=int, metavar="POLICY", help="保单编号")
        claim.add_argument("person", metavar="PERSON", help="人员编号、身份证号、残疾人证号或全名")
        claim.add_argument("--accident-on", type=day, required=True, help="出险日期")
        claim.add_argument("--reported-on", type=day, help="报案日期")
        claim.add_argument("--paid-on", type=day, help="赔付日期")
        claim.add_argument("--amount", metavar="YUAN", help="赔付金额（元）")
        decide = verbs.add_parser("decide", help="登记承保公司核定的金额，或拒赔的理由")
        decide.add_argument("--on", type=day, required=True, help="核定日期")
        decide.add_argument("--amount", metavar="YUAN", help="核定金额（元）")
        decide.add_argument("--refuse", default="", metavar="REASON", help="拒赔理由")
        pay = verbs.add_parser("pay", help="登记核定的已经赔付")
        pay.add_argument("--on", type=day, required=True, help="赔付日期")
        retract = verbs.add_parser("retract", help="撤回登记错的一笔")
        for verb in (decide, pay, retract):
            verb.add_argument("claim", type=int, metavar="CLAIM", help="报案或赔付的编号")
        retract.add_argument("--reason", required=True, help="原因")
        for verb in verbs.choices.values():
            verb.add_argument("--division", required=True, metavar="CODE", help="县的区划代码")
            verb.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do one thing and say what came of it."""
        place = division(options["division"])
        told: dict[str, Any] = {"at": now(), "by": command_user(options["by"])}
        match options["verb"]:
            case "policy":
                made = accidents.open_policy(
                    division=place, insurer=options["insurer"], number=options["number"], premium_fen=fen(options["premium"]),
                    payer=options["payer"], starts_on=options["starts"], ends_on=options["ends"], **told,
                )  # fmt: skip
                self.stdout.write(f"已登记保单 {made.pk}：{made}。")
            case "due":
                policy = _policy(options["policy"], place)
                found = accidents.due(policy, day=options["on"] or policy.starts_on, at=told["at"])
                self.stdout.write(f"应保、还没有保的 {len(found.people)} 人，还不能确定的 {found.unknown} 人。")
                for person in found.people:
                    self.stdout.write(f"  人员 {person}")
            case "insure":
                policy = _policy(options["policy"], place)
                many = accidents.insure(policy=policy, day=options["on"] or policy.starts_on, **told)
                self.stdout.write(f"已登记参保 {many} 人。" if many else "没有要登记的：应保的人都已参保。")
            case "insured":
                for relief in accidents.insured(_policy(options["policy"], place)):
                    self.stdout.write(f"人员 {relief.person_id}：{relief.valid_from} 至 {relief.valid_to}（不含）")
            case "claim":
                claim = accidents.claim(
                    relief=_relief(_policy(options["policy"], place), find(options["person"]).pk),
                    accident_on=options["accident_on"], reported_on=options["reported_on"], paid_on=options["paid_on"],
                    amount_fen=_fen(options["amount"]), **told,
                )  # fmt: skip
                self.stdout.write(f"已登记 {claim.pk}：{_words(claim)}。")
            case "decide":
                claim = accidents.decide_claim(
                    claim=_claim(options["claim"], place), decided_on=options["on"], amount_fen=_fen(options["amount"]),
                    refusal=options["refuse"], **told,
                )  # fmt: skip
                self.stdout.write(f"已登记核定：{_words(claim)}。")
            case "pay":
                claim = accidents.pay_claim(claim=_claim(options["claim"], place), paid_on=options["on"], **told)
                self.stdout.write(f"已登记赔付：{_words(claim)}。")
            case "retract":
                accidents.retract_claim(claim=_claim(options["claim"], place), reason=options["reason"], **told)
                self.stdout.write("已撤回。")


def _fen(amount: str | None) -> int | None:
    return None if amount is None else fen(amount)


def _words(claim: AccidentClaim) -> str:
    return claim.state if claim.amount_fen is None else f"{claim.state} {text(from_fen(claim.amount_fen))} 元"


def _claim(key: int, place: Division) -> AccidentClaim:
    here = AccidentClaim.objects.filter(relief__policy__division__code__startswith=prefix(place.code))
    found = here.filter(pk=key).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {key} 的报案或赔付：请核对。")
    return found


def _policy(key: int, place: Division) -> AccidentPolicy:
    found = AccidentPolicy.objects.filter(pk=key, division__code__startswith=prefix(place.code)).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {key} 的保单：请核对。")
    return found


def _relief(policy: AccidentPolicy, person: int) -> Relief:
    found = accidents.insured(policy).filter(person=person).last()
    if found is None:
        raise ZhucanError(f"人员 {person} 不是保单 {policy.pk} 的被保险人：请用 zhucan accident insured 查看。")
    return found
