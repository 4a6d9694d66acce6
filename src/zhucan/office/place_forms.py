"""The form of one entry about a place: each column as a field, and what there is to choose from."""

from typing import Any

from django import forms

from zhucan.facilities import queries
from zhucan.facilities.entries import Column
from zhucan.facilities.kinds import TOPICS
from zhucan.facilities.models import Patrol, Worker
from zhucan.facilities.reading import Around
from zhucan.orgs import institutions
from zhucan.orgs.divisions import inside
from zhucan.web.forms import DateField, Form

_LATEST_PATROLS = 100


class EntryForm(Form):
    """一个登记项的各列。"""

    def __init__(self, *args: Any, columns: tuple[Column, ...], around: Around, photo: bool = False, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for column in columns:
            self.fields[column.field] = _field(column, around)
        if photo:
            self.fields["photo"] = forms.FileField(label="照片", required=False, help_text="jpg 或 png")
        for field in self.fields.values():
            word = "请选择" if isinstance(field, forms.ChoiceField) else "请填写"
            field.error_messages["required"] = f"{word}{field.label}。"


def _field(column: Column, around: Around) -> forms.Field:
    shared: dict[str, Any] = {"label": column.label, "required": column.required, "help_text": column.help}
    match column.kind:
        case "day":
            return DateField(**shared)
        case "flag":
            return forms.BooleanField(**{**shared, "required": False})
        case "choice":
            return forms.ChoiceField(choices=[("", "请选择"), *(column.choices or {}).items()], **shared)
        case "standard" | "worker" | "patrol" | "facility" | "institution":
            return forms.ChoiceField(choices=[("", "请选择"), *_offered(column.kind, around)], **shared)
        case "text" | "person":
            return forms.CharField(max_length=200, **shared)
    return forms.CharField(max_length=20, widget=forms.TextInput({"class": "short", "inputmode": "decimal"}), **shared)


def _offered(kind: str, around: Around) -> list[tuple[str, str]]:
    """Return what may be chosen: a value as lists name it, and its words."""
    place, facility = around.place, around.facility
    match kind:
        case "standard":
            return [
                (str(one.pk), f"{one}（{one.get_level_display()}）")
                for one in queries.standards_of(place)
                if (facility is not None and facility.kind in TOPICS[one.topic].kinds)
                or (facility is None and place.level in TOPICS[one.topic].levels)
            ]
        case "worker":
            live = Worker.objects.live().filter(valid_to=None)
            found = live.filter(facility=facility) if facility else live.filter(facility=None, division=place)
            return [(str(one.pk), f"{one}（{one.get_post_display()}）") for one in found]
        case "patrol":
            rounds = Patrol.objects.live().filter(inside("division_id", place.code)).select_related("worker")
            return [(str(one.pk), f"{one.day} {one.worker}，{one.route}") for one in rounds[:_LATEST_PATROLS]]
        case "facility":
            return [(str(one.pk), str(one)) for one in queries.facilities_in(place.code[:6]).filter(valid_to=None)]
    return [(one.name, one.name) for one in institutions.inside(place.code).filter(ended_on=None)]
