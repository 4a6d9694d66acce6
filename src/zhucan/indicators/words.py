"""What the parts and the records of figures are called."""

from collections.abc import Mapping

from zhucan.core import masking
from zhucan.core.identifiers import CATEGORY_LABELS
from zhucan.core.months import Month
from zhucan.indicators import aided
from zhucan.indicators.given import Kind
from zhucan.orgs.divisions import division
from zhucan.payments import causes
from zhucan.payments.models import LineKind
from zhucan.policy.catalogue import scheme as scheme_of
from zhucan.policy.steps import State
from zhucan.registry.choices import Placement, Stage, WorkForm
from zhucan.registry.models import CertificateEvent, Person, Sex

AGE_BANDS = (("0-6", "0—6岁", 6), ("7-17", "7—17岁", 17), ("18-59", "18—59岁", 59), ("60-", "60岁及以上", 999))
"""Key, label and the last year of age."""
_GRADES = "一二三四"
_CHUNK = 5000
_GAINED = {"moved_in": "户籍迁入", "resumed": "恢复享受"}
"""How somebody comes to receive something again, or here."""
_EVENTS = {f"card-{code}": str(label) for code, label in CertificateEvent.choices}  # a line has a cause "new" too


def labels(by: str) -> Mapping[str, str]:
    """Return the keys and labels of a breakdown in reading order; nothing where they come from the records."""
    match by:
        case "category":
            return {key: f"{label}残疾" for key, label in CATEGORY_LABELS.items()}
        case "grade":
            return {str(number): f"{grade}级" for number, grade in enumerate(_GRADES, start=1)}
        case "age":
            return {key: label for key, label, _ in AGE_BANDS}
        case "sex":
            return {value: f"{label}性" for value, label in Sex.choices}
        case "stage":
            return {value: str(label) for value, label in Stage.choices}
        case "placement":
            return {value: str(label) for value, label in Placement.choices}
        case "form":
            return {value: str(label) for value, label in WorkForm.choices}
        case "step":
            return {state.value: state.label for state in State}
        case "area":
            return {"town": "城镇（居委会）", "country": "农村（村委会）"}
    return {}


def odd_label(by: str, key: str) -> str:
    """Return what a part is called that `labels` does not list."""
    match by:
        case "month" if key:
            return Month.parse(key).label
        case "cause" if key:
            return _cause(key)
        case "scheme" if key:
            return scheme_of(key).name
        case "stage" | "placement":
            return "没有就学登记"
        case "form":
            return "没有就业"
    return "不分" if by in ("month", "cause", "scheme", "step") else "不明"


def names(people: set[int]) -> dict[int, str]:
    """Return the masked names of people."""
    ordered = sorted(people)
    found: dict[int, str] = {}
    for start in range(0, len(ordered), _CHUNK):
        rows = Person.objects.filter(pk__in=ordered[start : start + _CHUNK]).values_list("pk", "name")
        found.update((key, masking.name(name)) for key, name in rows)
    return found


def detail(relation: str, scheme: str | None, kind: str, told: str, cause: str) -> str:
    """Return what a record is, from what its relation tells of it."""
    said = [scheme_of(scheme).name] if scheme else []
    match relation:
        case "line" | "recovery" | "doubt":
            said.append(f"{LineKind(kind).label}{Month.from_index(int(told)).label}")
        case "benefit_month" | "recipient" | "recipient_both" | "recipient_before" | "newcomer" | "gained" | "lost":
            said.append(Month.from_index(int(told)).label)
        case "holder" | "served" | "certificate_event" | "lapsed" | "died" if told:
            said.append(f"{CATEGORY_LABELS[told[:-1]]}{_GRADES[int(told[-1]) - 1]}级")
        case "given" | "fulfilled":
            said += [Kind(kind).label, told] if kind else [f"给付{told}次"]
        case "work_opened" | "work_accepted" | "work_running" if told.isdigit():  # households: how many
            said.append(f"共{told}项")
        case "housing_asked" | "housing_waiting" | "housing_settled" if told.isdigit():
            pass
        case "county" | "county_given" | "community" | "circle_limit":
            said.append(division(told).name)
        case "household":
            said.append(f"持证残疾人{told}名")
        case "judged" | "accepted" | "gap" if told[:12].isdecimal():  # an area, by its code
            said.append(f"{division(told[:12]).name}{told[12:]}")
        case _:
            said += [told] if told else []
    if cause:
        said.append(_cause(cause))
    return " ".join(said)


def _cause(code: str) -> str:
    """Return why something happened: to a certificate, to what somebody receives, or to a line."""
    return _EVENTS.get(code) or _GAINED.get(code) or aided.CAUSES.get(code) or causes.label(code)
