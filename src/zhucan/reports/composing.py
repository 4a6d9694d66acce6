"""From a form to sentences: figures are looked up, said in words, and kept with their records."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from zhucan.core.money import text as money_text
from zhucan.core.money import wan
from zhucan.indicators import engine
from zhucan.indicators.catalog import indicator
from zhucan.indicators.engine import Figure
from zhucan.indicators.periods import Period
from zhucan.orgs.models import Division
from zhucan.planning.models import PlanItem
from zhucan.planning.services import plan_items
from zhucan.reports.forms import WORDS, Form, PlanList, PlanReview, Section, Sentence, Slot, Table

_NUMERALS = "一二三四五六七八九十"
_MARK = re.compile("\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002")  # private characters: no sentence has them


class _Missing(Exception):
    """A sentence names a figure that is not known."""


@dataclass
class Composer:
    """Composes one report. `figures` fills as sentences use them; `gaps` says what could not be written and why."""

    form: Form
    division: Division
    period: Period
    known_at: datetime
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, tuple[str, str, Period, str, str]] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        ids = {slot.name for sentence in self.form.sentences() for slot in sentence.slots()} - WORDS
        ids |= {name for table in self.form.tables() for name, _ in table.columns}
        ids |= {item.indicator for item in self._items(self.period.first.year) if item.indicator}
        before = {
            slot.name
            for sentence in self.form.sentences()
            for slot in sentence.slots()
            if slot.how in ("previous", "change")
        }
        self._now = self._look_up(ids, self.period)
        self._before = self._look_up(before, self.period.previous)

    def _look_up(self, ids: Iterable[str], period: Period) -> Mapping[str, Figure]:
        wanted = sorted(ids)
        found = engine.figures(self.division.code, period, wanted, known_at=self.known_at) if wanted else []
        return {figure.id: figure for figure in found}

    def _items(self, year: int) -> list[PlanItem]:
        return list(plan_items(self.division.code, year))

    def sections(self) -> list[dict[str, Any]]:
        """Return the sections that have something to say, numbered."""
        written = [
            section for section in map(self._section, self.form.sections) if section["text"] or section["tables"]
        ]
        for number, section in zip(_NUMERALS, written, strict=False):
            section["heading"] = f"{number}、{section['heading']}"
        return written

    def _section(self, section: Section) -> dict[str, Any]:
        paragraphs: list[str] = []
        tables: list[dict[str, Any]] = []
        for part in section.parts:
            match part:
                case Table():
                    tables += self._table(part)
                case PlanReview():
                    paragraphs += self._review()
                case PlanList():
                    paragraphs += self._plan(section)
                case _:
                    told = "".join(self._sentences(part))
                    paragraphs += [told] if told else []
        heading = section.heading.replace("{next}", str(self.period.first.year + 1))
        text, marks = _unmarked("\n".join(paragraphs))
        return {"heading": heading, "text": text, "marks": marks, "tables": tables}

    def _sentences(self, sentences: Iterable[Sentence]) -> Iterator[str]:
        for sentence in sentences:
            told = sentence.text
            used = dict(self.figures)
            try:
                for slot in sentence.slots():
                    told = told.replace(slot.whole, self._say(slot), 1)
            except _Missing as missing:
                self.figures = used
                said = sentence.text
                for slot in sentence.slots():
                    said = said.replace(slot.whole, "…", 1)
                self.gaps.append(f"“{said}”没有写入：{missing}。")
                continue
            yield told

    def _say(self, slot: Slot) -> str:
        match slot.name:
            case "place":
                return self.division.name
            case "year":
                return self.period.label
            case "next":
                return f"{self.period.first.year + 1}年"
        if slot.by:
            return self._parts(slot)
        figure, value = self._known(self._now, slot.name, self.period)
        if slot.how == "change":
            return self._change(slot.name)
        if slot.how == "previous":
            figure, value = self._known(self._before, slot.name, self.period.previous)
        said = _plain(value, figure.unit, in_wan=slot.how == "wan")
        return _marked(self._keep(figure, said), said)

    @staticmethod
    def _known(figures: Mapping[str, Figure], name: str, period: Period) -> tuple[Figure, Decimal | int]:
        figure = figures[name]
        if figure.value is None:
            raise _Missing(f"{period.label}的“{figure.name}”还没有数据")
        return figure, figure.value

    def _change(self, name: str) -> str:
        now, value = self._known(self._now, name, self.period)
        before, earlier = self._known(self._before, name, self.period.previous)
        if not earlier:
            raise _Missing(f"{before.period.label}的“{before.name}”为 0，不能比较")
        key = self._keep(now, _plain(value, now.unit))
        self._keep(before, _plain(earlier, before.unit))
        difference = Decimal(value) - Decimal(earlier)
        if not difference:
            return "持平"
        if now.unit == "%":
            return f"{'提高' if difference > 0 else '降低'}{_marked(key, str(abs(difference)))}个百分点"
        word = "增加" if difference > 0 else "减少"
        if now.unit == "元":
            return f"{word}{_marked(key, str(wan(abs(difference))))}万元"
        return f"{word}{_marked(key, str(abs(difference)))}{now.unit}"

    def _parts(self, slot: Slot) -> str:
        whole, _ = self._known(self._now, slot.name, self.period)
        parts = engine.breakdown(slot.name, self.division.code, self.period, slot.by, known_at=self.known_at)
        told = []
        for key, label, value in parts:
            if not value:
                continue
            said = _plain(value, whole.unit)
            marked = _marked(self._keep_part(whole, slot.by, key, label, value, said), said)
            told.append(f"{label}{marked}{'' if whole.unit == '%' else whole.unit}")
        if not told:
            raise _Missing(f"{self.period.label}的“{whole.name}”没有可以列出的部分")
        return "、".join(told)

    def _keep(self, figure: Figure, said: str) -> str:
        """Keep a figure and return its key."""
        key = figure.id if figure.period == self.period else f"{figure.id}@{figure.period.label}"
        if key not in self.figures:
            self.figures[key] = self._figure(key, figure, figure.name, figure.value, said, figure.records)
            self.sources[key] = (figure.id, figure.division, figure.period, "", "")
        return key

    def _keep_part(self, whole: Figure, by: str, part: str, label: str, value: Decimal | int, said: str) -> str:
        key = f"{whole.id}[{by}={part}]"
        if key not in self.figures:
            self.figures[key] = self._figure(key, whole, f"{whole.name}（{label}）", value, said, None)
            self.sources[key] = (whole.id, whole.division, whole.period, by, part)
        return key

    @staticmethod
    def _figure(
        key: str, figure: Figure, name: str, value: Decimal | int | None, said: str, records: int | None
    ) -> dict[str, Any]:
        return {
            "key": key,
            "indicator": figure.id,
            "name": name,
            "value": str(value) if isinstance(value, Decimal) else value,
            "unit": figure.unit,
            "text": said,
            "records": records,
            "period": figure.period.label,
            "division": figure.division,
            "definition": figure.definition,
        }

    def _table(self, table: Table) -> list[dict[str, Any]]:
        """Return the table, with a row for every part and one for the whole; none when there are no parts."""
        rows: dict[str, list[str]] = {}
        keys: dict[str, list[str]] = {}
        labels: dict[str, str] = {}
        for number, (name, _) in enumerate(table.columns):
            whole = self._now[name]
            for key, label, value in engine.breakdown(
                name, self.division.code, self.period, table.by, known_at=self.known_at
            ):
                labels.setdefault(key, label)
                said = "—" if value is None else _plain(value, whole.unit)
                rows.setdefault(key, ["—"] * len(table.columns))[number] = said
                opened = keys.setdefault(key, [""] * len(table.columns))
                if value is not None:
                    opened[number] = self._keep_part(whole, table.by, key, label, value, said)
        if not rows:
            return []
        last: list[str] = []
        last_keys: list[str] = []
        for name, _ in table.columns:
            whole = self._now[name]
            last.append("—" if whole.value is None else _plain(whole.value, whole.unit))
            last_keys.append("" if whole.value is None else self._keep(whole, last[-1]))
        header = [table.first, *(label for _, label in table.columns)]
        body = [[labels[key], *cells] for key, cells in rows.items()]
        opens = [["", *keys[key]] for key in rows]
        return [
            {
                "caption": table.caption,
                "header": header,
                "rows": [*body, ["合计", *last]],
                "keys": [*opens, ["", *last_keys]],
            }
        ]

    def _review(self) -> list[str]:
        told = []
        for item in self._items(self.period.first.year):
            if not item.indicator or item.target is None:
                continue
            figure = self._now[item.indicator]
            unit = "%" if figure.unit == "%" else figure.unit
            aim = _plain(_trim(item.target), figure.unit).removesuffix("%") + unit
            if figure.value is None:
                self.gaps.append(f"计划“{item.text}”没有写完成情况：{self.period.label}的“{figure.name}”还没有数据。")
                continue
            said = _plain(figure.value, figure.unit)
            marked = _marked(self._keep(figure, said), said.removesuffix("%"))
            done = "已完成" if figure.value >= item.target else "尚未完成"
            told.append(f"{item.text}：计划{aim}，实际{marked}{unit}，{done}。")
        return told

    def _plan(self, section: Section) -> list[str]:
        items = self._items(self.period.first.year + 1)
        if not items:
            heading = section.heading.replace("{next}", str(self.period.first.year + 1))
            self.gaps.append(f"“{heading}”没有写入：还没有录入计划，请用 zhucan plan add 录入。")
        told = []
        for number, item in enumerate(items, start=1):
            aim = ""
            if item.indicator and item.target is not None:
                measure = indicator(item.indicator)
                aim = f"（目标：{measure.name}{_plain(_trim(item.target), measure.unit).removesuffix('%')}{measure.unit}）"
            told.append(f"{number}.{item.text}{aim}。")
        return told


def _marked(key: str, said: str) -> str:
    """Return a figure's words wrapped so that its place in the finished text can be found."""
    return f"\ue000{key}\ue001{said}\ue002"


def _unmarked(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the text without wrappings, and (from, to, key) of every figure in it."""
    plain, marks, at = "", [], 0
    for found in _MARK.finditer(text):
        plain += text[at : found.start()]
        marks.append((len(plain), len(plain) + len(found[2]), found[1]))
        plain += found[2]
        at = found.end()
    return plain + text[at:], marks


def _trim(value: Decimal) -> Decimal | int:
    return int(value) if value == int(value) else value


def _plain(value: Decimal | int, unit: str, *, in_wan: bool = False) -> str:
    """Return a figure as a report writes it, its unit left to the sentence; a percentage carries its sign."""
    if in_wan:
        return str(wan(Decimal(value)))
    if unit == "元":
        return money_text(Decimal(value)).replace(",", "")
    return f"{value}%" if unit == "%" else str(value)
