"""Who works in the places of a county: everybody in post, with the hours of training of the year and what is asked."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhucan.facilities import queries
from zhucan.facilities.kinds import POSTS
from zhucan.office import scope
from zhucan.office.access import OfficeRequest
from zhucan.office.places import back_to
from zhucan.orgs.clock import today
from zhucan.web.forms import Form
from zhucan.web.slices import slice_of


class FilterForm(Form):
    """看哪些人员。"""

    quiet = True

    post = forms.ChoiceField(
        label="岗位", required=False, choices=[("", "全部"), *((code, post.label) for code, post in POSTS.items())]
    )
    q = forms.CharField(label="姓名", max_length=40, required=False)


@require_GET
def people(request: OfficeRequest) -> HttpResponse:
    """在岗人员：岗位、在哪里、资格、今年培训学时够不够。"""
    form, day = FilterForm(request.GET), today()
    form.is_valid()
    found = queries.people_in(scope.here(request), day)
    if form.cleaned_data.get("post"):
        found = found.filter(post=form.cleaned_data["post"])
    if form.cleaned_data.get("q"):
        found = found.filter(name__contains=form.cleaned_data["q"])
    page = slice_of(found, request)
    rows = [
        {"one": one, "at": back_to(one.worker.facility or one.worker.division)} for one in queries.serving(page, day)
    ]
    context = {"form": form, "page": page, "rows": rows, "day": day, "here": request.post.division}
    return render(request, "office/place_people.html", context)
