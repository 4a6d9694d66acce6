"""Every scheme there is."""

from zhucan.core.errors import ZhucanError
from zhucan.policy.schemes import Scheme
from zhucan.policy.subsidies.living_allowance import living_allowance
from zhucan.policy.subsidies.nursing_subsidy import nursing_subsidy
from zhucan.policy.subsidies.unattended_child import unattended_child_supplement

SCHEMES: tuple[Scheme, ...] = (living_allowance, nursing_subsidy, unattended_child_supplement)
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
