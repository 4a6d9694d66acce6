"""Every scheme there is."""

from collections.abc import Mapping
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.policy import certificates
from zhucan.policy.assistance.allowances import (
    county_allowance,
    near_poor_supplement,
    severe_jobless_allowance,
    tekun_hardship_allowance,
    unemployed_allowance,
)
from zhucan.policy.assistance.dibao import dibao, near_poor_status, rigid_spending_status
from zhucan.policy.assistance.household_goods import household_goods
from zhucan.policy.assistance.premiums import accident_insurance, medical_premium_subsidy, pension_premium_subsidy
from zhucan.policy.assistance.single_person_dibao import classified_extra, single_person_dibao
from zhucan.policy.assistance.tekun import tekun_basic
from zhucan.policy.assistance.temporary_relief import civil_affairs_relief, illness_relief, temporary_relief
from zhucan.policy.care.day_care import day_care, home_care
from zhucan.policy.care.residential import residential_care
from zhucan.policy.care.vouchers import home_care_voucher, sunshine_home
from zhucan.policy.devices import subsidy
from zhucan.policy.education import entry, grants, rewards, waivers
from zhucan.policy.employment.farming_grant import farming_grant
from zhucan.policy.employment.flexible_insurance import flexible_work_insurance
from zhucan.policy.employment.loan_interest import loan_interest
from zhucan.policy.employment.online_work import online_home_work
from zhucan.policy.employment.public_post import public_benefit_post
from zhucan.policy.employment.sheltered_work import sheltered_work
from zhucan.policy.employment.startup_grant import startup_grant
from zhucan.policy.employment.training import blind_massage_grant, graduate_job_seeking, training_allowance
from zhucan.policy.housing.dangerous_house import dangerous_house_repair, housing_priority
from zhucan.policy.housing.home_adaptation import home_adaptation
from zhucan.policy.rehabilitation import courses, mental, support, surgery, training
from zhucan.policy.rehabilitation.child_meals import child_meals
from zhucan.policy.rehabilitation.child_rehabilitation import child_rehabilitation
from zhucan.policy.rehabilitation.items import rehabilitation_items
from zhucan.policy.schemes import Scheme
from zhucan.policy.subsidies.living_allowance import living_allowance
from zhucan.policy.subsidies.nursing_subsidy import nursing_subsidy
from zhucan.policy.subsidies.unattended_child import unattended_child_supplement
from zhucan.policy.transport.bus_card import free_bus_card
from zhucan.policy.transport.fuel_subsidy import fuel_subsidy

_SUBSIDIES = (living_allowance, nursing_subsidy, unattended_child_supplement)
_ASSISTANCE = (
    dibao,
    near_poor_status,
    rigid_spending_status,
    single_person_dibao,
    classified_extra,
    tekun_basic,
    near_poor_supplement,
    county_allowance,
    tekun_hardship_allowance,
    severe_jobless_allowance,
    unemployed_allowance,
    temporary_relief,
    illness_relief,
    civil_affairs_relief,
    medical_premium_subsidy,
    pension_premium_subsidy,
    accident_insurance,
    household_goods,
)
_EMPLOYMENT = (
    startup_grant,
    loan_interest,
    farming_grant,
    public_benefit_post,
    flexible_work_insurance,
    sheltered_work,
    training_allowance,
    graduate_job_seeking,
    blind_massage_grant,
    online_home_work,
)
_HOMES = (dangerous_house_repair, home_adaptation, housing_priority, fuel_subsidy, free_bus_card)
_CARE = (residential_care, day_care, home_care, home_care_voucher, sunshine_home)

_REHABILITATION = (
    child_rehabilitation,
    child_meals,
    *training.SCHEMES,
    *courses.SCHEMES,
    rehabilitation_items,
    *mental.SCHEMES,
    *surgery.SCHEMES,
    *support.SCHEMES,
    *subsidy.SCHEMES,
)
_EDUCATION = (*grants.SCHEMES, *rewards.SCHEMES, *waivers.SCHEMES, *entry.SCHEMES)

SCHEMES: tuple[Scheme, ...] = (
    *_SUBSIDIES,
    *certificates.SCHEMES,
    *_ASSISTANCE,
    *_REHABILITATION,
    *_EDUCATION,
    *_EMPLOYMENT,
    *_HOMES,
    *_CARE,
)
MONTHLY: tuple[Scheme, ...] = tuple(scheme for scheme in SCHEMES if scheme.in_runs)
"""The schemes that the monthly runs decide."""
GRANTED: tuple[Scheme, ...] = tuple(scheme for scheme in SCHEMES if scheme.administered and not scheme.in_runs)
"""The schemes granted case by case, whose money is paid by runs of their own."""
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
