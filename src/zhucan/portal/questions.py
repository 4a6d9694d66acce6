"""What can I get: a few plain questions, answered by the rules of a run. Nothing that is answered is kept anywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from zhucan.core.calendar import add_years
from zhucan.core.errors import ZhucanError
from zhucan.core.money import fen, parse_yuan, text
from zhucan.core.months import Month
from zhucan.orgs.divisions import parameter_rows
from zhucan.orgs.models import Division
from zhucan.policy.catalogue import SCHEMES, offered_with
from zhucan.policy.engine import Decision, decide
from zhucan.policy.explain import explain
from zhucan.policy.facts import BENEFIT_LABELS, BY_NAME, CATEGORY_LABELS, HARDSHIP_LABELS, complete
from zhucan.policy.parameters import resolve
from zhucan.policy.schemes import Cadence, Gives, Group, LifeEvent, Scheme
from zhucan.web.forms import Form

_UNKNOWN = ("unknown", "不知道")
_YES_NO = (("yes", "是"), ("no", "不是"), _UNKNOWN)
_ASKED_BENEFITS = (
    "work_injury_nursing", "orphan", "unattended_child", "old_age_nursing", "elder_service", "ltci", "veteran_pension",
)  # fmt: skip


class QuestionForm(Form):
    """几个问题。"""

    county = forms.ChoiceField(label="户籍在哪个县（市、区）？")
    certificate = forms.ChoiceField(
        label="有没有过期的残疾人证？",
        choices=[("yes", "有，没过期"), ("no", "没有，或过期了"), _UNKNOWN],
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(
        label="残疾人证上是哪一类？",
        required=False,
        choices=[("", "没有证，或不知道"), *CATEGORY_LABELS.items()],
        help_text="多重残疾请选等级最重的那一类。",
    )
    grade = forms.ChoiceField(
        label="是几级？",
        required=False,
        choices=[("", "没有证，或不知道"), *((str(number), f"{number} 级") for number in range(1, 5))],
    )
    age = forms.IntegerField(
        label="多少岁？",
        min_value=0,
        max_value=120,
        required=False,
        widget=forms.TextInput({"class": "tiny", "inputmode": "numeric"}),
    )
    hardship = forms.ChoiceField(
        label="家里是低保或低保边缘吗？", choices=[*HARDSHIP_LABELS.items(), _UNKNOWN], widget=forms.RadioSelect
    )
    income = forms.CharField(
        label="家里平均每人每月收入多少元？",
        required=False,
        help_text="不知道就不填。",
        widget=forms.TextInput({"class": "short", "inputmode": "decimal", "autocomplete": "off"}),
    )
    institution = forms.ChoiceField(label="住在养老院、福利院等机构吗？", choices=_YES_NO, widget=forms.RadioSelect)
    benefits = forms.MultipleChoiceField(
        label="正在领下面的钱吗？",
        required=False,
        choices=[*((name, BENEFIT_LABELS[name]) for name in _ASKED_BENEFITS), _UNKNOWN],
        widget=forms.CheckboxSelectMultiple,
        help_text="没有就都不选。",
    )

    def __init__(self, *args: Any, counties: Sequence[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [(one.code, one.name) for one in counties]  # type: ignore[attr-defined]  # above

    def clean_income(self) -> int | None:
        """Return the income in fen, None where it is not known."""
        typed = self.cleaned_data["income"].strip()
        if not typed:
            return None
        try:
            return fen(parse_yuan(typed))
        except ZhucanError as error:
            raise forms.ValidationError(str(error)) from error


@dataclass(frozen=True)
class Answer:
    """What one scheme says to the answers given, in words a reader can act on."""

    name: str
    summary: str
    verdict: str
    tone: str
    each: str  # 每月约, 每年约 or 约
    amount: str
    reasons: tuple[str, ...]
    change: str
    rank: int


_TONES = ("ok", "ok", "warn", "plain")  # by the rank of a decision
_WORDS = ("✓ 应该可以{}", "✓ 可以申请，金额看材料", "? 还不能确定", "✕ 现在还不能{}")
_EACH = {Cadence.MONTHLY: "每月约", Cadence.YEARLY: "每年约"}


def answers(data: dict[str, Any], day: date) -> list[Answer]:
    """Return what each scheme of the place says to the answers, as of a day; what can be had comes first."""
    facts, month = complete(_facts(data, day)), Month.of(day)
    params = resolve(parameter_rows(), data["county"], month.first)
    decisions = decide(facts, params, SCHEMES)
    return told(offered_with(params), decisions, facts, params)


def told(
    schemes: Iterable[Scheme],
    decisions: Mapping[str, Decision],
    facts: Mapping[str, Any],
    params: Mapping[str, Any],
) -> list[Answer]:
    """Return what the public is told of each scheme, what can be had first.

    The steps of a certificate are told only where they are due: anybody's certificate could be lost, and anybody could
    have moved.
    """
    found = []
    for scheme in schemes:
        decision = decisions[scheme.id]
        if scheme.group is Group.REGISTRY and (decision.rank > 1 or LifeEvent.MOVED_HERE in scheme.events):
            continue
        explained = explain(scheme, decision, facts, params)
        amount = decision.amount if decision.rank == 0 else None
        found.append(
            Answer(
                scheme.name,
                scheme.summary,
                _WORDS[decision.rank].format("领" if scheme.gives in (Gives.CASH, Gives.GOODS) else "享受"),
                _TONES[decision.rank],
                _EACH.get(scheme.cadence, "约"),
                text(amount) if amount else "",
                tuple(reason.label for reason in explained.reasons if reason.met is not True),
                explained.change,
                decision.rank,
            )
        )
    return sorted(found, key=lambda one: one.rank)


def folded(ranks: Iterable[int]) -> dict[str, int]:
    """Return how many are not known and how many are refused: pages fold these away, so that what can be had is seen."""
    found = list(ranks)
    return {"open_count": found.count(2), "no_count": found.count(3)}


def _facts(data: dict[str, Any], day: date) -> dict[str, Any]:
    """Return the facts of the answers; what somebody does not know stays unknown and is never a no."""
    yes_no = {"yes": True, "no": False}
    facts: dict[str, Any] = {
        "certificate_valid": yes_no.get(data["certificate"]),
        "certificate_status": "valid" if data["certificate"] == "yes" else None,
        "certificate_on_file": yes_no.get(data["certificate"]),
        "judged_on": day,
        "in_institution": yes_no.get(data["institution"]),
        "hardship": None if data["hardship"] == "unknown" else data["hardship"],
        "in_tekun": None if data["hardship"] == "unknown" else data["hardship"] == "tekun",
        "income_per_head": data["income"],
    }
    if data.get("age") is not None:
        facts |= {"age": data["age"], "born": add_years(day, -data["age"])}
    if data["category"] and data["grade"]:
        facts[f"grade_{data['category']}"] = int(data["grade"])
    elif data["certificate"] != "no":
        facts |= {f"grade_{name}": None for name in CATEGORY_LABELS}
    unsure = "unknown" in data["benefits"]
    for name in _ASKED_BENEFITS:
        gets = True if name in data["benefits"] else (None if unsure else False)
        facts[f"gets_{name}"] = gets
        if f"{name}_amount" in BY_NAME:
            facts[f"{name}_amount"] = 0 if gets is False else None  # how much was not asked
    return facts
