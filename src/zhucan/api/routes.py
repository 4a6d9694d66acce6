"""The operations of the interface. Numbers of people come in bodies, never in addresses; every call is audited."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyHeader
from pydantic import ConfigDict, Field

from zhucan.api.keys import holder_of
from zhucan.api.models import ApiKey, Right
from zhucan.cases.facts import judge
from zhucan.core.divisions import ancestors, county_of, normalise_code
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import InvalidNumber, certificate_number, resident_id
from zhucan.core.months import Month
from zhucan.indicators import engine
from zhucan.indicators.catalog import CATALOG, MADE, indicator
from zhucan.indicators.declared import UnknownIndicator
from zhucan.indicators.periods import Period
from zhucan.orgs import audit
from zhucan.orgs.clock import now, today
from zhucan.orgs.divisions import UnknownDivision, division
from zhucan.orgs.secrecy import CannotOpen, seal, unseal
from zhucan.policy.engine import Outcome
from zhucan.policy.explain import explain
from zhucan.registry.models import Certificate, Person, Residence
from zhucan.registry.queries import people_in, search
from zhucan.web.limits import too_often

_A_MINUTE = 600
_WRONG_A_MINUTE = 30
_MONTH = r"^[12][0-9]{3}-(0[1-9]|1[0-2])$"


class TooOften(Exception):
    """A key, or an address without one, asks too much."""


class KeyAuth(APIKeyHeader):
    """The key in the header `X-API-Key`."""

    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        """Return the key shown; guessing is slowed down by address."""
        address = str(request.META.get("REMOTE_ADDR", ""))
        found = holder_of(key or "", today())
        if found is None:
            if too_often(f"api-wrong:{address}", _WRONG_A_MINUTE):
                raise TooOften
            return None
        if too_often(f"api:{found.pk}", _A_MINUTE):
            raise TooOften
        return found


class Problem(Schema):
    """Why a call was refused: a code for programs, a sentence for people."""

    code: str
    message: str


class Strict(Schema):
    """A body that holds nothing but what is described."""

    model_config = ConfigDict(extra="forbid")


class ByResidentId(Strict):
    """A person by the 公民身份号码."""

    resident_id: Annotated[str, Field(pattern=r"^[0-9]{17}[0-9Xx]$", description="公民身份号码")]


class ByCertificate(Strict):
    """A person by the number of the certificate."""

    certificate: Annotated[str, Field(pattern=r"^[0-9]{17}[0-9Xx][1-7][1-4](B[1-9])?$", description="残疾人证号")]


class CertificateOut(Schema):
    """The certificate in force."""

    category: str
    grade: int
    status: str
    expires: str


class PersonOut(Schema):
    """A person found: the reference for later calls, and the certificate, if any."""

    reference: str
    certificate: CertificateOut | None


class ReasonOut(Schema):
    """One condition: met true, false, or null for not known yet."""

    label: str
    met: bool | None
    source: str


class EntitlementOut(Schema):
    """What a scheme says: outcome yes, no or unknown; yuan a month, null unless yes."""

    scheme: str
    name: str
    outcome: str
    amount: str | None
    reasons: list[ReasonOut]
    change: str


class IndicatorOut(Schema):
    """An indicator of the catalogue."""

    id: str
    name: str
    unit: str
    definition: str


class FigureOut(IndicatorOut):
    """A figure: the value as text, null where it is not known; how many records it counts."""

    division: str
    period: str
    value: str | None
    records: int


_REFUSALS: dict[int, Any] = dict.fromkeys((401, 403, 404, 409, 422, 429), Problem)
api = NinjaAPI(
    title="助残接口", version="1", auth=KeyAuth(), docs_url=None, openapi_url="/openapi.json", urls_namespace="api"
)


def _refused(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message}, status=status)


@api.exception_handler(AuthenticationError)
def _unknown_key(request: HttpRequest, error: Any) -> HttpResponse:
    return _refused(request, 401, "key", "没有密钥，或密钥不对、已过期：请核对请求头 X-API-Key。")


@api.exception_handler(TooOften)
def _too_often(request: HttpRequest, error: Any) -> HttpResponse:
    response = _refused(request, 429, "too-often", "请求太多：请过一分钟再试。")
    response["Retry-After"] = "60"
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = "、".join(".".join(str(part) for part in one["loc"]) for one in error.errors[:5])
    return _refused(request, 422, "invalid", f"请求内容不对：{where}。请对照接口说明改正。")


@api.exception_handler(ZhucanError)
def _conflict(request: HttpRequest, error: ZhucanError) -> HttpResponse:
    return _refused(request, 409, "refused", str(error))


@api.exception_handler(HttpError)
def _told(request: HttpRequest, error: HttpError) -> HttpResponse:
    codes = {400: (422, "invalid"), 403: (403, "right"), 404: (404, "not-found")}
    status, code = codes.get(error.status_code, (error.status_code, "refused"))
    message = "请求内容不是 JSON：请对照接口说明改正。" if error.status_code == 400 else str(error)
    return _refused(request, status, code, message)


def _key(request: HttpRequest, right: Right) -> ApiKey:
    """Return the caller's key, with the right asked for. Raises 403."""
    found: ApiKey = request.auth  # type: ignore[attr-defined]  # ninja puts it there
    if right.value not in found.rights:
        raise HttpError(403, f"这个密钥没有“{right.label}”的权限：请联系残联开通。")
    return found


def _record(key: ApiKey, action: str, target: str, **detail: Any) -> None:
    audit.record(actor=None, action=action, target=target, at=now(), key=key.public, **detail)


def _reference(key: ApiKey, person: Person) -> str:
    return base64.urlsafe_b64encode(seal(str(person.pk), f"api.reference.{key.pk}")).decode().rstrip("=")


def _person(key: ApiKey, reference: str) -> Person:
    """Return the person of a reference made for this key, while living in its place. Raises 404."""
    try:
        data = base64.b64decode(reference + "=" * (-len(reference) % 4), altchars=b"-_", validate=True)
        if len(data) < 30:
            raise ValueError
        pk = int(unseal(data, f"api.reference.{key.pk}"))
    except (ValueError, binascii.Error, CannotOpen) as error:
        raise HttpError(404, "没有这个人员引用：请重新按号码查询。") from error
    found = people_in(key.division_id).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, "没有这个人员引用：请重新按号码查询。")
    return found


@api.post("/people/look-up", response={200: PersonOut, **_REFUSALS}, operation_id="look_up_person")
def look_up(request: HttpRequest, number: ByResidentId | ByCertificate) -> dict[str, Any]:
    """按公民身份号码或残疾人证号核验：有没有残疾人证、类别等级、是否有效。"""
    key = _key(request, Right.LOOK_UP)
    try:
        typed = (
            resident_id(number.resident_id).number
            if isinstance(number, ByResidentId)
            else certificate_number(number.certificate).number
        )
    except InvalidNumber as error:
        raise HttpError(404, "没有这个号码的人：请核对号码。") from error
    person = search(typed, among=people_in(key.division_id)).first()
    _record(key, "api.looked-up", f"person:{person.pk}" if person else "person:?")
    if person is None:
        raise HttpError(404, "没有这个号码的人：请核对号码。")
    card = Certificate.objects.filter(person=person, retracted_at=None, valid_to=None).first()
    return {
        "reference": _reference(key, person),
        "certificate": None
        if card is None
        else {
            "category": card.category,
            "grade": card.grade,
            "status": card.status,
            "expires": card.expires.isoformat(),
        },
    }


class MonthIn(Strict):
    """A month, this one unless another is named."""

    month: Annotated[str, Field(pattern=_MONTH)] | None = None


@api.get(
    "/people/{reference}/entitlements",
    response={200: list[EntitlementOut], **_REFUSALS},
    operation_id="entitlements_of_person",
)
def entitlements(request: HttpRequest, reference: str, asked: Query[MonthIn]) -> list[dict[str, Any]]:
    """一个人某月能不能享受各项待遇，每个条件的结果和依据。"""
    key = _key(request, Right.ENTITLEMENTS)
    person = _person(key, reference)
    month = Month.parse(asked.month) if asked.month else Month.of(today())
    home = Residence.objects.get(person=person, retracted_at=None, valid_to=None)
    _record(key, "api.entitlements", f"person:{person.pk}", month=str(month))
    judgement = judge(person, month, division=county_of(home.division_id))
    found = []
    for scheme in judgement.offered:
        decision = judgement.decisions[scheme.id]
        told = explain(scheme, decision, judgement.facts, judgement.params)
        yes = decision.outcome is Outcome.YES
        found.append(
            {
                "scheme": scheme.id,
                "name": scheme.name,
                "outcome": decision.outcome.word,
                "amount": str(decision.amount) if yes else None,
                "reasons": [{"label": one.label, "met": one.met, "source": one.source} for one in told.reasons],
                "change": told.change,
            }
        )
    return found


@api.get("/indicators", response={200: list[IndicatorOut], **_REFUSALS}, operation_id="list_indicators")
def indicators(request: HttpRequest) -> list[Any]:
    """全部指标和口径。"""
    key = _key(request, Right.INDICATORS)
    _record(key, "api.indicators", "indicators")
    return [*CATALOG, *MADE]


class PlaceIn(Strict):
    """A place within the key's, and the months from the first to the last."""

    division: Annotated[str, Field(pattern=r"^[1-9][0-9]{5}([0-9]{3}|[0-9]{6})?$")]
    first: Annotated[str, Field(pattern=_MONTH)]
    last: Annotated[str, Field(pattern=_MONTH)]


@api.get("/indicators/{indicator_id}", response={200: FigureOut, **_REFUSALS}, operation_id="read_indicator")
def read_indicator(request: HttpRequest, indicator_id: str, asked: Query[PlaceIn]) -> dict[str, Any]:
    """一个指标在某地某时段的数字；不知道的是 null，不是 0。"""
    key = _key(request, Right.INDICATORS)
    try:
        item = indicator(indicator_id)
        place = division(asked.division)
    except (UnknownIndicator, UnknownDivision) as error:
        raise HttpError(404, "没有这个指标或地方：请核对。") from error
    own = normalise_code(key.division_id)
    if place.code != own and own not in ancestors(place.code):
        raise HttpError(404, "没有这个指标或地方：请核对。")
    period = Period(Month.parse(asked.first), Month.parse(asked.last).next)
    figure = engine.figure(item.id, place.code, period)
    _record(key, "api.indicator", f"indicator:{item.id}", division=place.code, period=period.label)
    return {
        "id": figure.id,
        "name": figure.name,
        "unit": figure.unit,
        "definition": figure.definition,
        "division": place.code,
        "period": period.label,
        "value": None if figure.value is None else str(figure.value),
        "records": figure.records,
    }


@login_not_required
def unknown(request: HttpRequest, path: str = "") -> HttpResponse:
    """没有这个接口。"""
    return _refused(request, 404, "not-found", "没有这个接口：请对照 /api/openapi.json。")


def open_to_keys(patterns: list[Any]) -> list[Any]:
    """Return the patterns let past the sign-in of people: a key is asked for instead."""
    for pattern in patterns:
        view: Callable[..., Any] = pattern.callback
        view.login_required = False  # type: ignore[attr-defined]  # what LoginRequiredMiddleware looks at
    return patterns
