"""What another body pays that a rule of ours finds people for: who is awarded it and how much a month, and whom it misses.

Awards are the registry's (`Scheme.paid_as` names the kind of benefit); whom it misses is told by the newest look that was
kept of the place (`cases.informing.keep`), less those awarded since.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from zhucan.cases.facts import known
from zhucan.cases.finding import List
from zhucan.cases.models import KeptLook
from zhucan.core.divisions import ancestors
from zhucan.indicators.declared import Indicator, Measure
from zhucan.indicators.desk import Desk
from zhucan.indicators.registers import told
from zhucan.policy.catalogue import SCHEMES

SCHEMES_ELSEWHERE = tuple(item for item in SCHEMES if item.paid_as)
_PAID = {"person_id": "BIGINT", "scheme": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE", "amount_fen": "BIGINT"}
_LOOKED = {"look": "BIGINT", "scheme": "VARCHAR", "on_day": "DATE", "looked_at": "VARCHAR"}
_MISSED = {"person_id": "BIGINT", "look": "BIGINT", "scheme": "VARCHAR", "home": "VARCHAR"}


def bring(desk: Desk, division: str, known_at: datetime) -> None:
    """Take what other bodies pay, and whom the looks at a place found, out of the database."""
    cases = " ".join(f"WHEN '{item.paid_as}' THEN '{item.id}'" for item in SCHEMES_ELSEWHERE)
    kinds = ", ".join(f"'{item.paid_as}'" for item in SCHEMES_ELSEWHERE)
    desk.bring(
        "paid_elsewhere",
        f"SELECT t.person_id, CASE t.kind {cases} END, t.valid_from, t.valid_to, t.amount_fen FROM registry_benefit t"
        f" WHERE t.kind IN ({kinds}) AND {known(known_at)} AND t.person_id IN ({desk.people})",
        _PAID,
    )
    looks = list(_looks(division, known_at))
    desk.tell(
        "kept_look",
        lambda: (
            (look.pk, tally["scheme"], look.on, look.known_at.isoformat())
            for look in looks
            for tally in look.tallies
            if not tally["no_standard"]
        ),
        _LOOKED,
    )
    keys = ", ".join(str(look.pk) for look in looks) or "0"
    schemes = ", ".join(f"'{item.id}'" for item in SCHEMES_ELSEWHERE)
    desk.bring(
        "missed_row",
        f"SELECT r.person_id, r.look_id, r.scheme, r.home FROM cases_foundrow r WHERE r.look_id IN ({keys})"
        f" AND r.list = '{List.ENTITLED}' AND r.scheme IN ({schemes})",
        _MISSED,
    )


def _looks(division: str, known_at: datetime) -> Iterator[KeptLook]:
    """Yield the newest look at the place and at each it lies in: only that one still has its rows."""
    for code in (division, *ancestors(division)):
        newest = KeptLook.objects.filter(division=code).order_by("-known_at").first()
        if newest is not None and newest.known_at <= known_at:
            yield newest


def relations(start: str, day: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield each relation over the rows, as name, table, condition and columns, from one day (SQL) to another, both in."""
    here = "(SELECT e.*, h.place FROM {} e JOIN someone h USING (person_id) WHERE h.resident)"
    held = f"valid_from <= {day} AND (valid_to IS NULL OR valid_to > {day})"
    yield (
        "awarded_elsewhere", here.format("paid_elsewhere"), held,
        {"amount_fen": "b.amount_fen", "detail": "b.valid_from || ' 起'"},
    )  # fmt: skip
    yield (  # what begins where the same ends goes on at another amount
        "newly_elsewhere", here.format("paid_elsewhere"),
        f"b.valid_from BETWEEN {start} AND {day} AND NOT EXISTS (SELECT 1 FROM paid_elsewhere y WHERE y.person_id = b.person_id"
        " AND y.scheme = b.scheme AND y.valid_to = b.valid_from)",
        {
            "amount_fen": "b.amount_fen", "detail": "b.valid_from || ' 起'",
            "month": "year(b.valid_from) * 12 + month(b.valid_from) - 1",
        },
    )  # fmt: skip
    looked = f"(SELECT arg_max(look, looked_at) FROM kept_look k WHERE k.scheme = b.scheme AND k.on_day BETWEEN {start} AND {day})"
    yield (
        "missed_elsewhere", here.format("missed_row"),
        f"b.look = {looked} AND NOT EXISTS (SELECT 1 FROM paid_elsewhere y WHERE y.person_id = b.person_id"
        f" AND y.scheme = b.scheme AND {held})",
        {"detail": "'符合条件，没有登记发放'"},
    )  # fmt: skip


def views(start: str, day: str) -> Iterator[str]:
    """Yield the statement for `looked_elsewhere`: the schemes that a look of the period has told of."""
    yield f"CREATE OR REPLACE VIEW looked_elsewhere AS SELECT scheme FROM kept_look WHERE on_day BETWEEN {start} AND {day}"


def figures() -> Iterator[Indicator]:
    """Yield what is counted of each such scheme."""
    for scheme in SCHEMES_ELSEWHERE:
        name, of, register = scheme.name, f"scheme = '{scheme.id}'", told(scheme.paid_as)
        where = "户籍在本区划、未死亡"
        without = "当地没有发放资料时为不明"
        yield Indicator(
            f"{scheme.id}-awarded", f"享受{name}人数", "awarded_elsewhere", Measure.PERSONS,
            f"期末{where}、登记为正在领取{name}的人数；{without}。", of, stock=True, known=register,
        )  # fmt: skip
        yield Indicator(
            f"{scheme.id}-monthly", f"{name}月发放金额", "awarded_elsewhere", Measure.AMOUNT,
            f"期末{where}、登记为正在领取{name}的人的每月金额合计；有人没有登记金额，或{without}。", of, stock=True,
            known=f"{register} AND NOT EXISTS (SELECT 1 FROM awarded_elsewhere WHERE {of} AND amount_fen IS NULL)",
        )  # fmt: skip
        yield Indicator(
            f"{scheme.id}-begun", f"新增{name}人数", "newly_elsewhere", Measure.PERSONS,
            f"期内开始领取{name}（之前没有领取或已经中断）、期末{where}的人数；{without}。", of, known=register,
        )  # fmt: skip
        yield Indicator(
            f"{scheme.id}-missed", f"符合{name}条件还没有享受的人数", "missed_elsewhere", Measure.PERSONS,
            f"期内最近一次政策找人判为应享未享{name}、到期末仍没有登记领取、期末{where}的人数；期内没有找过人，或后来又找过时为不明。",
            of, stock=True, known=f"EXISTS (SELECT 1 FROM looked_elsewhere WHERE {of})",
        )  # fmt: skip
