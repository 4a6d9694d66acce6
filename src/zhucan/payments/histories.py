"""Worked histories: what happened to some people, which months were run, and what must come out; read from YAML.

The form is in `docs/howto/write-worked-histories.md`. Reading checks everything that can be checked without playing
the history; `replay.py` plays it. Every mistake is a `YamlError` with file and line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from zhucan.core import yamls
from zhucan.core.divisions import county_of
from zhucan.core.months import Month
from zhucan.core.yamls import Place, nearest
from zhucan.payments import causes
from zhucan.payments.deeds import (
    DEEDS,
    Applied,
    BackpayGranted,
    Context,
    Deed,
    Moved,
    TakenBack,
    read_division,
    read_word,
)
from zhucan.payments.models import LineKind
from zhucan.policy.cases import read_scheme, read_switches
from zhucan.registry.models import Sex

NOTHING = "none"
"""The kind of an expectation that no money moves."""


@dataclass(frozen=True)
class Event:
    """Something that happened on a day and was learnt on another; `person` is empty for what concerns everybody."""

    place: Place
    on: date
    known: date
    person: str
    name: str
    deed: Deed


@dataclass(frozen=True)
class Someone:
    """A person of the history."""

    key: str
    name: str
    born: date
    sex: str
    division: str


@dataclass(frozen=True)
class Expectation:
    """What must have come out; only what is written is compared."""

    place: Place
    person: str
    run: Month | None = None
    month: Month | None = None
    kind: str | None = None
    scheme: str | None = None
    cause: str | None = None
    amount: Decimal | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    """Totals by name: `total` and `sent` of a run; `balance`, `paid` and `unpaid` at the end."""


@dataclass(frozen=True)
class History:
    """One history of a file."""

    place: Place
    name: str
    division: str
    switches: Mapping[str, str]
    people: Mapping[str, Someone]
    events: tuple[Event, ...]
    runs: tuple[Month, ...]
    expect: tuple[Expectation, ...]

    @property
    def counties(self) -> tuple[str, ...]:
        """Return the counties that pay somebody, the history's own first."""
        moves = (event.deed.division for event in self.events if isinstance(event.deed, Moved))
        places = (self.division, *(someone.division for someone in self.people.values()), *moves)
        return tuple(dict.fromkeys(county_of(place) for place in places))


_RUN_SUMS = ("total", "sent")
_END_SUMS = ("balance", "paid", "unpaid")
_HISTORY_KEYS = ("name", "division", "switches", "people", "events", "runs", "expect")
_PERSON_KEYS = ("born", "sex", "division", "village", "name")
_EXPECT_KEYS = ("run", "person", "for", "kind", "amount", "cause", "scheme", *_RUN_SUMS, *_END_SUMS)


def load_histories(path: Path) -> tuple[History, ...]:
    """Return the histories of a file. Raises `YamlError`."""
    root = yamls.load(path)
    histories = tuple(_history(item.as_mapping("一段历史")) for item in root.as_list("历史文件"))
    if not histories:
        raise root.error("文件里没有历史；请至少写一段。")
    return histories


def _history(node: yamls.Mapping) -> History:
    node.only(_HISTORY_KEYS, "历史")
    division = read_division(node.require("division", "历史"))
    people = {
        key: _someone(key, item.as_mapping(f"人员 {key}"), division)
        for key, item in node.require("people", "历史").as_mapping("people（人员）").items()
    }
    events = _events(node.require("events", "历史"), people, division)
    runs = tuple(item.as_month("运行月份") for item in node.require("runs", "历史").as_list("runs（运行月份）"))
    for earlier, later in pairwise(runs):
        if later < earlier:
            raise node.values["runs"].error(f"运行月份 {later} 排在 {earlier} 之后；请按先后排列。")
    switches = node.get("switches")
    return History(
        place=node.place,
        name=node.require("name", "历史").as_text("name（名称）"),
        division=division,
        switches={} if switches is None else read_switches(switches),
        people=people,
        events=events,
        runs=runs,
        expect=tuple(
            _expectation(item.as_mapping("一条预期"), people, runs)
            for item in node.require("expect", "历史").as_list("expect（预期）")
        ),
    )


def _someone(key: str, node: yamls.Mapping, division: str) -> Someone:
    node.only(_PERSON_KEYS, f"人员 {key} ")
    where = node.get("village") or node.get("division")
    named = node.get("name")
    return Someone(
        key=key,
        name=named.as_text("姓名") if named else key,
        born=node.require("born", f"人员 {key} ").as_date("出生日期"),
        sex=read_word(node.require("sex", f"人员 {key} "), "性别", {item.value: (str(item.label),) for item in Sex}),
        division=read_division(where) if where else division,
    )


def _events(node: yamls.Node, people: Mapping[str, Someone], division: str) -> tuple[Event, ...]:
    events: list[Event] = []
    for item in node.as_list("events（事件）"):
        fields = item.as_mapping("一个事件")
        fields.only(("on", "known", "person", "id", "approved", *DEEDS), "事件")
        deeds = [key for key in fields.values if key in DEEDS]
        if not deeds:
            raise fields.error(f"事件没有写发生了什么；可用的有：{'、'.join(DEEDS)}。")
        if "approved" in fields and "apply" not in fields:
            raise yamls.YamlError(fields.keys["approved"], "approved（批准日期）只能和 apply（申请）写在一起。")
        on = fields.require("on", "事件").as_date("发生日期")
        told = fields.get("known")
        known = told.as_date("得知日期") if told else None
        named = fields.get("id")
        name = named.as_text("事件编号") if named else ""
        if name and any(event.name == name for event in events):
            raise fields.error(f"事件编号“{name}”用了两次；请换一个。")
        context = Context(fields, on, division)
        for person in _persons(fields, people, needed=deeds != ["standard"]):
            for key in deeds:
                deed = DEEDS[key](fields.values[key], context)
                if isinstance(deed, TakenBack) and not any(event.name == deed.event for event in events):
                    names = [event.name for event in events if event.name]
                    raise fields.values[key].error(
                        f"前面没有编号为“{deed.event}”的事件；{nearest(deed.event, names) if names else '请先给它写上 id。'}"
                    )
                learnt = known or _learnt(deed, on, person, events)
                events.append(Event(fields.place, on, learnt, "" if key == "standard" else person, name, deed))
    return tuple(events)


def _persons(fields: yamls.Mapping, people: Mapping[str, Someone], *, needed: bool) -> tuple[str, ...]:
    node = fields.require("person", "事件") if needed else fields.get("person")
    if node is None:
        return ("",)
    return tuple(_person(item, people) for item in node.as_list("person（人员）"))


def _person(node: yamls.Node, people: Mapping[str, Someone]) -> str:
    key = node.as_text("人员")
    if key not in people:
        raise node.error(f"people 里没有“{key}”；{nearest(key, people)}")
    return key


def _learnt(deed: Deed, on: date, person: str, events: Sequence[Event]) -> date:
    """Return when an event without `known` is learnt: its day, an approval's own day, a back-pay not before the approval."""
    if isinstance(deed, Applied):
        return deed.approved
    if isinstance(deed, BackpayGranted):
        approvals = (
            event.known
            for event in events
            if event.person == person and isinstance(event.deed, Applied) and event.on <= on
        )
        return max((on, *approvals))
    return on


def _expectation(node: yamls.Mapping, people: Mapping[str, Someone], runs: Sequence[Month]) -> Expectation:
    node.only(_EXPECT_KEYS, "预期")
    run, month = node.get("run"), node.get("for")
    kind, cause, scheme, amount = node.get("kind"), node.get("cause"), node.get("scheme"), node.get("amount")
    sums = {key: node.values[key].as_yuan(key, allow_negative=True) for key in (*_RUN_SUMS, *_END_SUMS) if key in node}
    wanted = Expectation(
        place=node.place,
        person=_person(node.require("person", "预期"), people),
        run=run.as_month("运行月份") if run else None,
        month=month.as_month("所属月") if month else None,
        kind=kind.as_choice("kind（种类）", (*LineKind.values, NOTHING)) if kind else None,
        scheme=read_scheme(scheme) if scheme else None,
        cause=_cause(cause) if cause else None,
        amount=amount.as_yuan("金额", allow_negative=True) if amount else None,
        sums=sums,
    )
    if wanted.run is not None and wanted.run not in runs:
        raise node.values["run"].error(f"{wanted.run} 没有运行；请在 runs 里补上，或改用运行过的月份。")
    if wanted.run is None and (sums.keys() & set(_RUN_SUMS) or not sums):
        raise node.error("预期缺少 run（哪个月的运行）；只有 balance、paid、unpaid 可以不写。")
    if not sums and kind is None and amount is None and cause is None:
        raise node.error("预期没有写要核对什么；请写 kind、amount、cause 或 total、balance 等。")
    return wanted


def _cause(node: yamls.Node) -> str:
    code = normal_cause(node.as_text("原因"))
    by_label = {label: known for known, label in causes.LABELS.items() if known}
    if code not in causes.LABELS and code not in by_label:
        raise node.error(
            f"原因没有“{node.as_text('原因')}”；{nearest(code, [known for known in causes.LABELS if known])}"
        )
    return by_label.get(code, code)


def normal_cause(text: str) -> str:
    """Return a cause as it is compared: blanks and dashes are underscores.

    >>> normal_cause("late application-approved")
    'late_application_approved'
    """
    plain = text.strip().lower().replace("-", "_").replace(" ", "_")
    return {"standard_changed": "standard_raised", "death_late": "died", "death": "died", "prison": "custody"}.get(
        plain, plain
    )
