"""What a row says in the registry's terms, and what is remarked about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from zhucan.core.identifiers import ResidentID
from zhucan.orgs.models import Division
from zhucan.registry.rosters.columns import LABELS


class Remark(NamedTuple):
    """A sentence about a row, and the field it is about."""

    field: str
    sentence: str


@dataclass(slots=True)
class CertificateEntry:
    """The certificate a row tells of. `components` is empty when the kinds of a multiple one are not written."""

    number: str
    number_index: str
    category: str
    grade: int
    reissue: int
    components: tuple[tuple[str, int], ...]
    issued: date | None
    expires: date | None


@dataclass(slots=True)
class Row:
    """One row in the registry's terms; a text "" and a None say that the file does not tell.

    `faults` send the row back, `doubts` only warn.
    """

    sheet: int
    number: int
    name: str = ""
    identity: ResidentID | None = None
    certificate: CertificateEntry | None = None
    division: Division | None = None
    place_fault: Remark | None = None
    phone: str = ""
    address: str = ""
    guardian: str = ""
    guardian_relation: str = ""
    guardian_phone: str = ""
    bank: str = ""
    account: str = ""
    holder: str = ""
    hardship: str = ""
    only_not_dibao: bool = False
    status: str = ""
    income_fen: int | None = None
    faults: list[Remark] = field(default_factory=list)
    doubts: list[Remark] = field(default_factory=list)

    @property
    def number_of_id(self) -> str:
        """The ID number, "" when it could not be read."""
        return self.identity.number if self.identity else ""

    def faults_of(self, *fields: str) -> bool:
        """Tell whether anything is wrong with one of the fields."""
        return bool(self.faults) and any(remark.field in fields for remark in self.faults)


class Remarker:
    """Makes remarks about rows under the headers of one sheet. `today` is the day no event may be after."""

    def __init__(self, *, labels: Mapping[str, str], today: date, since_1904: bool) -> None:
        self.labels = labels
        self.today = today
        self.since_1904 = since_1904

    def _label(self, name: str) -> str:
        return self.labels.get(name) or LABELS[name]

    def _fault(self, row: Row, name: str, sentence: str) -> None:
        row.faults.append(Remark(name, f"{self._label(name)}：{sentence}"))

    def _doubt(self, row: Row, name: str, sentence: str) -> None:
        row.doubts.append(Remark(name, f"{self._label(name)}：{sentence}"))
