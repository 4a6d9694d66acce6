"""What belongs to cases: papers, assessments, what hangs out, and granting without being asked."""

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhucan.cases import assessing, automatic, awards, materials, publicity
from zhucan.cases.certificates import ASSESSED
from zhucan.cases.models import Application, Assessment, Award, MaterialFile, Publication
from zhucan.core import masking
from zhucan.core.divisions import county_of
from zhucan.core.errors import ZhucanError
from zhucan.core.money import from_fen, text
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.cases import actor, found
from zhucan.office.fields import form_page, offer_institutions
from zhucan.orgs import audit, documents
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division, inside
from zhucan.orgs.models import Institution
from zhucan.policy.catalogue import scheme
from zhucan.policy.facts import CATEGORY_LABELS
from zhucan.policy.steps import State
from zhucan.registry.models import Category
from zhucan.web.forms import DateField, Form
from zhucan.web.slices import slice_of


class BookForm(Form):
    """预约评定。"""

    institution = forms.CharField(label="评定机构", max_length=60)
    day = DateField(label="哪一天去")


class FoundForm(Form):
    """评定结果。"""

    qualifies = forms.ChoiceField(
        label="评定结果", choices=[("yes", "符合"), ("no", "不符合")], widget=forms.RadioSelect
    )
    category = forms.ChoiceField(label="残疾类别", required=False, choices=[("", "请选择"), *Category.choices])
    grade = forms.ChoiceField(
        label="等级", required=False, choices=[("", "请选择"), *((str(n), f"{n} 级") for n in range(1, 5))],
        help_text="多重残疾写最重的一级。",
    )  # fmt: skip
    remark = forms.CharField(label="评定意见", required=False, max_length=200)

    def __init__(self, *args: Any, certificate: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not certificate:
            del self.fields["category"], self.fields["grade"]
            return
        for kind, word in CATEGORY_LABELS.items():
            self.fields[f"part_{kind}"] = forms.ChoiceField(
                label=f"多重残疾中的{word}", required=False,
                choices=[("", "没有"), *((str(n), f"{n} 级") for n in range(1, 5))],
            )  # fmt: skip

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The kinds of a multiple disability, each with its grade."""
        if self.cleaned_data.get("category") != Category.MULTIPLE:
            return []
        return [(kind, int(grade)) for kind in CATEGORY_LABELS if (grade := self.cleaned_data.get(f"part_{kind}"))]


@require_POST
def upload(request: OfficeRequest, pk: int) -> HttpResponse:
    """上传一份材料：以后的申请还能用，不用再交。"""
    one = found(request, pk)
    file: UploadedFile[Any] | None = request.FILES.get("file")
    if file is None:
        messages.warning(request, "没有选文件：请选好再上传。")
        return redirect("office:cases-case", pk=pk)
    materials.upload(
        application=one, code=request.POST.get("code", ""), name=Path(file.name or "").name, chunks=file.chunks(),
        on=today(), at=now(), by=request.user,
    )  # fmt: skip
    messages.success(request, "材料已收下。")
    return redirect("office:cases-case", pk=pk)


class PayeeForm(Form):
    """款项付给哪个机构。"""

    institution = forms.ModelChoiceField(label="收款机构", queryset=Institution.objects.none())


@require_http_methods(["GET", "POST"])
def payee(request: OfficeRequest, pk: int) -> HttpResponse:
    """写明服务、实物或工程的款项付给哪个定点机构。"""
    one = found(request, pk)
    award = get_object_or_404(Award, application=one)
    form = PayeeForm(request.POST or None)
    offer_institutions(form, county_of(one.division_id))
    if form.is_valid():
        done = form.tried(
            lambda: awards.pay_to(
                award=award, payee=form.cleaned_data["institution"], on=today(), at=now(), by=request.user
            )
        )
        if done is not None:
            messages.success(request, f"已写明付给{done.payee}，计算单项款项时一起发。")
            return redirect("office:cases-case", pk=pk)
    lead = (
        f"{scheme(one.scheme).name} {one.number}，批准 {text(from_fen(award.granted_fen or 0))} 元。写明以后不能再改。"
    )
    return form_page(request, form, "款项付给谁", reverse("office:cases-case", args=[pk]), lead=lead, action="保存")


class RevokeForm(Form):
    """撤销一项批准。"""

    cause = forms.ChoiceField(label="为什么", choices=list(awards.REVOCATIONS.items()))


class CurtailForm(Form):
    """未满月数的，按月退回。"""

    required = forms.IntegerField(label="应满几个月", min_value=1, max_value=600)
    served = forms.IntegerField(label="实满几个月", min_value=0, max_value=600)
    cause = forms.ChoiceField(label="为什么", choices=list(awards.REVOCATIONS.items()))
    document = forms.CharField(label="决定文件", max_length=200)


def _standing(request: OfficeRequest, pk: int) -> tuple[Application, Award]:
    """Return a granted application whose award is decided case by case and still stands."""
    one = found(request, pk)
    return one, get_object_or_404(Award, application=one, granted_fen__isnull=False, revoked_at=None)


@require_http_methods(["GET", "POST"])
def revoke(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤销误批的待遇：已经付的由下一次发放追回。"""
    one, award = _standing(request, pk)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        cause = form.cleaned_data["cause"]
        if form.tried(lambda: awards.revoke(award=award, at=now(), by=request.user, cause=cause)) is not None:
            messages.success(request, "已撤销。已经付的由下一次发放追回。")
            return redirect("office:cases-case", pk=pk)
    lead = (
        f"{scheme(one.scheme).name} {one.number}，批准 {text(from_fen(award.granted_fen or 0))} 元。撤销以后不能恢复。"
    )
    return form_page(request, form, "撤销批准", reverse("office:cases-case", args=[pk]), lead=lead, action="撤销批准")


@require_http_methods(["GET", "POST"])
def curtail(request: OfficeRequest, pk: int) -> HttpResponse:
    """经营、服务没有满规定月数的，按月退回一部分。"""
    one, award = _standing(request, pk)
    form = CurtailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = form.tried(
            lambda: awards.curtail(award=award, **form.cleaned_data, on=today(), at=now(), by=request.user)
        )
        if made is not None:
            messages.success(request, f"应退 {text(from_fen(made.amount_fen))} 元，由下一次发放追回。")
            return redirect("office:cases-case", pk=pk)
    lead = (
        f"{scheme(one.scheme).name} {one.number}，批准 {text(from_fen(award.granted_fen or 0))} 元。"
        "应退的是批准金额乘以未满的月数，除以应满的月数。"
    )
    return form_page(
        request, form, "按未满月数退回", reverse("office:cases-case", args=[pk]), lead=lead, action="决定退回"
    )


def _file(request: OfficeRequest, pk: int) -> MaterialFile:
    kept = get_object_or_404(MaterialFile, pk=pk)
    if not scope.applications(request).filter(person=kept.person_id).exists():
        get_object_or_404(scope.applications(request), bundle=kept.bundle_id)
    return kept


@never_cache
@require_GET
def material(request: OfficeRequest, pk: int) -> HttpResponse:
    """看一份材料。"""
    kept = _file(request, pk)
    data = documents.content(kept.digest)
    audit.record(actor=request.user, action="office.material", target=f"material:{pk}", at=now())
    answer = HttpResponse(data, content_type=documents.KINDS[kept.suffix][1])
    answer["Content-Disposition"] = f'attachment; filename="material-{pk}{kept.suffix}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
def retract(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回传错的材料；文件留着备查。"""
    kept = _file(request, pk)
    materials.retract(file=kept, at=now(), by=request.user)
    messages.success(request, "已撤回，文件留着备查。")
    first = scope.applications(request).filter(bundle=kept.bundle_id).order_by("pk").first()
    return redirect("office:cases-case", pk=first.pk) if first else redirect("office:cases")


@require_http_methods(["GET", "POST"])
def book(request: OfficeRequest, pk: int) -> HttpResponse:
    """预约评定：机构和日期，并通知申请人。"""
    one = found(request, pk)
    form = BookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = form.tried(lambda: assessing.book(application=one, **form.cleaned_data, actor=actor(request), at=now()))
        if made is not None:
            messages.success(request, "已预约，并通知申请人。")
            return redirect("office:cases-case", pk=pk)
    lead = f"{scheme(one.scheme).name}，编号 {one.number}。"
    return form_page(request, form, "预约评定", reverse("office:cases-case", args=[pk]), lead=lead)


def _assessments(request: OfficeRequest) -> Any:
    rows = Assessment.objects.filter(inside("application__place_id", scope.here(request)))
    return rows.filter(application__state=State.ASSESSING.value, found_on=None).select_related(
        "application", "application__person"
    )


@require_GET
def assessments(request: OfficeRequest) -> HttpResponse:
    """预约好的评定：评定机构和县残联登记结果。"""
    page = slice_of(_assessments(request).order_by("booked_for", "pk"), request)
    rows = [
        {
            "one": one, "name": masking.name(one.application.person.name), "scheme": scheme(one.application.scheme).name,
            "late": one.booked_for < today(),
        }
        for one in page
    ]  # fmt: skip
    return render(request, "office/assessments.html", {"page": page, "rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
def assess(request: OfficeRequest, pk: int) -> HttpResponse:
    """录入评定结果。"""
    booked = get_object_or_404(_assessments(request), pk=pk)
    one: Application = booked.application
    form = FoundForm(request.POST if request.method == "POST" else None, certificate=one.scheme in ASSESSED)
    if form.is_valid():
        data = form.cleaned_data
        moved = form.tried(
            lambda: assessing.found(
                application=one, qualifies=data["qualifies"] == "yes", category=data.get("category", ""),
                grade=int(data["grade"]) if data.get("grade") else None, components=form.parts, remark=data["remark"],
                actor=actor(request), on=today(), at=now(),
            )
        )  # fmt: skip
        if moved is not None:
            messages.success(request, "评定结果已登记，这件已送下一步。")
            return redirect("office:assessments")
    lead = f"{masking.name(one.person.name)}，{scheme(one.scheme).name}，编号 {one.number}，{booked.institution}。"
    return form_page(request, form, "录入评定结果", reverse("office:assessments"), lead=lead)


@require_GET
def hung_out(request: OfficeRequest) -> HttpResponse:
    """正在公示的：期满自己撤下。"""
    page = slice_of(publicity.hanging(today(), scope.here(request)), request)
    rows = [(one, "" if one.amount_fen is None else text(from_fen(one.amount_fen))) for one in page]
    return render(request, "office/publicity.html", {"page": page, "rows": rows})


@require_POST
def take_down(request: OfficeRequest, pk: int) -> HttpResponse:
    """提前撤下一条公示。"""
    one = get_object_or_404(Publication.objects.filter(inside("place_id", scope.here(request))), pk=pk)
    publicity.take_down(publication=one, at=now(), by=request.user)
    messages.success(request, "已撤下。")
    return redirect("office:publicity")


@require_http_methods(["GET", "POST"])
def unasked(request: OfficeRequest) -> HttpResponse:
    """免申即享：先看有多少人，再直接批准并通知。"""
    place, refused, seen = division(scope.here(request)), "", None
    if request.method == "POST":
        done = automatic.grant(place=place, on=today(), at=now(), by=request.user)
        messages.success(request, f"已批准 {len(done.candidates)} 项，并通知本人。")
        return redirect("office:cases")
    try:
        seen = automatic.look(place=place, on=today(), at=now())
    except ZhucanError as error:
        refused = str(error)
    rows = (
        [(scheme(name).name, count, seen.unknown.get(name, 0)) for name, count in seen.by_scheme.items()]
        if seen
        else []
    )
    return render(request, "office/unasked.html", {"rows": rows, "refused": refused, "place": place})
