"""What the barrier-free law lets the competent department fine, so that a complaint is sent to the right door.

A federation supervises and proposes; it fines nobody (HO-23, HO-24). The ranges are national law and stand here as a
table, beside the articles that they come from.

- HO-24 `FINES`, `fine_for`: only after an order to correct was not followed in time.

Not modelled:

- HO-20, HO-21, HO-22, HO-25 the duties themselves: check items of a supervision visit (`community`), judged by people.
- HO-23 opinions, complaints, the prosecutor: matters with their own file. HO-26 scorecards: of each place.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

COMPETENT = "住房和城乡建设、民政、文化和旅游、交通运输等主管部门"


class Offence(Enum):
    """What a unit or person did that the law fines."""

    NOT_MAINTAINED = "not_maintained"
    TEMPORARY_BELOW_STANDARD = "temporary_below_standard"
    OCCUPIED_OR_ALTERED = "occupied_or_altered"
    TELECOM_SERVICE = "telecom_service"

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {
            "not_maintained": "不履行无障碍设施维护管理职责", "temporary_below_standard": "临时无障碍设施不符合规定",
            "occupied_or_altered": "擅自改变用途或非法占用、损坏无障碍设施", "telecom_service": "电信业务经营者不提供无障碍服务",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Fine:
    """A range in yuan, both ends in; the article, and who may impose it."""

    least: Decimal
    most: Decimal
    article: int
    authority: str


_FACILITY_UNIT = Fine(Decimal("10000"), Decimal("30000"), 65, COMPETENT)
_FACILITY_PERSON = Fine(Decimal("100"), Decimal("500"), 65, COMPETENT)
_TELECOM = Fine(Decimal("10000"), Decimal("100000"), 67, "电信主管部门")


def fine_for(offence: Offence, *, unit: bool, corrected_in_time: bool) -> Fine | None:
    """Return the fine that the law provides, None where the order to correct was followed, or none is provided."""
    if corrected_in_time:
        return None
    if offence is Offence.TELECOM_SERVICE:
        return _TELECOM if unit else None
    return _FACILITY_UNIT if unit else _FACILITY_PERSON
