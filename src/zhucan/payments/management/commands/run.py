"""`zhucan run MONTH`: a monthly run, through as many steps as asked."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from zhucan.cases.models import Award
from zhucan.core.divisions import prefix
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.core.months import Month
from zhucan.orgs.clock import now, today
from zhucan.orgs.commands import APPROVER, CLERK, command_user, new_file
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division
from zhucan.payments import bank, services
from zhucan.payments.causes import label
from zhucan.payments.models import LineKind, PaymentStatus, Run, RunStatus
from zhucan.policy.catalogue import GRANTED, MONTHLY, scheme
from zhucan.policy.engine import Outcome

_ORDER = ("calculated", "checked", "approved", "sent")


class Command(Base):
    help = "计算一个月的补贴，或已批准的单项款项；可以一直做到审核、批准、报盘。重复运行不会重复发放。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="月份，如 2025-09")
        parser.add_argument("--division", help="区划代码；只有一个县时可以不写")
        parser.add_argument("--scheme", action="append", help="只算这个项目（可多次）；不写则全部")
        parser.add_argument("--granted", action="store_true", help="不算按月的补贴，发单项批准的（一次性、按次、按年）")
        parser.add_argument("--through", choices=_ORDER, default="calculated", help="做到哪一步")
        parser.add_argument("--by", default=CLERK, help="经办人用户名")
        parser.add_argument("--approved-by", default=APPROVER, help="审批人用户名")
        parser.add_argument("--lines", help="把每一行及其原因写到这个 CSV 文件")
        parser.add_argument("--out", help="银行文件写到这个文件夹（默认在数据文件夹的 bank 下）")

    def run(self, **options: Any) -> None:
        """Run and print what came of it."""
        month = Month.parse(options["month"])
        if month > Month.of(today()):
            raise ZhucanError(f"{month.label}还没有到：只能计算本月和以前的月份。")
        place = division(options["division"]) if options["division"] else _only_county()
        granted = options["granted"]
        schemes = options["scheme"] or [item.id for item in (GRANTED if granted else MONTHLY)]
        for item in schemes:
            if scheme(item).in_runs is granted:
                raise ZhucanError(
                    f"{scheme(item).name}是按月发放的项目：请去掉 --granted。"
                    if granted
                    else f"{scheme(item).name}是单项批准的项目：请加上 --granted。"
                )
        through = _ORDER.index(options["through"])
        lines = new_file(Path(options["lines"])) if options["lines"] else None
        folder = bank.folder(options["out"])
        clerk, approver = command_user(options["by"]), command_user(options["approved_by"])
        if through >= 2 and clerk == approver:
            raise ZhucanError("计算和批准不能是同一个人：请用 --approved-by 写另一位审批人。")
        paying = prefix(place.code)[:6]  # of a township or village, its county
        if not Award.objects.filter(division__code__startswith=paying).exists():
            raise ZhucanError(f"{place.name}还没有人享受待遇：请先批准申请（zhucan award），再计算。")
        at = now()
        # A month is decided on what is known now; what will be learnt later comes with a later run.
        run = services.calculate(month=month, division=place, schemes=schemes, known_at=at, at=at, by=clerk)
        this = Run.objects.filter(month=month.index, division=place, granted=granted).order_by("sequence")
        if run is None:
            run = this.last()
            if run is None:
                self.stdout.write(f"{place.name}没有已批准而还没有发的款项，也没有要追回的。")
                return
            self.stdout.write(f"没有变化：{place.name}{month.label}{run.get_status_display()}，没有要补发或追回的。")
        if run.status == RunStatus.CALCULATED and through >= 1:
            run = services.check(run=run, at=now(), by=clerk)
        if run.status == RunStatus.CHECKED and through >= 2:
            run = services.approve(run=run, at=now(), by=approver)
        if through >= 3:
            # An earlier one of the month too: it may have been broken off before its file was made, or before it was whole.
            for one in this:
                if one.status == RunStatus.APPROVED:
                    bank.send(run=one, day=today(), at=now(), by=clerk)
                for batch in bank.unanswered(one):
                    for path in bank.write(batch, folder):
                        self.stdout.write(f"银行文件：{path}")
            run.refresh_from_db()
        self._print(run)
        if lines is not None:
            _write_lines(run, lines)
            self.stdout.write(f"明细：{lines}")

    def _print(self, run: Run) -> None:
        self.stdout.write(
            f"{run.division.name} {Month.from_index(run.month).label} {'单项' if run.granted else ''}第 {run.sequence} 批：{run.get_status_display()}（编号 {run.pk}）"
        )
        for row in services.totals(run):
            cause = f"（{label(row['cause'])}）" if row["cause"] else ""
            self.stdout.write(
                f"  {scheme(row['scheme']).name} {LineKind(row['kind']).label}{cause}："
                f"{row['lines']} 行，{text(from_fen(row['amount_fen']))} 元"
            )
        taken = from_fen(services.set_off_of(run))
        if taken:
            self.stdout.write(f"  抵扣应追回：{text(taken)} 元，已从发给本人的款项中扣除")
        missing = run.payments.filter(status=PaymentStatus.NO_ACCOUNT, followed_by=None).count()
        if missing:
            self.stdout.write(
                f"  {missing} 人没有收款账户，款项留在待付：登记账户后用 zhucan bank follow-up {run.pk} 补发。"
            )


def _only_county() -> Division:
    counties = list(Division.objects.filter(level="county", pk__in=Award.objects.values("division"))[:2])
    if len(counties) != 1:
        raise ZhucanError("有不止一个县（或还没有享受待遇的人）：请用 --division 写明区划代码。")
    return counties[0]


def _write_lines(run: Run, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["人员编号", "姓名", "项目", "所属月", "种类", "原因", "应发", "此前已发", "本次金额", "其中抵扣", "结论"]
        )
        taken = services.set_offs_of(run)
        lines = run.lines.select_related("person").order_by("person_id", "scheme", "month")
        for line in lines.iterator(chunk_size=2000):
            writer.writerow(
                [
                    line.person_id,
                    bank.safe(line.person.name),
                    scheme(line.scheme).name,
                    str(Month.from_index(line.month)),
                    line.get_kind_display(),
                    label(line.cause),
                    from_fen(line.entitled_fen),
                    from_fen(line.booked_fen),
                    from_fen(line.amount_fen),
                    from_fen(taken.get(line.pk, 0)),
                    Outcome[line.outcome.upper()].label,
                ]
            )
