"""YAML that people write by hand, read with the file and line of everything in it.

What differs from the usual loader, because policy staff type these files: only `true` and `false` are booleans (so
`on`, `yes`, `no`, `in` and `out` stay words), a number keeps its digits and never becomes a float, a plain
`2025-02-30` is an error instead of text, and a key written twice in one mapping is an error instead of the last one
winning. Every mistake is a `YamlError` whose sentence starts with file and line.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import yaml

from zhucan.core.errors import ZhucanError
from zhucan.core.money import InvalidMoney, parse_yuan
from zhucan.core.months import InvalidMonth, Month

LARGEST = 5 * 1024 * 1024
"""A hand-written file is never longer than this many bytes."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

# What the parser says when a file is not YAML, and what usually was the slip.
_SLIPS = (
    ("cannot start any token", "有不能用在这里的字符（常见的是用 Tab 缩进，或中文标点开头）；请用空格缩进，文字加引号"),
    ("mapping values are not allowed", "冒号的位置不对；请检查缩进，文字里含冒号时加引号"),
    ("could not find expected ':'", "缺少冒号，或冒号后面缺空格；请写成“键: 值”"),
    ("expected ',' or", "括号没有配对，或两项之间缺逗号；请检查 [ ] 和 { }"),
    ("expected <block end>", "缩进不一致；请让同一层的各行对齐"),
    ("found unexpected end of stream", "引号没有配对；请补上另一半引号"),
    ("expected a single document", "一个文件里有多份文档；请删去 --- 分隔行"),
    ("found undefined alias", "引用了没有定义的锚点；请先用 & 定义"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行"


class YamlError(ZhucanError):
    """Something in a hand-written file is wrong; the sentence starts with file and line."""

    def __init__(self, place: Place, sentence: str) -> None:
        super().__init__(f"{place}：{sentence}")
        self.place = place


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a half sentence that names the known word nearest to a misspelt one, else all known words.

    >>> nearest("outcom", ["outcome", "amount"])
    '是不是“outcome”？'
    >>> nearest("x", ["outcome", "amount"])
    '可用的有：outcome、amount。'
    """
    words = list(known)
    close = get_close_matches(name, words, n=1, cutoff=0.6)
    return f"是不是“{close[0]}”？" if close else f"可用的有：{'、'.join(words)}。"


@dataclass(frozen=True, slots=True)
class Node:
    """A value in the file, and where it stands. The `as_…` methods read it as a kind of value or raise `YamlError`.

    `what` is the Chinese name of the value, for the sentence.
    """

    place: Place

    def error(self, sentence: str) -> YamlError:
        """Return an error about this value, to be raised."""
        return YamlError(self.place, sentence)

    def as_mapping(self, what: str) -> "Mapping":
        """Return the keys and values."""
        raise self.error(f"{what}应写成“键: 值”的形式。")

    def as_list(self, what: str) -> "tuple[Node, ...]":
        """Return the items of a list; a single value counts as a list of one."""
        return (self,)

    def as_scalar(self, what: str) -> "Scalar":
        """Return the single value."""
        raise self.error(f"{what}应是一个值，不是列表或成组的键值。")

    def as_text(self, what: str) -> str:
        """Return the value as it is written, never empty."""
        scalar = self.as_scalar(what)
        if scalar.value is None or not scalar.text.strip():
            raise self.error(f"{what}没有填写。")
        return scalar.text

    def as_date(self, what: str) -> date:
        """Return a day written as 2025-05-20."""
        found = _date(self.place, self.as_text(what))
        if found is None:
            raise self.error(f"{what}“{self.as_text(what)}”不是日期；请按 2025-05-20 的形式填写。")
        return found

    def as_month(self, what: str) -> Month:
        """Return a month written as 2025-05."""
        try:
            return Month.parse(self.as_text(what))
        except InvalidMonth as error:
            raise self.error(f"{what}：{error}") from error

    def as_yuan(self, what: str, *, allow_negative: bool = False) -> Decimal:
        """Return an amount of money, exact to the fen."""
        try:
            return parse_yuan(self.as_text(what), allow_negative=allow_negative)
        except InvalidMoney as error:
            raise self.error(f"{what}：{error}") from error

    def as_number(self, what: str) -> Decimal:
        """Return a number with the digits it is written with."""
        text = self.as_text(what)
        if _NUMBER.fullmatch(text) is None:
            raise self.error(f"{what}“{text}”不是数字。")
        return Decimal(text)

    def as_int(self, what: str) -> int:
        """Return a whole number."""
        number = self.as_number(what)
        if number != number.to_integral_value():
            raise self.error(f"{what}“{number}”不是整数。")
        return int(number)

    def as_bool(self, what: str) -> bool:
        """Return true or false."""
        value = self.as_scalar(what).value
        if not isinstance(value, bool):
            raise self.error(f"{what}应写 true（是）或 false（否），不是“{self.as_scalar(what).text}”。")
        return value

    def as_choice(self, what: str, known: Iterable[str]) -> str:
        """Return one of the known words."""
        text = self.as_text(what)
        words = list(known)
        if text not in words:
            raise self.error(f"{what}没有“{text}”；{nearest(text, words)}")
        return text


@dataclass(frozen=True, slots=True)
class Scalar(Node):
    """A single value: `text` as it is written, `value` as YAML reads it (quoted text stays text)."""

    text: str
    value: str | bool | Decimal | date | None

    def as_scalar(self, what: str) -> "Scalar":
        return self


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """A list."""

    items: tuple[Node, ...]

    def as_list(self, what: str) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """Keys and values in the order of the file; `keys` tells where each key stands."""

    values: dict[str, Node]
    keys: dict[str, Place]

    def as_mapping(self, what: str) -> "Mapping":
        return self

    def as_list(self, what: str) -> tuple[Node, ...]:
        raise self.error(f"{what}应写成列表，每项以“- ”开头，或写成 [甲, 乙]。")

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str) -> Node | None:
        """Return the value of a key, None when it is left out or empty."""
        found = self.values.get(key)
        return None if isinstance(found, Scalar) and found.value is None else found

    def require(self, key: str, what: str) -> Node:
        """Return the value of a key that may not be left out."""
        found = self.get(key)
        if found is None:
            raise self.error(f"{what}缺少 {key}；请补上。")
        return found

    def only(self, known: Iterable[str], what: str) -> None:
        """Raise `YamlError` for the first key that is not known, naming the nearest known one."""
        words = list(known)
        for key, place in self.keys.items():
            if key not in words:
                raise YamlError(place, f"{what}没有“{key}”这个键；{nearest(key, words)}")

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield keys and values in the order of the file."""
        return iter(self.values.items())


def load(path: Path, *, name: str | None = None) -> Node:
    """Return what a YAML file holds; `name` is what errors call the file (its path as given by default).

    Raises `YamlError` for a file that cannot be read, is no UTF-8 or no YAML, for an impossible date and a double key.
    """
    shown = name or str(path)
    top = Place(shown, 1)
    try:
        if path.stat().st_size > LARGEST:
            raise YamlError(top, f"文件超过 {LARGEST // 1024 // 1024} MB；请拆成几个文件。")
        return parse(path.read_text(encoding="utf-8-sig"), name=shown)
    except UnicodeDecodeError as error:
        raise YamlError(top, "文件不是 UTF-8 编码；请另存为 UTF-8 后再试。") from error
    except OSError as error:
        raise YamlError(top, "文件打不开；请核对路径和权限。") from error


def parse(text: str, *, name: str = "YAML") -> Node:
    """Return what a YAML text holds. Raises `YamlError`.

    >>> parse("{on: yes, amount: 330.10}").as_mapping("例").require("on", "例").as_text("例")
    'yes'
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            raise YamlError(Place(name, 1), "文件是空的；请写入内容。")
        return _Reader(name).read(root)
    except yaml.YAMLError as error:
        raise _not_yaml(error, name) from error
    except RecursionError as error:
        raise YamlError(Place(name, 1), "嵌套太深；请检查括号和缩进。") from error


def _not_yaml(error: yaml.YAMLError, name: str) -> YamlError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    slip = next(
        (slip for words, slip in _SLIPS if words in said or words in context), "写法不是 YAML；请检查缩进、冒号和引号"
    )
    return YamlError(Place(name, mark.line + 1 if mark else 1), f"{slip}。")


class _Reader:
    """Turns the parser's nodes into ours; each once, so that references cost nothing and cannot go in circles."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: dict[int, Node | None] = {}

    def read(self, node: yaml.Node) -> Node:
        place = Place(self.name, node.start_mark.line + 1)
        if id(node) in self.done:
            known = self.done[id(node)]
            if known is None:
                raise YamlError(place, "引用绕回了自身；请改写，不要循环引用。")
            return known
        self.done[id(node)] = None
        made = self._made(node, place)
        self.done[id(node)] = made
        return made

    def _made(self, node: yaml.Node, place: Place) -> Node:
        if isinstance(node, yaml.SequenceNode):
            return Sequence(place, tuple(self.read(item) for item in node.value))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.ScalarNode) and node.style is None:
            return Scalar(place, node.value, _plain(place, node.value))
        return Scalar(place, node.value, node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Mapping:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for key_node, value_node in node.value:
            where = Place(self.name, key_node.start_mark.line + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError(where, "键应是一个词，不是列表或成组的键值。")
            key = str(key_node.value)
            if key in values:
                raise YamlError(where, f"“{key}”写了两次（前一次在第 {keys[key].line} 行）；请只留一个。")
            values[key], keys[key] = self.read(value_node), where
        return Mapping(place, values, keys)


def _plain(place: Place, text: str) -> str | bool | Decimal | date | None:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return _date(place, text) or text


def _date(place: Place, text: str) -> date | None:
    """Return the day a text names, None when it has no such form. Raises `YamlError` for a day that does not exist."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise YamlError(place, f"没有 {text} 这一天；请核对日期。") from error
