"""康复需求: what somebody may need, whether it suits them, and the schemes that serve it.

Source: 残疾人精准康复服务行动实施方案 (2016) and its service catalogue, which sorts services by surgery, medication, training,
devices, nursing and support. An assessor says of each kind whether it is needed and whether it is indicated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from zhucan.policy.devices.catalogue import DEVICES

INDICATED, UNFIT, NONE = "indicated", "unfit", "none"
ANSWERS: Mapping[str, str] = {INDICATED: "有需求，适合做", UNFIT: "有需求，现在不适合", NONE: "没有需求"}
"""What an assessor can find of a need; only a need that is indicated counts as one to be served."""


@dataclass(frozen=True)
class Need:
    """One kind of need; it is served by anything given under one of its schemes."""

    code: str
    label: str
    schemes: tuple[str, ...]

    @property
    def finding(self) -> str:
        """Return the kind of finding that says it."""
        return f"need_{self.code}"


NEEDS: tuple[Need, ...] = (
    Need("surgery", "手术", ("cataract-surgery", "cochlear-implant", "limb-surgery")),
    Need("medication", "药物", ("mental-medication", "mental-inpatient-subsidy")),
    Need(
        "training",
        "功能训练",
        (
            "child-rehabilitation", "hearing-speech-training", "intellectual-training", "physical-training", "cochlear-training",
            "orientation-mobility", "low-vision-training", "rehabilitation-items",
        ),
    ),
    Need("device", "辅助器具", tuple(device.scheme for device in DEVICES)),
    Need("nursing", "护理", ("residential-care", "day-care", "home-care", "home-care-voucher", "sunshine-home")),
    Need("support", "支持性服务", ("family-training", "psychological-counselling", "health-examination")),
)  # fmt: skip
NEED_OF: Mapping[str, Need] = {need.code: need for need in NEEDS}
