"""`zhucan case`: open, list and move applications; notices for the SMS gateway, publicity, granting without asking."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import CommandParser

from zhucan.cases import asking, automatic, billing, deadlines, moving, notices, publicity, queries, weighing
from zhucan.cases.applying import Asked, apply
from zhucan.cases.models import Application, Channel, Relation
from zhucan.cases.moving import Actor
from zhucan.cases.reopening import review
from zhucan.cases.taking import take
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import APPROVER, CLERK, command_user, day, new_file
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Role
from zhucan.policy import flowcharts
from zhucan.policy.catalogue import scheme
from zhucan.policy.facts import BY_NAME
from zhucan.policy.schemes import LifeEvent
from zhucan.policy.steps import APPLICANT, State
from zhucan.registry.crosschecks import settling
from zhucan.registry.queries import find

_ROLES = {APPLICANT: "申请人", **{str(role): str(role.label) for role in Role}}


class Command(Base):
    help = "办件：登记申请（open）、查看（list、show）、办理（step）、复核（review）、短信（outbox）、公示（publicity）等。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(
            dest="verb",
            required=True,
            metavar="open|list|show|step|review|bill|outbox|publicity|automatic|deadlines|flows",
        )
        one = verbs.add_parser("open", help="登记一份申请，可以一次申请几个项目")
        one.add_argument("person", metavar="PERSON", help="人员编号、身份证号、残疾人证号或全名")
        one.add_argument("schemes", nargs="*", metavar="SCHEME", help="项目代号；写了 --event 可以不写")
        one.add_argument("--event", default="", choices=[item.value for item in LifeEvent], help="因为什么事申请")
        one.add_argument("--on", type=day, metavar="DATE", help="申请日期；不写则为今天")
        one.add_argument("--channel", default=Channel.WINDOW, choices=Channel.values, help="渠道")
        one.add_argument("--relation", default=Relation.SELF, choices=Relation.values, help="申请人是本人的什么人")
        one.add_argument("--applicant", default="", metavar="NAME", help="申请人姓名；本人申请可以不写")
        one.add_argument("--authorisation", default="", metavar="TEXT", help="替别人申请的依据")
        one.add_argument("--fact", action="append", default=[], metavar="NAME=VALUE", help="申请填写的一项情况")
        one.add_argument("--items", type=Path, metavar="FILE", help="明细：YAML，按项目代号列出各项")
        listed = verbs.add_parser("list", help="列出没有办结的件，期限近的在前")
        listed.add_argument("--division", required=True, metavar="CODE", help="区划代码")
        listed.add_argument("--role", choices=[role for role in _ROLES if role != APPLICANT], help="只列等这个岗位办的")
        listed.add_argument("--overdue", action="store_true", help="只列超期的")
        listed.add_argument("--state", choices=[state.value for state in State], help="只列这个状态的")
        for name, words in (("show", "一件的进度、材料和逐条判断"), ("step", "办一步"), ("review", "要求复核")):
            verb = verbs.add_parser(name, help=words)
            verb.add_argument("number", metavar="NUMBER", help="申请编号（11 位）")
            if name == "step":
                verb.add_argument("step", metavar="STEP", help="步骤，如 check、ask、approve；见 zhucan case flows")
            if name != "show":
                verb.add_argument("--role", choices=list(_ROLES), help="以什么身份；不写则为这一步的第一个岗位")
                verb.add_argument("--reason", default="", metavar="TEXT", help="原因")
                verb.add_argument("--on", type=day, metavar="DATE", help="日期；不写则为今天")
                verb.add_argument("--by", metavar="USER", help="以哪个用户的名义")
        billed = verbs.add_parser("bill", help="按月结算一项已批准的待遇，或撤回最近一次结算")
        billed.add_argument("number", metavar="NUMBER", help="申请编号（11 位）")
        billed.add_argument("--items", type=Path, metavar="FILE", help="明细：YAML，按项目代号列出各月")
        billed.add_argument("--document", default="", metavar="TEXT", help="依据：考勤表、发票或服务记录")
        billed.add_argument("--retract", action="store_true", help="撤回最近一次结算，要写 --reason")
        billed.add_argument("--reason", default="", metavar="TEXT", help="撤回原因")
        billed.add_argument("--dry-run", action="store_true", help="只算金额，不登记")
        outbox = verbs.add_parser("outbox", help="把还没交出的通知写成短信网关用的 CSV")
        outbox.add_argument("file", type=Path, metavar="FILE")
        public = verbs.add_parser("publicity", help="列出正在公示的")
        granted = verbs.add_parser("automatic", help="免申即享：直接批准符合条件的人，并通知")
        granted.add_argument("--dry-run", action="store_true", help="只列出人数，不批准")
        late = verbs.add_parser("deadlines", help="补上放假安排公布后才能算的期限")
        for verb in (outbox, public, granted, late):
            verb.add_argument("--division", required=True, metavar="CODE", help="区划代码")
        for verb, who in ((one, CLERK), (billed, CLERK), (outbox, CLERK), (granted, APPROVER), (late, CLERK)):
            verb.add_argument("--by", default=who, metavar="USER", help="以哪个用户的名义")
        verbs.add_parser("flows", help="写出各种流程的图和表（docs/flows.md）")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        getattr(self, f"_{options['verb']}")(options)

    def _open(self, options: dict[str, Any]) -> None:
        person = find(options["person"])
        on = options["on"] or today()
        bundle = apply(
            person=person,
            asked=Asked(
                schemes=tuple(options["schemes"]) or _proposed(person, on, options["event"]),
                event=options["event"],
                channel=options["channel"],
                relation=options["relation"],
                applicant=options["applicant"] or (person.name if options["relation"] == Relation.SELF else ""),
                authorisation=options["authorisation"],
                applied_on=on,
                facts=_facts(options["fact"]),
                items=_items(options["items"]) if options["items"] else {},
            ),
            actor=Actor(command_user(options["by"]), Role.COUNTY_CLERK),
            at=now(),
        )
        for made in bundle.applications.order_by("pk"):
            self.stdout.write(f"已登记 {made.number}：{scheme(made.scheme).name}，{_due(made)}。")

    def _list(self, options: dict[str, Any]) -> None:
        found = queries.open_in(division(options["division"]).code).order_by("due_on", "pk")
        if options["role"]:
            found = found.filter(queries.waiting_for(options["role"]))
        if options["overdue"]:
            found = found.filter(queries.overdue(today()))
        if options["state"]:
            found = found.filter(state=options["state"])
        count = 0
        for one in found.iterator():
            count += 1
            late = "，已超期" if one.due_on and one.due_on < today() and one.paused_on is None else ""
            self.stdout.write(
                f"{one.number}  人员 {one.person_id}  {scheme(one.scheme).name}  {State(one.state).label}  {_due(one)}{late}"
            )
        self.stdout.write(f"共 {count} 件。")

    def _show(self, options: dict[str, Any]) -> None:
        one = queries.find(options["number"])
        weighed = weighing.weigh(one)
        self.stdout.write(
            f"{one.number}：人员 {one.person_id} 的{weighed.scheme.name}，{State(one.state).label}，{_due(one)}"
        )
        for move in one.moves.select_related("by"):
            reason = f"：{move.reason}" if move.reason else ""
            self.stdout.write(f"  {move.on}  {move.step}  {State(move.target).label}（{move.by or '系统'}）{reason}")
        self.stdout.write(weighed.told.verdict)
        for sentence in (*weighed.told.sentences, *weighed.working):
            self.stdout.write(f"  {sentence}")
        for step in () if one.closed_on else moving.flow_of(one).leaving(State(one.state)):
            self.stdout.write(f"可办：{step.name}（{step.label}）")
        audit.record(actor=command_user(CLERK), action="cases.shown", target=f"application:{one.pk}", at=now())

    def _step(self, options: dict[str, Any]) -> None:
        one = queries.find(options["number"])
        planned = moving.flow_of(one).step(options["step"], State(one.state))
        staff = sorted((planned.roles if planned else frozenset()) - {APPLICANT, "partner"})
        role = options["role"] or (staff[0] if staff else str(Role.COUNTY_CLERK))
        by = options["by"] or (APPROVER if role == Role.APPROVER else CLERK)
        moved = take(
            application=one,
            step=options["step"],
            actor=Actor(command_user(by), role),
            on=options["on"] or today(),
            at=now(),
            reason=options["reason"],
        )
        self.stdout.write(f"{moved.number}：{State(moved.state).label}，{_due(moved)}。")

    def _review(self, options: dict[str, Any]) -> None:
        made = review(
            application=queries.find(options["number"]),
            actor=Actor(command_user(options["by"] or CLERK), options["role"] or str(Role.COUNTY_CLERK)),
            on=options["on"] or today(),
            at=now(),
            reason=options["reason"],
        )
        self.stdout.write(f"已进入复核，新的编号是 {made.number}：{State(made.state).label}，{_due(made)}。")

    def _bill(self, options: dict[str, Any]) -> None:
        one = queries.find(options["number"])
        if one.award is None:
            raise billing.BillRefused(f"{one.number} 还没有批准，没有可以结算的：请先办结。")
        by = command_user(options["by"])
        last = one.award.bills.filter(retracted_at=None).order_by("-pk").first()
        if options["retract"]:
            if last is None:
                raise billing.BillRefused(f"{one.number} 还没有结算过：没有可以撤回的。")
            billing.retract(bill=last, reason=options["reason"], at=now(), by=by)
            self.stdout.write(f"已撤回 {text(from_fen(last.amount_fen))} 元的结算，付过的由下一次发放追回。")
            return
        items = (_items(options["items"]) if options["items"] else {}).get(one.scheme, ())
        if options["dry_run"]:
            found = billing.reckon(one.award, items, now())
            for line in found.working:
                self.stdout.write(line)
            self.stdout.write(f"这次结算 {text(from_fen(found.amount_fen))} 元，没有登记。")
            return
        made = billing.bill(award=one.award, items=items, document=options["document"], at=now(), by=by)
        self.stdout.write(f"已登记结算 {text(from_fen(made.amount_fen))} 元，由下一次发放支付。")

    def _outbox(self, options: dict[str, Any]) -> None:
        written, without = notices.hand_over(
            path=new_file(options["file"]),
            division=division(options["division"]).code,
            at=now(),
            by=command_user(options["by"]),
        )
        self.stdout.write(f"已写出 {written} 条通知；{without} 条没有手机号，只能在网上看到。")

    def _publicity(self, options: dict[str, Any]) -> None:
        found = list(publicity.hanging(today(), division(options["division"]).code))
        for one in found:
            amount = "" if one.amount_fen is None else f"  {text(from_fen(one.amount_fen))} 元"
            self.stdout.write(f"{one.place.name}  {one.name}  {one.scheme}{amount}  至 {one.last_day}")
        self.stdout.write(f"正在公示 {len(found)} 条。")

    def _automatic(self, options: dict[str, Any]) -> None:
        place = division(options["division"])
        if options["dry_run"]:
            found = automatic.look(place=place, on=today(), at=now())
        else:
            found = automatic.grant(place=place, on=today(), at=now(), by=command_user(options["by"]))
        verb = "可以批准" if options["dry_run"] else "已批准并通知"
        for name, count in found.by_scheme.items():
            self.stdout.write(f"{verb}：{scheme(name).name} {count} 人。")
        if not found.candidates:
            self.stdout.write(f"没有变化：{place.name}没有符合条件而未享受的人。")
        for name, count in found.unknown.items():
            if count:
                self.stdout.write(f"不能判定：{scheme(name).name} {count} 人资料不全，没有批准。")

    def _deadlines(self, options: dict[str, Any]) -> None:
        waiting = queries.open_in(division(options["division"]).code).filter(due_on=None, paused_on=None)
        filled = 0
        for one in waiting:
            params = deadlines.procedure(one.division_id, one.state_since)
            due = deadlines.due(moving.flow_of(one), State(one.state), one.state_since, params)
            filled += Application.objects.filter(pk=one.pk, state=one.state).update(due_on=due) if due else 0
        doubts = settling.fill_deadlines(
            division=division(options["division"]), at=now(), by=command_user(options["by"])
        )
        self.stdout.write(f"补上了 {filled} 件申请、{doubts} 条疑点的期限。")

    def _flows(self, options: dict[str, Any]) -> None:
        self.stdout.write(flowcharts.page(), ending="")


def _proposed(person: Any, on: date, event: str) -> tuple[str, ...]:
    from zhucan.cases.applying import proposals

    found = [one.scheme.id for one in proposals(person, on, event=event) if one.likely] if event else []
    if not found:
        raise ZhucanError("没有可以申请的项目：请写项目代号，或换一个事项。")
    return tuple(found)


def _due(one: Application) -> str:
    if one.paused_on is not None:
        return f"等补正，{one.paused_on} 起停止计时"
    return f"期限 {one.due_on}" if one.due_on else "没有期限"


def _facts(said: list[str]) -> dict[str, Any]:
    found = {}
    for pair in said:
        name, _, value = pair.partition("=")
        fact = BY_NAME.get(name)
        if fact is None or not fact.asked:
            names = "、".join(one.name for one in BY_NAME.values() if one.asked)
            raise ZhucanError(f"{name} 不是申请填写的情况：可以写 {names}。")
        found[name] = asking.read(fact.label, fact.kind, value, fact.choices)
    return found


def _items(path: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        said = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        listed = {str(name): [dict(item) for item in items] for name, items in said.items()}
    except (OSError, UnicodeError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise ZhucanError(f"读不了明细 {path.name}：应为 YAML，按项目代号列出各项。") from error
    return {name: [_item(name, item) for item in items] for name, items in listed.items()}


def _item(name: str, item: dict[str, str]) -> dict[str, Any]:
    claim = scheme(name).claim
    fields = {field.name: field for field in claim.fields} if claim else {}
    unknown = sorted(set(item) - set(fields))
    if unknown:
        raise ZhucanError(
            f"{scheme(name).name}的明细没有 {'、'.join(unknown)}：可以写 {'、'.join(fields) or '（没有明细）'}。"
        )
    return {
        key: asking.read(fields[key].label, fields[key].kind, value, fields[key].choices) for key, value in item.items()
    }
