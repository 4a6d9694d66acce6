"""Projects done for a household or at an address in declared parts: what is lacking, what is in place, what it cost.

A project is no right: nothing is decided from facts here. Where a scheme grants money for the same work, `scheme` names it,
and its case carries survey, photographs, acceptance and payment.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One part of a project."""

    code: str
    label: str


@dataclass(frozen=True)
class Project:
    """A project. `every`: each part must be in place, or not be needed, before it is accepted; else those found lacking.

    `builds`: it has a start, an acceptance and a cost; a check or a set of measures has none. `at_address`: done for an
    address with its residents, not for one household. `case_needed`: only where the scheme's case was opened.
    """

    id: str
    name: str
    parts: tuple[Part, ...]
    systems: tuple[str, ...]
    every: bool = False
    builds: bool = True
    at_address: bool = False
    scheme: str = ""
    case_needed: bool = False

    @property
    def labels(self) -> Mapping[str, str]:
        """Return what each part is called."""
        return {part.code: part.label for part in self.parts}


def _parts(**labels: str) -> tuple[Part, ...]:
    return tuple(Part(code, label) for code, label in labels.items())


PROJECTS: tuple[Project, ...] = (
    Project(
        "house-works",
        "危旧房改造",
        _parts(rebuild="重建", repair="修缮"),
        ("S114", "S117"),
        scheme="dangerous-house-repair",
    ),
    Project(
        "adaptation-works",
        "家庭无障碍改造",
        _parts(
            toilet="卫生间", kitchen="厨房", ramp="坡道", rail="扶手", door="门和门槛", bed="卧室和床边",
            signal="闪光门铃等提示", alarm="报警装置", reading="读屏等信息设备", other_item="其他",
        ),
        ("S175",),
        scheme="home-adaptation",
        case_needed=True,
    ),
    Project(
        "liveable-home",
        "宜居工程",
        _parts(secure="阳光安居保障", indoor="家居环境优化", access="无障碍设施进家庭"),
        ("S118",),
        every=True,
    ),
    Project(
        "five-measures",
        "扶贫五个一",
        _parts(body="机构", duty="职责", task="任务", rule="政策", money="经费"),
        ("S050",),
        every=True,
        builds=False,
    ),
    Project(
        "basic-needs",
        "两不愁三保障排查",
        _parts(food="不愁吃", clothing="不愁穿", education="义务教育", medical="基本医疗", shelter="住房安全"),
        ("S032",),
        every=True,
        builds=False,
    ),
    Project(
        "small-works",
        "小型便民工程",
        _parts(stair_rail="楼梯扶手", slope="坡道", lamp="照明", path="路面", other_work="其他"),
        ("S178",),
        at_address=True,
    ),
)  # fmt: skip
_BY_ID = {item.id: item for item in PROJECTS}
BY_SCHEME: Mapping[str, Project] = {item.scheme: item for item in PROJECTS if item.scheme}
PART_LABELS: Mapping[str, str] = {part.code: part.label for item in PROJECTS for part in item.parts}


def project(project_id: str) -> Project:
    """Return a project by id. Raises `KeyError`."""
    return _BY_ID[project_id]
