"""The kinds of lists that other departments send: who sends them, how they head their columns, what must be there."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from zhucan.core.errors import ZhucanError
from zhucan.registry.rosters.columns import Header, field_of, find_header, plain

_IDENTITY = frozenset(
    ("name", "id_number", "certificate", "sex", "born", "county", "township", "village", "division", "hukou", "address")
)
_NAMES = (
    "死者姓名", "死亡人员姓名", "亡者姓名", "死亡人姓名", "罪犯姓名", "服刑人员姓名", "参保人", "参保人姓名", "参保人员姓名", "迁移人姓名",
    "户主及成员姓名", "低保对象姓名", "救助对象姓名", "工伤职工姓名", "职工姓名", "人员",
)  # fmt: skip
_NUMBERS = (
    "死者身份证号", "死者身份证号码", "死亡人员身份证号", "罪犯身份证号", "服刑人员身份证号", "参保人身份证号", "社会保障号", "社会保障号码",
    "社保号", "救助对象身份证号", "职工身份证号",
)  # fmt: skip


@dataclass(frozen=True)
class ListKind:
    """One kind of list. `words` are its own columns by field; `needs` those without which a row says nothing."""

    id: str
    label: str
    source: str  # the department that usually sends it
    words: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()  # fields of a roster that mean the same here
    whole: bool = False  # may be the whole of a place, so that who is missing is a difference too

    def means(self, header: str) -> tuple[str, int]:
        """Return the field of a header in this list and its rank, as `columns.field_of` does for rosters."""
        word = plain(header)
        for field, words in {"name": _NAMES, "id_number": _NUMBERS, **self.words}.items():
            if word in words:
                return field, words.index(word)
        found = field_of(header)
        return found if found[0] in _IDENTITY or found[0] in self.carries or found[0] == "marks" else ("", 0)

    def enough(self, fields: AbstractSet[str]) -> bool:
        """Tell whether some columns say who, and what this kind of list is about."""
        return bool(fields & {"name", "id_number", "certificate"}) and set(self.needs) <= fields

    def find_header(self, rows: Sequence[Sequence[Any]], merges: Any = ()) -> Header | None:
        """Return the header of a sheet of this kind."""
        return find_header(rows, merges, self.means, self.enough)

    @property
    def asks(self) -> str:
        """Return what its header must have, in words."""
        needs = "、".join(f"“{self.words[name][0]}”" for name in self.needs)
        return "表头要有“身份证号”或“姓名”列" + (f"，并有{needs}列" if needs else "") + f"（{self.label}）"


_ENDS = (
    "退出日期",
    "停发日期",
    "停保日期",
    "终止日期",
    "结束日期",
    "停止日期",
    "停发时间",
    "退出时间",
    "终止时间",
    "截止日期",
)
KINDS: Mapping[str, ListKind] = {
    kind.id: kind
    for kind in (
        ListKind(
            "death",
            "死亡名单",
            "公安",
            {"day": ("死亡日期", "死亡时间", "去世日期", "去世时间", "死亡年月日", "死亡日", "亡故日期", "身故日期")},
            needs=("day",),
        ),
        ListKind(
            "dibao",
            "低保等社会救助名单",
            "民政",
            {
                "day": ("享受起始日期", "起始日期", "开始日期", "开始享受日期", "享受日期", "批准日期", "纳入日期", "审批日期",
                        "开始享受时间", "享受时间", "批准时间"),
                "end": _ENDS,
            },
            carries=("hardship",),
            whole=True,
        ),
        ListKind(
            "custody",
            "服刑名单",
            "司法行政",
            {
                "day": ("入狱日期", "收监日期", "入监日期", "入狱时间", "收监时间", "刑期起日", "刑期起始日期", "服刑开始日期", "刑期开始日期"),
                "end": ("释放日期", "刑满释放日期", "出狱日期", "刑满日期", "刑期止日", "释放时间", "刑期截止日期"),
            },
            needs=("day",),
        ),
        ListKind(
            "insurance",
            "社会保险参保名单",
            "人社、医保",
            {
                "day": ("参保日期", "参保时间", "首次参保日期", "参保登记日期", "起始日期"),
                "type": ("险种", "险种类型", "参保险种", "保险类型", "险种名称"),
            },
            needs=("type",),
        ),
        ListKind(
            "move",
            "户籍迁移名单",
            "公安",
            {
                "day": ("迁移日期", "迁出日期", "迁入日期", "变动日期", "迁移时间", "迁出时间", "迁入时间"),
                "to": ("迁往地", "迁入地", "迁往地址", "迁入地址", "现户籍地", "迁往地区划", "迁入地区划", "迁往地代码", "迁入地代码"),
            },
            needs=("day", "to"),
        ),
        ListKind(
            "work-injury",
            "工伤护理待遇名单",
            "人社",
            {
                "day": ("待遇起始日期", "享受起始日期", "起始日期", "开始日期", "待遇开始日期", "起付日期", "待遇起始时间"),
                "end": _ENDS,
                "amount": ("月金额", "月标准", "护理费", "生活护理费", "护理费金额", "月待遇金额", "待遇金额"),
            },
            needs=("day",),
        ),
    )
}  # fmt: skip


class UnknownList(ZhucanError):
    """There is no such kind of list."""


def kind_of(name: str) -> ListKind:
    """Return a kind of list by its id. Raises `UnknownList`."""
    try:
        return KINDS[name]
    except KeyError as error:
        known = "、".join(f"{kind.id}（{kind.label}）" for kind in KINDS.values())
        raise UnknownList(f"没有名单种类 {name}：可用的有 {known}。") from error
