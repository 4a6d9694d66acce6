"""Fields and forms in one shape: label, hint, error, box; errors listed first and linked to their boxes."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.forms.renderers import TemplatesSetting

from zhucan.core.errors import ZhucanError
from zhucan.core.months import Month

_T = TypeVar("_T")
UNPROCESSABLE = 422


class Renderer(TemplatesSetting):
    """Draw fields from our own templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class Form(forms.Form):
    """Base of every form: no bubbles of the browser, no stars, sentences of our own."""

    use_required_attribute = False
    quiet = False  # filters: where every box may stay empty, none needs to say so

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"请填写{field.label}。"
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = f"请选择{field.label}。"
                field.error_messages["invalid_choice"] = f"{field.label}没有这一项，请从列出的里面选。"

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """Every sentence with the id of the box it is about ("" for the whole form)."""
        found = [("", str(text)) for text in self.non_field_errors()]
        for bound in self:
            found += [(str(bound.id_for_label or bound.auto_id), str(text)) for text in bound.errors]
        return found

    def tried(self, act: Callable[[], _T]) -> _T | None:
        """Return what the service answers; None with its sentence among the errors when it refuses."""
        try:
            return act()
        except ZhucanError as error:
            self.add_error(None, str(error))
            return None


class _Boxes(forms.MultiWidget):
    """Three boxes, each with its word."""

    template_name = "forms/date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            {
                "year": forms.TextInput({**box, "maxlength": 4}),
                "month": forms.TextInput({**box, "maxlength": 2}),
                "day": forms.TextInput({**box, "maxlength": 2}),
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[Any]:
        return [value.year, value.month, value.day] if isinstance(value, date) else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for box, word in zip(context["widget"]["subwidgets"], ("年", "月", "日"), strict=True):
            box["word"] = word
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class TimeField(forms.TimeField):
    """A time of day, typed as 09:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%H:%M"],
            widget=forms.TextInput({"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
            help_text="例如 09:00",
            error_messages={"invalid": f"{kwargs['label']}不是一个时间：请写成 09:00 的形式。"},
            **kwargs,
        )


class DateField(forms.MultiValueField):
    """A day in three boxes; no picker to fight with, and the order is ours."""

    widget = _Boxes

    def __init__(self, **kwargs: Any) -> None:
        part = forms.CharField(required=False)
        super().__init__((part, part, part), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> date | None:
        if not any(data_list):
            return None
        try:
            year, month, day = (int(text) for text in data_list)
            return date(year, month, day)
        except ValueError as error:
            raise forms.ValidationError(
                f"{self.label}不是一个日子：请按年、月、日填写数字，例如 2026 年 3 月 8 日。"
            ) from error

    def clean(self, value: Any) -> date | None:
        if self.required and not any(value or ()):
            raise forms.ValidationError(f"请填写{self.label}。")
        found = self.compress([str(part or "").strip() for part in value or ("", "", "")])
        self.run_validators(found)
        return found


class MonthField(forms.CharField):
    """A month, typed as 2026-03."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({"class": "short", "inputmode": "numeric", "autocomplete": "off"}))
        kwargs.setdefault("help_text", "例如 2026-03")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ZhucanError as error:
            raise forms.ValidationError(str(error)) from error
