"""Why a line is there: the codes, and what people read."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from zhucan.cases.awards import REVOCATIONS
from zhucan.policy.schemes import Scheme

LABELS: Mapping[str, str] = {
    "": "",
    "new": "新增",
    "billed": "按月结算",
    "died": "死亡",
    "moved": "户籍迁出",
    "certificate_expired": "残疾人证到期",
    "certificate_cancelled": "残疾人证注销",
    "certificate_frozen": "残疾人证冻结",
    "grade_changed": "类别等级变更",
    "hardship_ended": "不再符合困难条件",
    "institution": "进出机构托养",
    "custody": "服刑",
    "other_benefit": "享受其他待遇",
    "not_offered": "当地没有开展",
    "not_eligible": "不符合申领条件",
    "standard_raised": "标准调整",
    "late_application_approved": "补批准的申请",
    "renewal_backpay": "换证中断补发",
    "withdrawn": "本人退出",
    "unknown_fact": "情况不明",
    "conditions_ended": "不再符合条件",
    "error": "资料更正",
    **REVOCATIONS,
}


def label(cause: str) -> str:
    """Return what a cause code is called."""
    return LABELS[cause]


def of_change(scheme: Scheme, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """Return why an amount differs between two bases (`facts` and `parameters`): the first thing that changed.

    A basis holds what all schemes of the run read; only what this scheme reads can be its reason.
    """
    if before is None:
        return "error"
    old, new = before["facts"], after["facts"]
    differ = {name for name in _reads(scheme, "fact") if old.get(name) != new.get(name)}
    if any(name.startswith("grade_") for name in differ):
        return "grade_changed"
    if "in_institution" in differ:
        return "institution"
    if any(before["parameters"].get(name) != after["parameters"].get(name) for name in _reads(scheme, "parameter")):
        return "standard_raised"
    if any(name.startswith("gets_") or name.endswith("_amount") for name in differ):
        return "other_benefit"
    return "error"


@lru_cache(maxsize=64)
def _reads(scheme: Scheme, namespace: str) -> tuple[str, ...]:
    # a run asks this for every line whose amount differs; walking the expressions each time would dominate it
    return scheme.columns(namespace)
