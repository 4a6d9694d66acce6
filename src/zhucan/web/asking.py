"""The one form for all that is asked for at once: the schemes, what no register tells, and the items of claims."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from zhucan.cases import asking
from zhucan.cases.applying import Proposal
from zhucan.core.errors import ZhucanError
from zhucan.policy.catalogue import scheme
from zhucan.policy.expressions import Kind
from zhucan.policy.schemes import Scheme
from zhucan.web.forms import DateField, Form

ROWS, MOST_ROWS = 3, 30
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


class AskForm(Form):
    """申请哪些项目，还要告诉我们什么。"""

    quiet = True  # every box may stay empty: what is not known is said so

    schemes = forms.MultipleChoiceField(
        label="申请哪些项目", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选一个项目。"}
    )

    def __init__(self, *args: Any, proposals: Sequence[Proposal], rows: int = ROWS, **kwargs: Any) -> None:
        possible = [one for one in proposals if not one.why_not]
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"schemes": [one.scheme.id for one in possible if one.likely], **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        self.proposed: list[Scheme] = [one.scheme for one in possible]
        self.rows = min(max(rows, 1), MOST_ROWS)
        self.fields["schemes"].choices = [(one.id, one.name) for one in self.proposed]  # type: ignore[attr-defined]  # above
        self._asked = asking.questions(self.proposed)
        for fact in self._asked:
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
    def claims(self) -> list[tuple[str, str, list[list[BoundField]]]]:
        """The items of each claim, row by row, with the scheme's name and what an item is called."""
        found = []
        for item in self.proposed:
            if item.claim is not None:
                boxes = [
                    [self[f"item_{item.key}_{row}_{field.name}"] for field in item.claim.fields]
                    for row in range(self.rows)
                ]
                found.append((item.name, item.claim.item, boxes))
        return found

    def clean(self) -> dict[str, Any]:
        """Read what was typed in the engine's units; what is wrong stands at its box."""
        data = super().clean() or {}
        chosen = set(data.get("schemes", ()))
        data["facts"] = {
            fact.name: self._read(f"fact_{fact.name}", fact.label, fact.kind, fact.choices, data)
            for fact in self._asked
        }
        items: dict[str, list[dict[str, Any]]] = {one: [] for one in chosen if scheme(one).claim}
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for item, row, field in self._cells():
            name = f"item_{item.key}_{row}_{field.name}"
            value = self._read(name, field.label, field.kind, field.choices, data)
            rows.setdefault((item.id, row), {})[field.name] = value
        for (one, _), values in rows.items():
            if one in chosen and any(value is not None for value in values.values()):
                items[one].append(values)
        data["items"] = items
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
