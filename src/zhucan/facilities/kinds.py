"""What places there are, who works and who stays in them, and what they are held against: each declared here alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zhucan.core.divisions import Level


@dataclass(frozen=True)
class Kind:
    """A kind of facility: its word, what it is counted in, and what the people in it are there (`STAYS`)."""

    label: str
    counted_in: str
    stays: tuple[str, ...]
    trains: bool = False  # rehabilitates whoever lives near: part of the circle


KINDS: Mapping[str, Kind] = {
    "special_school": Kind("特殊教育学校", "所", ("pupil",)),
    "ordinary_school": Kind("设资源教室的普通学校", "所", ("pupil",)),
    "kindergarten": Kind("康教结合幼儿园", "所", ("child",)),
    "early_centre": Kind("儿童康复教育中心", "家", ("child",), trains=True),
    "rehabilitation_centre": Kind("康复中心", "家", ("client",), trains=True),
    "rehabilitation_station": Kind("社区康复站", "家", ("client",), trains=True),
    "training_base": Kind("培训基地", "家", ("trainee",)),
    "poverty_base": Kind("扶贫基地", "家", ("worker", "household")),
    "service_facility": Kind("综合服务设施", "处", ()),
    "public_place": Kind("公共场所", "处", ()),
}
SCHOOLS = ("special_school", "ordinary_school")
PRESCHOOLS = ("kindergarten", "early_centre")
CIRCLE = tuple(code for code, kind in KINDS.items() if kind.trains)

STAYS: Mapping[str, str] = {
    "pupil": "学生",
    "child": "在园（训）儿童",
    "client": "服务对象",
    "trainee": "学员",
    "worker": "安置就业",
    "household": "辐射带动户",
}
"""What a person is in a facility, over a spell of days."""

GOES_ON: Mapping[str, str] = {
    "preschool": "转入其他幼儿园或中心",
    "primary": "升入普通小学",
    "special_school": "升入特教学校",
    "senior": "升入高一级学校",
    "work": "就业",
    "home": "回家",
    "left": "离开本地",
    "unknown": "去向不明，继续追踪",
}
"""What comes after a stay; `unknown` is to be followed up."""


@dataclass(frozen=True)
class Post:
    """What somebody works as, and the parameter that says how many hours of training a year it takes ("" = none)."""

    label: str
    hours: str = ""


POSTS: Mapping[str, Post] = {
    "special_teacher": Post("特教教师", "special_teacher_training_hours"),
    "resource_teacher": Post("资源教师", "special_teacher_training_hours"),
    "therapist": Post("康复治疗师", "rehabilitation_training_hours"),
    "rehabilitation_doctor": Post("康复医师", "rehabilitation_training_hours"),
    "centre_worker": Post("机构工作人员", "rehabilitation_training_hours"),
    "manager": Post("基层康复管理人员", "rehabilitation_training_hours"),
    "device_worker": Post("辅助器具人员", "rehabilitation_training_hours"),
    "volunteer": Post("康复志愿者", "rehabilitation_training_hours"),
    "commissioner": Post("残疾人专职委员"),
    "aid_volunteer": Post("助残志愿者"),
    "instructor": Post("培训教师"),
    "supervisor": Post("无障碍监督员"),
    "other": Post("其他"),
}
TEACHERS = ("special_teacher", "resource_teacher")
REHABILITATORS = tuple(code for code, post in POSTS.items() if post.hours == "rehabilitation_training_hours")
HOURS = ("special_teacher_training_hours", "rehabilitation_training_hours")

BARRIER_FREE: Mapping[str, str] = {
    "braille_sign": "盲文标志门牌",
    "ramp": "坡道",
    "wheelchair_path": "轮椅通道",
    "tactile_paving": "盲道",
    "accessible_toilet": "无障碍厕所（厕位）",
    "induction_loop": "感应环线（助听）",
    "handrail": "扶手",
    "lift": "无障碍电梯",
    "parking": "无障碍停车位",
    "low_counter": "低位服务台",
}
FEATURES: Mapping[str, str] = {**BARRIER_FREE, "equipment": "设备器材", "room": "功能用房"}
"""What a place is equipped with."""


class Status(StrEnum):
    """Where a place stands under a standard."""

    CREATING = "creating"
    MET = "met"
    ADVANCED = "advanced"

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return {"creating": "创建中", "met": "达标", "advanced": "先进"}[self.value]


@dataclass(frozen=True)
class Topic:
    """What a standard is about: its word, and which facilities (by kind) or areas (by level) it is held against."""

    label: str
    kinds: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()


TOPICS: Mapping[str, Topic] = {
    "rehabilitation_area": Topic("社区康复示范", levels=(Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)),
    "barrier_free_community": Topic("无障碍社区", levels=(Level.VILLAGE,)),
    "barrier_free_city": Topic("无障碍城市", levels=(Level.CITY, Level.COUNTY)),
    "barrier_free_place": Topic("公共场所无障碍环境", kinds=("public_place", "service_facility")),
    "rehabilitation_station": Topic("康复站规范化建设", kinds=("rehabilitation_station", "rehabilitation_centre")),
    "training_base": Topic("示范培训基地", kinds=("training_base",)),
    "poverty_base": Topic("扶贫基地", kinds=("poverty_base",)),
    "school": Topic("特殊教育学校", kinds=SCHOOLS),
}
LEVELS: Mapping[str, str] = {"national": "国家级", "province": "省级", "city": "市级", "county": "县级"}
"""Who set a standard, or designated a base."""
