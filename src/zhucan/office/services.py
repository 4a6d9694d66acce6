"""Services: institutions, plans, and the sessions that an institution's own staff record."""

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from zhucan.cases.models import Award
from zhucan.casework import progress
from zhucan.core import masking
from zhucan.core.money import fen
from zhucan.core.months import Month
from zhucan.delivery import plans
from zhucan.delivery.models import Discipline, Plan, Session, Tier
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.fields import form_page, offer_institutions, took
from zhucan.office.scope import county
from zhucan.orgs import audit, institutions
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import division, inside
from zhucan.orgs.models import Institution, Role, User
from zhucan.policy.catalogue import GRANTED, scheme
from zhucan.policy.schemes import Gives, Group
from zhucan.policy.steps import WORKS
from zhucan.web.forms import UNPROCESSABLE, DateField, Form, TimeField
from zhucan.web.slices import slice_of

_SERVICES = tuple(
    item.id
    for item in GRANTED
    if item.gives is Gives.SERVICE and item.flow is not WORKS and item.group is not Group.REGISTRY
)
"""What an institution renders by a plan: works on homes have steps of their own, and a certificate is rendered by nobody."""


def plans_of(request: OfficeRequest) -> QuerySet[Plan]:
    """Return the plans that may be seen: an institution's staff see its own, others those of people of their place."""
    found = Plan.objects.select_related("person", "institution", "award")
    if request.post.role == Role.PARTNER:
        mine = institutions.employers_of(request.user, today()).filter(inside("division_id", county(request)))
        return found.filter(institution__in=mine)
    return found.filter(person__in=scope.people(request))


def _institutions(request: OfficeRequest) -> QuerySet[Institution]:
    return institutions.inside(county(request))


class SessionForm(Form):
    """登记一次服务。"""

    day = DateField(label="日期")
    begins = TimeField(label="开始时间")
    ends = TimeField(label="结束时间")
    units = forms.IntegerField(label="数量", min_value=1, max_value=1000, initial=1)
    worker = forms.CharField(label="服务人员", max_length=40)
    signed_by = forms.CharField(label="签字人", max_length=40, help_text="本人或监护人")
    note = forms.CharField(label="说明", max_length=200, required=False)


class CloseForm(Form):
    """结案。"""

    day = DateField(label="结案日期")
    reached = forms.ChoiceField(
        label="达到目标没有", required=False, choices=[("", "没有定目标"), ("yes", "达到"), ("no", "没有达到")]
    )
    end_score = forms.DecimalField(label="结束时得分", max_digits=7, decimal_places=2, required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)


class PlanForm(Form):
    """安排服务。"""

    institution = forms.ModelChoiceField(label="服务机构", queryset=Institution.objects.none())
    discipline = forms.ChoiceField(label="服务内容", choices=Discipline.choices)
    tier = forms.ChoiceField(label="在哪里服务", choices=Tier.choices)
    units = forms.IntegerField(label="计划数量", min_value=1, max_value=100_000)
    unit = forms.CharField(label="单位", max_length=8, initial="次")
    price = forms.DecimalField(
        label="单价（元）", min_value=Decimal(0), max_digits=10, decimal_places=2, required=False
    )
    monthly = forms.IntegerField(label="服务券每月数量", min_value=1, required=False, help_text="不是服务券就空着")
    carry = forms.IntegerField(label="未用数量结转几个月", min_value=0, max_value=12, initial=0)
    starts_on = DateField(label="开始日期")
    ends_on = DateField(label="结束日期（这一天不再服务）")
    goal = forms.CharField(label="目标", max_length=200, required=False)
    scale = forms.CharField(label="评估量表", max_length=40, required=False)
    start_score = forms.DecimalField(label="开始时得分", max_digits=7, decimal_places=2, required=False)
    less_is_better = forms.BooleanField(label="得分越低越好", required=False)
    review_days = forms.IntegerField(
        label="每隔几天评估一次", min_value=1, max_value=366, required=False, help_text="不定期评估就空着"
    )


class InstitutionForm(Form):
    """登记一个定点机构。"""

    name = forms.CharField(label="全称", max_length=80)
    kind = forms.ChoiceField(label="种类", choices=Institution.Kind.choices)


class AccountForm(Form):
    """收款账户。"""

    bank = forms.CharField(label="开户银行", max_length=60)
    number = forms.CharField(label="账号", max_length=30)
    holder = forms.CharField(label="户名", max_length=80)


class StaffForm(Form):
    """工作人员。"""

    username = forms.CharField(label="用户名", max_length=150, help_text="先由系统管理员任命为合作机构")


@require_GET
def services(request: OfficeRequest) -> HttpResponse:
    """服务：计划和完成情况。"""
    state = request.GET.get("state", "open")
    found = plans_of(request).annotate(done=Sum("sessions__units", filter=Q(sessions__retracted_at=None), default=0))
    found = found.filter(closed_on__isnull=state != "closed").order_by("ends_on", "pk")
    page = slice_of(found, request)
    rows = [
        {"plan": one, "name": masking.name(one.person.name), "percent": plans.completion(one), "done": one.done}
        for one in page
    ]
    waiting = []
    if request.post.role != Role.PARTNER:
        without = Award.objects.filter(
            scheme__in=_SERVICES,
            granted_fen__isnull=False,
            revoked_at=None,
            plans=None,
            pickups=None,  # medicine is fetched
            person__in=scope.people(request),
        )
        waiting = [
            {"award": one, "name": masking.name(one.person.name), "scheme": scheme(one.scheme).name}
            for one in without.select_related("person").order_by("approved_on")[:50]
        ]
    late = [
        {"plan": one, "name": masking.name(one.person.name), "due": due}
        for one, due in progress.overdue(plans_of(request), today())[:50]
    ]
    context = {"page": page, "rows": rows, "state": state, "waiting": waiting, "late": late, "day": today()}
    return render(request, "office/services.html", context)


@require_GET
def plan(request: OfficeRequest, pk: int) -> HttpResponse:
    """一个服务计划：做了几次，谁做的，结果怎样。"""
    found = get_object_or_404(plans_of(request), pk=pk)
    audit.record(actor=request.user, action="office.plan", target=f"plan:{pk}", at=now(), person=found.person_id)
    context = {
        "plan": found,
        "name": masking.name(found.person.name),
        "scheme": scheme(found.award.scheme).name,
        "sessions": found.sessions.select_related("by").order_by("-day", "-begins"),
        "done": plans.done(found),
        "percent": plans.completion(found),
        "voucher": plans.voucher(found, Month.of(min(today(), found.ends_on - timedelta(days=1))))
        if found.monthly_units
        else [],
        "milestones": found.milestones.all(),
        "reviews": found.reviews.all(),
        "next_review": progress.next_review(found),
        "referrals": found.referrals.select_related("institution"),
        "day": today(),
    }
    return render(request, "office/plan.html", context)


def about(found: Plan) -> str:
    """Return whose plan it is, for the top of its forms."""
    return f"{masking.name(found.person.name)}（人员 {found.person_id}），{found.institution}，{found.get_discipline_display()}。"


@require_http_methods(["GET", "POST"])
def session(request: OfficeRequest, pk: int) -> HttpResponse:
    """登记一次服务。"""
    found = get_object_or_404(plans_of(request), pk=pk)
    form = SessionForm(request.POST or None, initial={"day": today()})
    if form.is_valid() and took(form, lambda: plans.record(plan=found, **form.cleaned_data, at=now(), by=request.user)):
        messages.success(request, "已登记这次服务。")
        return redirect("office:services-plan", pk=pk)
    return form_page(
        request, form, "登记一次服务", reverse("office:services-plan", args=[pk]), lead=about(found), action="登记"
    )


@require_http_methods(["GET", "POST"])
def retract(request: OfficeRequest, pk: int) -> HttpResponse:
    """撤回登记错的一次服务，写明原因。"""
    from zhucan.office.run_steps import ReasonForm

    found = get_object_or_404(Session.objects.filter(plan__in=plans_of(request)).select_related("plan"), pk=pk)
    form = ReasonForm(request.POST or None)
    back = reverse("office:services-plan", args=[found.plan_id])
    if form.is_valid() and took(
        form, lambda: plans.retract(session=found, reason=form.cleaned_data["text"], at=now(), by=request.user)
    ):
        messages.success(request, "已撤回这次服务。")
        return redirect(back)
    lead = f"{found.day:%Y-%m-%d} {found.begins:%H:%M}—{found.ends:%H:%M}，{found.worker}，{found.units} {found.plan.unit}。"
    return form_page(request, form, "撤回一次服务", back, lead=lead, action="撤回")


@require_http_methods(["GET", "POST"])
def close(request: OfficeRequest, pk: int) -> HttpResponse:
    """结案：写明结果。"""
    found = get_object_or_404(plans_of(request), pk=pk)
    form = CloseForm(request.POST or None, initial={"day": today()})

    def act() -> Plan:
        data = form.cleaned_data
        return plans.close(
            plan=found, day=data["day"], at=now(), by=request.user, end_score=data["end_score"], note=data["note"],
            reached={"yes": True, "no": False}.get(data["reached"]),
        )  # fmt: skip

    if form.is_valid() and took(form, act):
        messages.success(request, "已结案。")
        return redirect("office:services-plan", pk=pk)
    return form_page(
        request, form, "结案", reverse("office:services-plan", args=[pk]), lead=about(found), action="结案"
    )


@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """按一项批准安排服务。"""
    award = get_object_or_404(
        Award.objects.filter(scheme__in=_SERVICES, granted_fen__isnull=False, person__in=scope.people(request)), pk=pk
    )
    form = PlanForm(request.POST or None, initial={"units": award.quantity, "unit": scheme(award.scheme).unit})
    offer_institutions(form, county(request))

    def act() -> Plan:
        data = dict(form.cleaned_data)
        price, monthly, carry = data.pop("price"), data.pop("monthly"), data.pop("carry")
        return plans.plan(
            award=award, **data, unit_fen=None if price is None else fen(price), monthly_units=monthly, carry_months=carry,
            at=now(), by=request.user,
        )  # fmt: skip

    if form.is_valid():
        made = form.tried(act)
        if made is not None:
            messages.success(request, "已安排服务。")
            return redirect("office:services-plan", pk=made.pk)
    lead = f"{masking.name(award.person.name)}（人员 {award.person_id}），{scheme(award.scheme).name}，{award.approved_on:%Y-%m-%d}批准。"
    return form_page(request, form, "安排服务", reverse("office:services"), lead=lead, action="安排")


@require_http_methods(["GET", "POST"])
def bodies(request: OfficeRequest) -> HttpResponse:
    """定点机构：登记、收款账户、工作人员。"""
    form = InstitutionForm(request.POST or None)
    place = division(county(request))
    if form.is_valid() and took(
        form, lambda: institutions.register(**form.cleaned_data, division=place, at=now(), by=request.user)
    ):
        messages.success(request, "已登记机构。")
        return redirect("office:services-institutions")
    rows = [
        {
            "one": one,
            "account": next((masking.card(held.number) for held in one.accounts.filter(retracted_at=None)), ""),
            "staff": one.staff.filter(valid_to=None).select_related("user"),
        }
        for one in _institutions(request)
    ]
    return render(request, "office/institutions.html", {"form": form, "rows": rows}, status=UNPROCESSABLE if form.errors else 200)  # fmt: skip


@require_http_methods(["GET", "POST"])
def account(request: OfficeRequest, pk: int) -> HttpResponse:
    """机构的收款账户。"""
    found = get_object_or_404(_institutions(request), pk=pk)
    form = AccountForm(request.POST or None, initial={"holder": found.name})
    if form.is_valid() and took(
        form, lambda: institutions.set_account(institution=found, **form.cleaned_data, at=now(), by=request.user)
    ):
        messages.success(request, "已登记收款账户，以后的款项付到这个账户。")
        return redirect("office:services-institutions")
    return form_page(
        request, form, "收款账户", reverse("office:services-institutions"), lead=f"{found}。", action="保存"
    )


@require_http_methods(["GET", "POST"])
def staff(request: OfficeRequest, pk: int) -> HttpResponse:
    """让一个用户为机构登记服务。"""
    found = get_object_or_404(_institutions(request), pk=pk)
    form = StaffForm(request.POST or None)
    if form.is_valid():
        user = User.objects.filter(
            username=form.cleaned_data["username"], appointments__role=Role.PARTNER,
            appointments__division__in=scope.divisions(request),
        ).first()  # fmt: skip
        if user is None:
            form.add_error("username", "没有这样的合作机构用户：请先由系统管理员任命。")
        elif took(
            form, lambda: institutions.employ(institution=found, user=user, day=today(), at=now(), by=request.user)
        ):
            messages.success(request, f"{user}现在可以登记{found}的服务。")
            return redirect("office:services-institutions")
    return form_page(
        request, form, "工作人员", reverse("office:services-institutions"), lead=f"{found}。", action="登记"
    )
