"""What a partner institution sees: whether somebody at its counter holds a valid certificate, and nothing else."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhucan.core import masking
from zhucan.core.identifiers import normalise
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.registry.models import Certificate, CertificateStatus
from zhucan.registry.queries import people_in, search
from zhucan.web.forms import UNPROCESSABLE, Form

_SHORTEST = 18  # a whole number only: a name or a tail would let a partner leaf through people


class LookUpForm(Form):
    """号码和原因。"""

    number = forms.CharField(
        label="身份证号或残疾人证号",
        max_length=22,
        help_text="要完整的号码。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    reason = forms.CharField(label="为什么核验", max_length=100, help_text="例如：办理就诊优惠。会记入审计。")

    def clean_number(self) -> str:
        """Let a whole number pass."""
        typed = normalise(self.cleaned_data["number"])
        if len(typed) < _SHORTEST or not typed[:17].isdigit():
            raise forms.ValidationError("号码不完整：请填 18 位身份证号，或 20 位以上的残疾人证号。")
        return typed


@never_cache
@require_http_methods(["GET", "POST"])
def look_up(request: OfficeRequest) -> HttpResponse:
    """核验残疾人证：有没有、是否有效、类别等级。"""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    told = None
    if form.is_valid():
        person = search(form.cleaned_data["number"], among=people_in(scope.here(request))).first()
        card = None
        if person is not None:
            card = Certificate.objects.filter(person=person, retracted_at=None, valid_to=None).first()
        audit.record(
            actor=request.user,
            action="office.looked-up",
            target=f"person:{person.pk}" if person else "person:?",
            at=now(),
            reason=form.cleaned_data["reason"],
        )
        valid = card is not None and card.status == CertificateStatus.VALID and card.expires >= today()
        told = {"name": masking.name(person.name) if person else "", "card": card, "valid": valid}
    context = {"form": form, "told": told}
    return render(request, "office/lookup.html", context, status=UNPROCESSABLE if form.errors else 200)
