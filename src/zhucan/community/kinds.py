"""The kinds of activities, each with what it records: a new kind is a row here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zhucan.core.errors import ZhucanError


class UnknownKind(ZhucanError, KeyError):
    """No kind of activity has this id."""

    def __str__(self) -> str:
        return str(self.args[0])


class Who(StrEnum):
    """Who takes part: a person of the register, a relative of one, somebody who works for them, or a guest from elsewhere."""

    SELF = "self"
    RELATIVE = "relative"
    WORKER = "worker"
    GUEST = "guest"

    @property
    def label(self) -> str:
        """Return the word for it."""
        return {"self": "残疾人", "relative": "家属", "worker": "工作人员和志愿者", "guest": "县外来宾"}[self.value]


@dataclass(frozen=True)
class Channel:
    """A way a campaign reaches people, and what its quantity is counted in."""

    label: str
    unit: str


CHANNELS: Mapping[str, Channel] = {
    "tv": Channel("电视字幕和公益广告", "次"),
    "bus": Channel("公交车广告", "辆"),
    "sms": Channel("短信", "条"),
    "banner": Channel("横幅标语", "条"),
    "poster": Channel("海报和资料", "份"),
    "press": Channel("报刊", "篇"),
    "internet": Channel("网站和新媒体", "条"),
}
STAGES: Mapping[str, str] = {
    "preliminary": "初赛",
    "semifinal": "复赛",
    "final": "决赛",
    "third": "第三名",
    "second": "第二名",
    "first": "第一名",
}
"""How far an entrant came; whoever was placed was in the final."""
FINALISTS = ("final", "third", "second", "first")

_COURSE = ("subject", "trainer", "hours", "sessions", "planned", "programme", "fund", "cost")
_EXAM = ("attended", "passed", "number", "level", "feedback")


@dataclass(frozen=True)
class ActivityKind:
    """One kind. `asks` are the activity's fields beyond those that all have, `tells` those of its participants.

    `trains` says that whoever attended counts as trained; courses for those who help are never among them. `for_staff` says
    that its hours count among those of the workers who attended.
    """

    id: str
    label: str
    unit: str  # what activities of it are counted in
    who: tuple[Who, ...]
    asks: tuple[str, ...]
    tells: tuple[str, ...] = ("attended", "feedback")
    trains: bool = False
    for_staff: bool = False
    subjects: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(
        default_factory=dict
    )  # as what somebody takes part, where it is counted; of a worker it is the post
    outcomes: Mapping[str, str] = field(default_factory=dict)
    systems: tuple[str, ...] = ()

    def takes(self, who: str) -> bool:
        """Tell whether somebody of that sort takes part in it; guests do wherever people of the register or their relatives do."""
        return who in self.who or (who == Who.GUEST and not {Who.SELF, Who.RELATIVE}.isdisjoint(self.who))


KINDS: tuple[ActivityKind, ...] = (
    ActivityKind(
        "vocational", "职业技能培训", "期", (Who.SELF,), _COURSE, _EXAM, trains=True,
        subjects={"computer": "电脑", "massage": "按摩", "handicraft": "手工", "catering": "烹饪面点", "other": "其他"},
        systems=("S079", "S081", "S082"),
    ),
    ActivityKind(
        "rural", "农村实用技术培训", "期", (Who.SELF,), _COURSE, _EXAM, trains=True,
        subjects={"planting": "种植", "breeding": "养殖", "processing": "加工", "other": "其他"}, systems=("S080", "S081"),
    ),
    ActivityKind(
        "professional", "专业岗位培训", "期", (Who.WORKER, Who.SELF), _COURSE, _EXAM, for_staff=True,
        subjects={
            "device_engineer": "辅助器具工程师", "mobility": "盲人定向行走", "station": "职康站管理", "therapy": "康复技术",
            "management": "基层康复管理", "volunteering": "志愿服务", "other": "其他",
        },
        systems=("S097", "S142"),
    ),
    ActivityKind(
        "online_business", "残疾人网上创业行动", "期", (Who.SELF,), ("trainer", "hours", "sessions", "planned", "programme", "platform", "fund", "cost"),
        ("attended", "outcome", "outcome_from", "outcome_to", "income"),
        outcomes={"shop": "开了网店", "job": "网络就业", "none": "没有"}, systems=("S057",),
    ),
    ActivityKind(
        "family", "残疾儿童家长和家属培训", "场", (Who.RELATIVE,), ("trainer", "category", "hours", "sessions", "planned", "institution", "fund", "cost"),
        systems=("S124",),
    ),
    ActivityKind(
        "lecture", "康复知识讲座", "场", (Who.RELATIVE, Who.SELF), ("trainer", "category", "hours", "planned", "institution", "fund", "cost"),
        systems=("S140",),
    ),
    ActivityKind(
        "examination", "身体检查", "次", (Who.SELF, Who.WORKER), ("institution", "again_months", "planned", "fund", "cost"),
        ("attended", "finding"), roles={"trainee": "职康站学员", "commissioner": "残疾人专职委员", "other": "其他"}, systems=("S141",),
    ),
    ActivityKind(
        "online", "线上服务", "场", (Who.SELF, Who.RELATIVE), ("subject", "trainer", "platform", "accessibility", "hours", "sessions", "planned", "fund", "cost"),
        ("attended", "passed", "feedback"),
        subjects={"education": "教育", "rehabilitation": "康复", "job": "就业", "counselling": "心理和咨询"}, systems=("S190",),
    ),
    ActivityKind(
        "competition", "职业技能比赛", "次", (Who.SELF,), ("edition", "events", "multiple", "planned", "fund", "cost"),
        ("event", "attended", "stage"), systems=("S089",),
    ),
    ActivityKind(
        "job_fair", "残疾人招聘会", "场", (Who.SELF,), ("edition", "held", "employers", "vacancies", "headcount", "fund", "cost"),
        ("attended", "outcome", "outcome_from"), outcomes={"agreed": "达成意向", "hired": "已录用", "none": "没有"}, systems=("S072",),
    ),
    ActivityKind(
        "campaign", "公益宣传", "项", (), ("channel", "quantity", "reach", "slogan", "partners", "fund", "cost"), (), systems=("S179",),
    ),
    ActivityKind(
        "joint", "联合公益活动", "次", (Who.SELF, Who.RELATIVE, Who.WORKER), ("slogan", "partners", "headcount", "fund", "cost"),
        ("attended",), systems=("S181",),
    ),
)  # fmt: skip
_BY_ID = {kind.id: kind for kind in KINDS}
TRAINING = tuple(kind.id for kind in KINDS if kind.trains)


def kind_of(name: str) -> ActivityKind:
    """Return a kind by its id or label. Raises `UnknownKind`."""
    found = _BY_ID.get(name) or next((kind for kind in KINDS if kind.label == name), None)
    if found is None:
        raise UnknownKind(f"没有“{name}”这种活动：可以写 {'、'.join(f'{kind.id}（{kind.label}）' for kind in KINDS)}。")
    return found
