"""Every scheme there is."""

from collections.abc import Mapping
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.policy import certificates
from zhucan.policy.devices import subsidy
from zhucan.policy.education import entry, grants, rewards, waivers
from zhucan.policy.rehabilitation import courses, mental, support, surgery, training
from zhucan.policy.rehabilitation.child_meals import child_meals
from zhucan.policy.rehabilitation.child_rehabilitation import child_rehabilitation
from zhucan.policy.rehabilitation.items import rehabilitation_items
from zhucan.policy.schemes import Scheme
from zhucan.policy.subsidies.living_allowance import living_allowance
from zhucan.policy.subsidies.nursing_subsidy import nursing_subsidy
from zhucan.policy.subsidies.unattended_child import unattended_child_supplement

SCHEMES: tuple[Scheme, ...] = (
    living_allowance,
    nursing_subsidy,
    unattended_child_supplement,
    *certificates.SCHEMES,
    child_rehabilitation,
    child_meals,
    *training.SCHEMES,
    *courses.SCHEMES,
    rehabilitation_items,
    *mental.SCHEMES,
    *surgery.SCHEMES,
    *support.SCHEMES,
    *subsidy.SCHEMES,
    *grants.SCHEMES,
    *rewards.SCHEMES,
    *waivers.SCHEMES,
    *entry.SCHEMES,
)
MONTHLY: tuple[Scheme, ...] = tuple(scheme for scheme in SCHEMES if scheme.in_runs)
"""The schemes that the monthly runs decide."""
_BY_ID = {scheme.id: scheme for scheme in SCHEMES}


class UnknownScheme(ZhucanError, KeyError):
    """No scheme has this id."""

    def __str__(self) -> str:
        return str(self.args[0])


def scheme(scheme_id: str) -> Scheme:
    """Return a scheme by id. Raises `UnknownScheme`."""
    try:
        return _BY_ID[scheme_id]
    except KeyError as error:
        raise UnknownScheme(f"没有项目 {scheme_id}：可用的有 {'、'.join(_BY_ID)}。") from error


def offered_with(params: Mapping[str, Any]) -> tuple[Scheme, ...]:
    """Return the schemes of our own that a place runs, from its resolved parameters."""
    return tuple(item for item in SCHEMES if item.administered and (not item.switch or params[item.switch]))
