"""The one form for all that is asked for at once: the schemes, what no register tells, and the items of claims."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from zhucan.cases import asking
from zhucan.cases.applying import Proposal
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen
from zhucan.policy.expressions import RATE_DIGITS, Kind
from zhucan.policy.facts import Fact
from zhucan.policy.schemes import Scheme
from zhucan.web.forms import DateField, Form

ROWS, MORE, MOST_ROWS = 1, 3, 30
_YES_NO = (("yes", "是"), ("no", "否"), ("", "不清楚"))
_NUMERIC = {"class": "short", "inputmode": "decimal", "autocomplete": "off"}


def _field(label: str, kind: Kind, hint: str, choices: Any) -> forms.Field:
    """Return the box for a value; every one may stay empty, for what somebody does not know stays unknown."""
    common: dict[str, Any] = {"label": label, "help_text": hint, "required": False}
    if kind is Kind.BOOL:
        return forms.ChoiceField(choices=_YES_NO, widget=forms.RadioSelect, initial="", **common)
    if kind is Kind.DATE:
        return DateField(**common)
    if choices:
        return forms.ChoiceField(choices=[("", "请选择"), *choices.items()], **common)
    if kind is Kind.TEXT:
        return forms.CharField(max_length=60, **common)
    common["label"] += "（元）" if kind is Kind.MONEY else ""
    return forms.CharField(max_length=20, widget=forms.TextInput(_NUMERIC), **common)


class AnswerForm(Form):
    """What only an application can tell, for some schemes: each fact once, and rows for the items of claims."""

    quiet = True  # every box may stay empty: what is not known is said so

    def __init__(self, *args: Any, schemes: Sequence[Scheme], asked: Sequence[Fact], rows: int = ROWS, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.proposed = list(schemes)
        self.rows = min(max(rows, 1), MOST_ROWS)
        self._asked = asked
        for fact in asked:
            self.fields[f"fact_{fact.name}"] = _field(fact.label, fact.kind, "", fact.choices)
        for item, row, field in self._cells():
            label = f"第 {row + 1} 项{field.label}"
            self.fields[f"item_{item.key}_{row}_{field.name}"] = _field(label, field.kind, field.hint, field.choices)

    def _cells(self) -> Iterator[tuple[Scheme, int, Any]]:
        for item in self.proposed:
            for row in range(self.rows if item.claim else 0):
                for field in item.claim.fields if item.claim else ():
                    yield item, row, field

    @property
    def general(self) -> list[BoundField]:
        """What is asked once for all schemes."""
        return [self[f"fact_{fact.name}"] for fact in self._asked]

    @property
    def claims(self) -> list[tuple[Scheme, list[list[BoundField]], bool]]:
        """The items of each claim, row by row, with its scheme, and whether it is asked for."""
        chosen = set(self["schemes"].value() or ()) if "schemes" in self.fields else {one.id for one in self.proposed}
        found = []
        for item in self.proposed:
            if item.claim is not None:
                boxes = [
                    [self[f"item_{item.key}_{row}_{field.name}"] for field in item.claim.fields]
                    for row in range(self.rows)
                ]
                found.append((item, boxes, item.id in chosen))
        return found

    def clean(self) -> dict[str, Any]:
        """Read what was typed in the engine's units; what is wrong stands at its box."""
        data = super().clean() or {}
        data["facts"] = {
            fact.name: self._read(f"fact_{fact.name}", fact.label, fact.kind, fact.choices, data)
            for fact in self._asked
        }
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for item, row, field in self._cells():
            name = f"item_{item.key}_{row}_{field.name}"
            rows.setdefault((item.id, row), {})[field.name] = self._read(
                name, field.label, field.kind, field.choices, data
            )
        data["items"] = {item.id: [] for item in self.proposed if item.claim}
        for (one, _), values in rows.items():
            if any(value is not None for value in values.values()):
                data["items"][one].append(values)
        return data

    def _read(self, name: str, label: str, kind: Kind, choices: Any, data: dict[str, Any]) -> Any:
        value = data.get(name)
        if not isinstance(value, str):
            return value
        try:
            return asking.read(label, kind, value, choices)
        except ZhucanError as error:
            self.add_error(name, str(error))
            return None


class AskForm(AnswerForm):
    """申请哪些项目，还要告诉我们什么。"""

    schemes = forms.MultipleChoiceField(label="申请哪些项目", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, proposals: Sequence[Proposal], **kwargs: Any) -> None:
        possible = [one for one in proposals if not one.why_not]
        kwargs["initial"] = {"schemes": [one.scheme.id for one in possible if one.likely], **kwargs.get("initial", {})}
        listed = [one.scheme for one in possible]
        super().__init__(*args, schemes=listed, asked=asking.questions(listed), **kwargs)
        self.fields["schemes"].choices = [(one.id, one.name) for one in listed]  # type: ignore[attr-defined]  # above

    def clean(self) -> dict[str, Any]:
        """Keep the items of the schemes chosen."""
        data = super().clean()
        data["items"] = {name: items for name, items in data["items"].items() if name in data.get("schemes", ())}
        return data


def typed(item: Scheme, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept answers as they stand in the boxes of an `AnswerForm`."""
    found = {
        f"fact_{fact.name}": _text(fact.kind, asking.facts_in(answers).get(fact.name)) for fact in asking.told_by(item)
    }
    for row, values in enumerate(asking.items_in(item, answers)):
        for field in item.claim.fields if item.claim else ():
            found[f"item_{item.key}_{row}_{field.name}"] = _text(field.kind, values.get(field.name))
    return found


def _text(kind: Kind, value: Any) -> Any:
    if value is None or isinstance(value, date):
        return value
    match kind:
        case Kind.BOOL:
            return "yes" if value else "no"
        case Kind.MONEY:
            return f"{from_fen(value)}"
        case Kind.RATE:
            return f"{Decimal(value) / 10**RATE_DIGITS}"
    return str(value)
