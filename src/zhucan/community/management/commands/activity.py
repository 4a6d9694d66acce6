"""`zhucan activity`: activities and those who take part, programmes, agreements."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.community import activities, participants, queries
from zhucan.community.importing import COLUMNS, take_in
from zhucan.community.kinds import CHANNELS, KINDS, TRAINING, kind_of
from zhucan.community.models import Activity, Participant, word
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.core.money import fen
from zhucan.facilities.reading import worker_named
from zhucan.orgs import institutions
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import CLERK, command_user, day
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.registry.models import Person
from zhucan.registry.queries import people_in

_TEXTS = ("place", "note", "subject", "trainer", "partners", "slogan", "platform", "accessibility", "fund")
_NUMBERS = (
    "edition",
    "sessions",
    "planned",
    "headcount",
    "employers",
    "vacancies",
    "quantity",
    "reach",
    "again_months",
)


class Command(Base):
    help = "活动：登记（hold）、报名（sign-up）、结果（note）、名单导入（list-in）、撤回（retract、withdraw）、项目（programme）、协议（agree）、从未培训的人（never）、查看（list、show）"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        hold = verbs.add_parser("hold", help="登记一项活动")
        hold.add_argument("kind", choices=[kind.id for kind in KINDS], help="种类")
        hold.add_argument("title", metavar="TITLE", help="名称")
        hold.add_argument("--organiser", required=True, help="主办单位")
        hold.add_argument("--from", dest="starts_on", type=day, required=True, help="开始日期")
        hold.add_argument("--to", dest="last_on", type=day, help="结束日期；不写就是一天")
        for name in _TEXTS:
            hold.add_argument(f"--{name}", default="", help=word(Activity, name))
        for name in _NUMBERS:
            hold.add_argument(f"--{name.replace('_', '-')}", type=int, help=word(Activity, name))
        hold.add_argument("--channel", choices=list(CHANNELS), default="", help="渠道")
        hold.add_argument("--category", choices=list(CATEGORY_LABELS), default="", help="面向哪类残疾")
        hold.add_argument("--hours", help="学时")
        hold.add_argument("--cost", metavar="YUAN", help="费用（元）")
        hold.add_argument("--programme", help="项目名称")
        hold.add_argument("--provider", help="合作机构名称")
        hold.add_argument("--event", dest="events", action="append", metavar="NAME", help="比赛项目，可以写几次")
        hold.add_argument("--multiple", action="store_true", help="一人可以参加多项比赛")
        hold.add_argument("--elsewhere", action="store_true", help="别处举办，我们去参加")
        sign_up = verbs.add_parser("sign-up", help="报名")
        note = verbs.add_parser("note", help="登记到场和结果")
        withdraw = verbs.add_parser("withdraw", help="把一个人从名单撤回")
        for one in (sign_up,):
            one.add_argument("activity", type=int, metavar="ACTIVITY", help="活动编号")
            one.add_argument("--person", type=int, help="人员编号")
            one.add_argument("--family", default="", help="家属姓名")
            one.add_argument("--relation", default="", help="与本人关系")
            one.add_argument("--worker", help="工作人员的姓名或人员编号（先用 zhucan facility add worker 登记）")
            one.add_argument("--guest", default="", metavar="NAME", help="县外来宾的姓名，要写 --guest-from")
            one.add_argument("--guest-from", default="", metavar="PLACE", help="来宾来自哪里")
            one.add_argument("--role", default="", help="身份")
            one.add_argument("--event", default="", help="比赛项目")
        note.add_argument("participant", type=int, metavar="PARTICIPANT", help="参加编号")
        note.add_argument("--attended", type=int, help="到课次数")
        note.add_argument("--passed", choices=("yes", "no"), help="考试合格没有；线上服务：学完没有")
        for name in ("number", "level", "stage", "outcome", "feedback", "finding"):
            note.add_argument(f"--{name}", help=word(Participant, name))
        note.add_argument("--since", dest="outcome_from", type=day, help="结果从哪一天起")
        note.add_argument("--until", dest="outcome_to", type=day, help="到哪一天为止")
        note.add_argument("--income", metavar="YUAN", help="月收入（元）")
        withdraw.add_argument("participant", type=int, metavar="PARTICIPANT", help="参加编号")
        withdraw.add_argument("--reason", required=True, help="原因")
        retract = verbs.add_parser("retract", help="撤回一项活动")
        retract.add_argument("activity", type=int, metavar="ACTIVITY", help="活动编号")
        retract.add_argument("--reason", required=True, help="原因")
        taking = verbs.add_parser("list-in", help=f"导入名单（xlsx 或 csv）：身份证号，以及{'、'.join(COLUMNS)}")
        taking.add_argument("activity", type=int, metavar="ACTIVITY", help="活动编号")
        taking.add_argument("file", type=Path, metavar="FILE", help="文件")
        taking.add_argument("--out", type=Path, help="标注副本放在哪里")
        programme = verbs.add_parser("programme", help="登记一个多年项目；不写 --target 则查看进度")
        programme.add_argument("name", metavar="NAME", help="名称")
        programme.add_argument("--target", type=int, help="目标人数")
        programme.add_argument("--from", dest="starts_on", type=day, help="开始日期")
        programme.add_argument("--to", dest="ends_on", type=day, help="结束日期（不含）")
        agree = verbs.add_parser("agree", help="登记与合作机构的协议")
        agree.add_argument("provider", metavar="PROVIDER", help="机构名称")
        agree.add_argument("about", metavar="ABOUT", help="合作内容")
        agree.add_argument("--signed", dest="signed_on", type=day, required=True, help="签订日期")
        agree.add_argument("--to", dest="ends_on", type=day, help="到期（不含）")
        never = verbs.add_parser("never", help="劳动年龄段从未参加培训的人")
        listing = verbs.add_parser("list", help="活动和人次")
        listing.add_argument("--year", type=int, help="年份")
        listing.add_argument("--kind", choices=[kind.id for kind in KINDS], help="种类")
        show = verbs.add_parser("show", help="一项活动和它的名单")
        show.add_argument("activity", type=int, metavar="ACTIVITY", help="活动编号")
        for one in (
            hold,
            sign_up,
            note,
            withdraw,
            retract,
            taking,
            programme,
            agree,
            never,
            listing,
            show,
        ):
            one.add_argument("--division", required=True, metavar="CODE", help="区划代码")
            one.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        place = division(options["division"])
        told: dict[str, Any] = {"at": now(), "by": command_user(options["by"])}
        match options["verb"]:
            case "hold":
                made = self._hold(place, options, told)
                self.stdout.write(f"已登记{kind_of(made.kind).label}“{made}”（编号 {made.pk}）。")
            case "sign-up":
                row = participants.sign_up(
                    activity=queries.activity(options["activity"], place), entrant=_entrant(place, options), **told
                )
                self.stdout.write(f"已报名，参加编号 {row.pk}。")
            case "note":
                row = participants.note(
                    participant=_participant(options["participant"], place), **_results(options), **told
                )
                self.stdout.write(f"已登记 {row.pk} 的到场和结果。")
            case "withdraw":
                participants.withdraw(
                    participant=_participant(options["participant"], place), reason=options["reason"], **told
                )
                self.stdout.write("已从名单撤回。")
            case "retract":
                activities.retract(
                    activity=queries.activity(options["activity"], place), reason=options["reason"], **told
                )
                self.stdout.write("已撤回这项活动。")
            case "list-in":
                taken = take_in(
                    activity=queries.activity(options["activity"], place), path=options["file"], out=options["out"],
                    among=people_in(place.code), **told,
                )  # fmt: skip
                self.stdout.write(
                    f"名单 {taken.rows} 行：新报名 {taken.new}，更新 {taken.told}，退回 {len(taken.rejected)}。"
                )
                if taken.marked:
                    self.stdout.write(f"退回的行写明了原因：{taken.marked}")
            case "programme":
                self._programme(place, options, told)
            case "agree":
                signed = activities.agree(
                    institution=institutions.named(options["provider"], place), about=options["about"],
                    signed_on=options["signed_on"], ends_on=options["ends_on"], **told,
                )  # fmt: skip
                self.stdout.write(f"已登记与{signed.institution}的协议（编号 {signed.pk}）。")
            case "never":
                self._never(place)
            case "show":
                self._show(queries.activity(options["activity"], place))
            case _:
                self._list(place, options)

    def _hold(self, place: Division, options: dict[str, Any], told: dict[str, Any]) -> Activity:
        said = {name: options[name] for name in ("title", "organiser", "starts_on", "last_on", "channel", "category", *_TEXTS, *_NUMBERS)}  # fmt: skip
        said |= {
            "hours": _number(options["hours"]),
            "cost_fen": fen(options["cost"]) if options["cost"] else None,
            "programme": queries.programme(options["programme"], place) if options["programme"] else None,
            "institution": institutions.named(options["provider"], place) if options["provider"] else None,
        }
        if options["events"]:
            said["events"] = options["events"]
        if options["multiple"]:
            said["multiple"] = True
        if options["elsewhere"]:
            said["held"] = False
        return activities.hold(kind=options["kind"], division=place, **said, **told)

    def _programme(self, place: Division, options: dict[str, Any], told: dict[str, Any]) -> None:
        if options["target"] is None:
            found, day = queries.programme(options["name"], place), today()
            self.stdout.write(
                f"{found}：目标 {found.target} 人，到 {day} 培训 {queries.reached(found, day)} 人（每人只计一次）。"
            )
            for year, classes, times, first in queries.by_year(found, day):
                self.stdout.write(f"  {year} 年：{classes} 期，{times} 人次，首次参加 {first} 人")
            return
        if options["starts_on"] is None:
            raise ZhucanError("没有写项目从哪一天开始：请加上 --from。")
        made = activities.add_programme(
            division=place, **{name: options[name] for name in ("name", "target", "starts_on", "ends_on")}, **told
        )
        self.stdout.write(f"已登记项目“{made}”（编号 {made.pk}），目标 {made.target} 人。")

    def _never(self, place: Division) -> None:
        day = today()
        found = people_in(place.code).filter(
            born__lte=day.replace(year=day.year - 16, day=min(day.day, 28)), born__gt=day.replace(year=day.year - 60, day=min(day.day, 28)),
        )  # fmt: skip
        people = queries.never_trained(found, TRAINING, day)
        for key in people.order_by("pk").values_list("pk", flat=True):
            self.stdout.write(f"人员 {key}")
        self.stdout.write(f"共 {people.count()} 人。")

    def _list(self, place: Division, options: dict[str, Any]) -> None:
        found = queries.activities(place.code)
        if options["year"]:
            found = found.filter(starts_on__year=options["year"])
        if options["kind"]:
            found = found.filter(kind=options["kind"])
        for one in found:
            told = queries.outcome(one)
            self.stdout.write(
                f"{one.pk:>6}　{one.starts_on}　{kind_of(one.kind).label}　{one}　报名 {told.signed_up}　到场 {told.person_times} 人次"
            )

    def _show(self, found: Activity) -> None:
        told = queries.outcome(found)
        self.stdout.write(f"{kind_of(found.kind).label}“{found}”　{found.starts_on}—{found.last_on}　{found.organiser}")
        self.stdout.write(
            f"报名 {told.signed_up}　到场 {told.person_times} 人次　县外来宾 {told.guests} 人次　合格 {told.passed}　取证 {told.certified}"
        )
        for event, many in told.events:
            self.stdout.write(f"  {event}：{many} 人")
        for row in found.participants.filter(retracted_at=None).select_related("person", "relative", "worker"):
            came = "没有登记" if row.attended is None else f"{row.attended} 次"
            self.stdout.write(f"{row.pk:>6}　{participants.label_of(row)}　到场 {came}　{row.number}")


def _entrant(place: Division, options: dict[str, Any]) -> participants.Entrant:
    if [options["person"] is not None, options["worker"] is not None, bool(options["guest"])].count(True) != 1:
        raise ZhucanError("没有写明是谁：请写 --person 人员编号、--worker 工作人员或 --guest 来宾姓名，只写一个。")
    if options["guest"]:
        return participants.Entrant(
            guest_name=options["guest"], guest_from=options["guest_from"], event=options["event"]
        )
    if options["worker"] is not None:
        return participants.Entrant(worker=worker_named(options["worker"], place), event=options["event"])
    found: Person | None = people_in(place.code).filter(pk=options["person"]).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {options['person']} 的人员：请核对编号。")
    return participants.Entrant(
        found, options["family"], options["relation"], role=options["role"], event=options["event"]
    )


def _participant(key: int, place: Division) -> Participant:
    found = Participant.objects.filter(pk=key, activity__in=queries.activities(place.code)).first()
    if found is None:
        raise ZhucanError(f"{place.name}没有编号 {key} 的参加记录：请用 zhucan activity show 查看。")
    return found


def _results(options: dict[str, Any]) -> dict[str, Any]:
    names = ("attended", "number", "level", "stage", "outcome", "outcome_from", "outcome_to", "feedback", "finding")
    said = {name: options[name] for name in names if options[name] is not None}
    if options["passed"] is not None:
        said["passed"] = options["passed"] == "yes"
    if options["income"] is not None:
        said["income_fen"] = fen(options["income"])
    return said


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as error:
        raise ZhucanError(f"学时“{text}”不是一个数：请核对。") from error
