"""The checks of one row: what it says in the registry's terms, and everything that is wrong or doubtful about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from zhucan.core.calendar import add_years
from zhucan.core.identifiers import (
    CATEGORY_LABELS,
    CertificateNumber,
    InvalidNumber,
    ResidentID,
    bank_card,
    certificate_number,
    make_certificate_number,
    normalise,
    phone,
    resident_id,
)
from zhucan.orgs.models import Division, Level
from zhucan.registry.rosters import cells
from zhucan.registry.rosters.cells import BadCell, Forever, Kinds, NotKept
from zhucan.registry.rosters.columns import LABELS
from zhucan.registry.rosters.places import Gazetteer, UnknownPlace
from zhucan.registry.services import VALIDITY_YEARS

NOT_NEEDED = frozenset({"sex", "born", "county"})
"""Columns that are only held against the ID; a formula there harms nothing."""

_GRADE_WORDS = "一二三四"
_SEVERAL = re.compile(r"[\s、,，;；/\\]+")


class Remark(NamedTuple):
    """A sentence about a row, and the field it is about."""

    field: str
    sentence: str


@dataclass(slots=True)
class CertificateEntry:
    """The certificate a row tells of. `components` is empty when the kinds of a multiple one are not written."""

    number: str
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


class Checker:
    """Checks the rows of one sheet. `has` are the fields with a column, `today` the day no event may be after."""

    def __init__(
        self,
        *,
        sheet: int,
        labels: Mapping[str, str],
        places: Gazetteer,
        today: date,
        fallback: Division | None,
        since_1904: bool = False,
    ) -> None:
        self.sheet = sheet
        self.labels = labels
        self.places = places
        self.today = today
        self.fallback = fallback
        self.since_1904 = since_1904
        word = labels.get("hardship", "")
        self.hardship_is_dibao = ("低保" in word or "最低生活保障" in word) and "类" not in word and "低边" not in word

    def read(self, number: int, said: Mapping[str, Any], formulas: frozenset[str], errors: frozenset[str]) -> Row:
        """Return what a row says. `said` holds its filled cells by field; `formulas` and `errors` name fields."""
        row = Row(self.sheet, number)
        if formulas or errors:
            said = dict(said)
            self._no_plain_value(row, said, formulas, errors)
        self._name(row, said)
        self._numbers(row, said)
        self._place(row, said)
        self._contact(row, said)
        self._account(row, said)
        self._hardship(row, said)
        return row

    def _no_plain_value(
        self, row: Row, said: dict[str, Any], formulas: frozenset[str], errors: frozenset[str]
    ) -> None:
        for name in formulas - NOT_NEEDED:
            row.faults.append(Remark(name, f"{self._label(name)}是公式，不是填写的内容；请复制后“选择性粘贴为数值”再导入。"))
        for name in errors - formulas - NOT_NEEDED:
            row.faults.append(Remark(name, f"{self._label(name)}是错误值（如 #N/A）；请改填正确内容。"))
        for name in formulas | errors:
            said.pop(name, None)

    def _label(self, name: str) -> str:
        return self.labels.get(name) or LABELS[name]

    def _fault(self, row: Row, name: str, sentence: str) -> None:
        row.faults.append(Remark(name, f"{self._label(name)}：{sentence}"))

    def _doubt(self, row: Row, name: str, sentence: str) -> None:
        row.doubts.append(Remark(name, f"{self._label(name)}：{sentence}"))

    def _name(self, row: Row, said: Mapping[str, Any]) -> None:
        cell = said.get("name", "")
        if not isinstance(cell, str):
            return self._fault(row, "name", "不是文字；请填写姓名。")
        try:
            row.name = cells.person_name(cell)
        except BadCell as error:
            return self._fault(row, "name", str(error))
        if not row.name and not row.faults_of("name"):
            self._fault(row, "name", "没有填写；请补填姓名。")
        return None

    def _typed_as_number(self, row: Row, name: str, cell: Any) -> bool:
        """Note a number that lost its last digits when it was typed; it is never rebuilt."""
        if isinstance(cell, str):
            return False
        what = "号码" if name == "account" else "证号"
        sentence = f"{self._label(name)}是按数字输入的，末位已丢失；请把该列设为“文本”格式后，对照原件重新录入{what}。"
        row.faults.append(Remark(name, sentence))
        return True

    def _numbers(self, row: Row, said: Mapping[str, Any]) -> None:
        """Read ID and certificate number, hold them against each other and against the words beside them."""
        id_cell, certificate_cell = said.get("id_number", ""), said.get("certificate", "")
        written = ""
        if id_cell != "" and not self._typed_as_number(row, "id_number", id_cell):
            written = cells.optional(id_cell).upper()
            if written:
                try:
                    row.identity = resident_id(written, on=self.today)
                except InvalidNumber as error:
                    row.faults.append(Remark("id_number", str(error)))
        certificate = None
        if certificate_cell != "" and not self._typed_as_number(row, "certificate", certificate_cell):
            certificate = self._certificate_number(row, cells.optional(certificate_cell).upper(), written)
        if row.identity is None and certificate is not None and not written and not row.faults_of("id_number"):
            row.identity = certificate.id
            if "id_number" in self.labels:
                self._doubt(row, "id_number", "没有填写，已按残疾人证号前 18 位登记；请核对。")
        if row.identity is None and certificate is None and not row.faults_of("id_number", "certificate"):
            self._fault(row, "id_number" if "id_number" in self.labels else "certificate", "没有填写；请对照证件补填。")
        if row.identity is not None:
            self._against_identity(row, said, row.identity)
        self._certificate(row, said, certificate)

    def _certificate_number(self, row: Row, written: str, id_written: str) -> CertificateNumber | None:
        if not written:
            return None
        if row.identity is not None and len(written) >= 20 and written[:18] != row.identity.number:
            self._fault(row, "certificate", "前 18 位与身份证号不一致；请对照证件核对是哪一个填错了。")
            return None
        try:
            return certificate_number(written, on=self.today)
        except InvalidNumber as error:
            # One wrong digit in both columns is one mistake: told once, at the ID.
            if not (id_written and written[:18] == id_written and error.reason not in ("category", "grade", "reissue")):
                row.faults.append(Remark("certificate", str(error)))
            return None

    def _against_identity(self, row: Row, said: Mapping[str, Any], identity: ResidentID) -> None:
        sex = cells.optional(said.get("sex", ""))
        told = {"男": "male", "男性": "male", "M": "male", "女": "female", "女性": "female", "F": "female"}.get(sex.upper())
        if sex and told is None:
            self._fault(row, "sex", f"“{sex[:10]}”看不懂；请填写男或女。")
        elif told and told != identity.sex:
            self._fault(row, "sex", f"写的是{sex}，身份证号第 17 位是{'男' if identity.sex == 'male' else '女'}；请核对。")
        born = cells.year_and_month(said["born"]) if "born" in said else None
        if born is not None:
            full = None
            try:
                full = cells.day(said["born"], since_1904=self.since_1904)
            except BadCell:
                pass  # year and month are told, the day is not
            if (full and full != identity.born) or born != (identity.born.year, identity.born.month):
                self._fault(row, "born", f"与身份证号中的 {identity.born.isoformat()} 不一致；请核对。")

    def _issued(self, row: Row, said: Mapping[str, Any]) -> date | None:
        try:
            issued = cells.day(said.get("issued", ""), since_1904=self.since_1904)
        except BadCell as error:
            self._fault(row, "issued", str(error))
            return None
        if issued is not None and issued > self.today:
            self._fault(row, "issued", f"{issued.isoformat()} 还没有到；请对照残疾人证改正。")
        return issued

    def _expires(self, row: Row, said: Mapping[str, Any], issued: date | None) -> date | Forever | None:
        try:
            expires = cells.expiry(said.get("expires", ""), since_1904=self.since_1904)
        except BadCell as error:
            self._fault(row, "expires", str(error))
            return None
        if isinstance(expires, date) and issued is not None and expires < issued:
            self._fault(
                row, "expires", f"{expires.isoformat()} 早于发证日期 {issued.isoformat()}；请对照残疾人证改正。"
            )
        return expires

    def _certificate(self, row: Row, said: Mapping[str, Any], number: CertificateNumber | None) -> None:
        """Put the certificate together from its number, its words and its days."""
        told_kinds = self._kinds(row, said)
        told_grade = self._grade(row, said)
        issued = self._issued(row, said)
        expires = self._expires(row, said, issued)
        if row.faults_of("certificate", "category", "grade", "issued", "expires"):
            return
        if number is None and cells.optional(said.get("certificate", "")):
            return  # it could not be read, and the ID beside it says why
        if number is not None:
            category, grade = number.category, number.grade
            components = self._agreeing(row, number, told_kinds, told_grade)
            text, reissue = number.number, number.reissue
        else:
            made = self._from_words(row, said, told_kinds, told_grade, issued)
            if made is None:
                return
            text, category, grade, components = made
            reissue = 0
        if row.faults_of("category", "grade"):
            return
        if issued is not None and row.identity is not None and issued < row.identity.born:
            self._doubt(row, "issued", f"{issued.isoformat()} 早于出生日期，已照原样登记；请核对。")
        first, last = self._validity(row, said, issued, expires)
        row.certificate = CertificateEntry(text, category, grade, reissue, components, first, last)

    def _kinds(self, row: Row, said: Mapping[str, Any]) -> Kinds | None:
        written = cells.optional(said.get("category", ""))
        if not written:
            return None
        try:
            return cells.kinds(written)
        except BadCell as error:
            self._fault(row, "category", str(error))
            return None

    def _grade(self, row: Row, said: Mapping[str, Any]) -> int | None:
        written = cells.optional(said.get("grade", ""))
        if not written:
            return None
        try:
            return cells.grade(written)
        except BadCell as error:
            try:  # some offices write kinds and grades of a multiple disability here
                found = cells.kinds(written)
            except BadCell:
                found = None
            levels = [level for _, level in found.named if level] if found else []
            if not levels:
                self._fault(row, "grade", str(error))
                return None
            return min(levels)

    def _agreeing(
        self, row: Row, number: CertificateNumber, told: Kinds | None, told_grade: int | None
    ) -> tuple[tuple[str, int], ...]:
        """Hold the words against the digits of the certificate number; return the component kinds."""
        if told_grade is not None and told_grade != number.grade:
            self._fault(
                row,
                "grade",
                f"写的是{_GRADE_WORDS[told_grade - 1]}级，残疾人证号第 20 位是{_GRADE_WORDS[number.grade - 1]}级；请核对。",
            )
        if told is None:
            if number.category == "multiple":
                self._no_kinds(row)
                return ()
            return ((number.category, number.grade),)
        named = [category for category, _ in told.named]
        if number.category != "multiple":
            joined = told.joined and number.category in ("hearing", "speech")
            if joined:
                self._doubt(row, "category", f"听力言语合写，已按证号登记为{CATEGORY_LABELS[number.category]}；请核对。")
            elif told.multiple or named != [number.category]:
                self._disagree(row, told, number.category)
            elif told.named[0][1] not in (None, number.grade):
                self._fault(row, "category", "写的等级与残疾人证号第 20 位不符；请核对。")
            return ((number.category, number.grade),)
        if len(named) == 1 and not told.multiple:
            self._disagree(row, told, number.category)
            return ()
        return self._components(row, told, number.grade)

    def _disagree(self, row: Row, told: Kinds, category: str) -> None:
        words = "、".join(CATEGORY_LABELS[kind] for kind, _ in told.named) or "多重"
        self._fault(row, "category", f"写的是{words}，残疾人证号第 19 位是{CATEGORY_LABELS[category]}；请核对。")

    def _no_kinds(self, row: Row) -> None:
        self._doubt(
            row, "category" if "category" in self.labels else "certificate",
            "多重残疾没有写明各类残疾和等级，按类别定档的待遇暂不能判定；请写成“视力二级、智力三级”的形式。",
        )  # fmt: skip

    def _components(self, row: Row, told: Kinds, grade: int) -> tuple[tuple[str, int], ...]:
        if len(told.named) < 2:
            self._no_kinds(row)
            return ()
        written = [level for _, level in told.named if level]
        if written and (min(written) < grade or (len(written) == len(told.named) and min(written) != grade)):
            self._fault(row, "category", f"各类中最重的是{_GRADE_WORDS[min(written) - 1]}级，与多重残疾的{_GRADE_WORDS[grade - 1]}级不符；请核对。")
            return ()
        if len(written) < len(told.named):
            self._doubt(
                row, "category", f"没有写明每一类的等级，未写的暂按{_GRADE_WORDS[grade - 1]}级登记；请核对后补写，如“视力二级、智力三级”。"
            )
        return tuple((category, level or grade) for category, level in told.named)

    def _from_words(
        self, row: Row, said: Mapping[str, Any], told: Kinds | None, told_grade: int | None, issued: date | None
    ) -> tuple[str, str, int, tuple[tuple[str, int], ...]] | None:
        """Return number, kind, grade and components of a certificate whose number has no column.

        The number of a first issue follows from ID, kind and grade (DC-01). A blank cell in a column for the number
        is a half-written row when the rest of the certificate is there.
        """
        others = [name for name in ("category", "grade", "issued", "expires") if cells.optional(said.get(name, ""))]
        if "certificate" in self.labels:
            if others:
                self._fault(row, "certificate", f"没有填写，却填了{self._label(others[0])}；请对照残疾人证补填。")
            elif row.identity is not None:
                self._doubt(row, "certificate", "没有填写，只登记了人员，没有登记残疾人证。")
            return None
        if row.identity is None:
            return None
        level = told_grade
        if told is not None and level is None:
            level = min((grade for _, grade in told.named if grade), default=None)
        if told is None or level is None or issued is None:
            if others:
                row.doubts.append(Remark("name", "没有残疾人证号，类别、等级、发证日期也不齐，只登记了人员；请补齐后再导入。"))
            return None
        if told.multiple or len(told.named) > 1:
            category, components = "multiple", self._components(row, told, level)
        else:
            category = told.named[0][0]
            components = ((category, level),)
            if told.named[0][1] not in (None, level):
                self._fault(row, "grade", "与残疾类别里写的等级不一致；请核对。")
        return make_certificate_number(row.identity.number, category, level), category, level, components

    def _validity(
        self, row: Row, said: Mapping[str, Any], issued: date | None, expires: date | Forever | None
    ) -> tuple[date | None, date | None]:
        """Return the days of issue and expiry, one told from the other where the law allows it (DC-40)."""
        if issued is None:
            if "issued" in self.labels and not cells.optional(said.get("issued", "")):
                self._fault(row, "issued", "没有填写；请对照残疾人证补填。")
                return None, None
            if not isinstance(expires, date):
                row.doubts.append(Remark("certificate", "没有发证日期和有效期，残疾人证没有登记；请补上这两列后再导入。"))
                return None, None
            issued = add_years(expires, -VALIDITY_YEARS)
            self._doubt(row, "expires", f"没有发证日期，已按有效期倒推十年为 {issued.isoformat()}；请核对。")
            return issued, expires
        if isinstance(expires, date):
            return issued, expires
        last = add_years(issued, VALIDITY_YEARS)
        if isinstance(expires, Forever):
            self._doubt(row, "expires", f"残疾人证有效期为十年，“长期”已按 {last.isoformat()} 登记；请核对。")
        elif "expires" in self.labels:
            self._doubt(row, "expires", f"没有填写，已按发证日期后十年 {last.isoformat()} 登记；请核对。")
        return issued, last

    def _place(self, row: Row, said: Mapping[str, Any]) -> None:
        """Find the hukou; a missing one is a fault only for somebody who is not registered, so it is kept aside."""
        code, county = cells.optional(said.get("division", "")), cells.optional(said.get("county", ""))
        township, village = cells.optional(said.get("township", "")), cells.optional(said.get("village", ""))
        address, hukou = cells.optional(said.get("address", "")), cells.optional(said.get("hukou", ""))
        row.address = (address or hukou)[:200]
        try:
            row.division = self.places.find(code, county, township, village) if (code or township or village) else None
            if (row.division is None or not village) and not code and (hukou or address):
                row.division = self.places.in_address(hukou or address, township) or row.division
        except UnknownPlace as error:
            self._fault(row, error.field if error.field in self.labels else "village", str(error))
            return
        if row.faults_of("village", "township", "division"):
            return
        has_column = "village" in self.labels
        if row.division is None and not has_column:
            row.division = self.fallback
        left_blank = has_column and not village and not code and (row.division is None or row.division.level != Level.VILLAGE)
        if row.division is None or left_blank:
            remedy = "请补填。" if self.fallback else "请补填，或用 --division 指明所在区划。"
            row.place_fault = Remark("village" if has_column else "address", f"{LABELS['village']}：看不出户籍地；{remedy}")

    def _contact(self, row: Row, said: Mapping[str, Any]) -> None:
        row.phone = self._phone(row, "phone", said)
        written = cells.optional(said.get("guardian", ""))
        if written:
            try:
                row.guardian = cells.person_name(written)
            except BadCell as error:
                self._fault(row, "guardian", str(error))
        row.guardian_phone = self._phone(row, "guardian_phone", said)
        row.guardian_relation = cells.optional(said.get("guardian_relation", ""))[:20]
        if row.guardian_phone and not row.guardian and not row.faults_of("guardian"):
            self._doubt(row, "guardian_phone", "没有监护人姓名，这个电话没有登记；请补填监护人姓名。")
            row.guardian_phone = ""

    def _phone(self, row: Row, name: str, said: Mapping[str, Any]) -> str:
        cell = said.get(name, "")
        if cell == "":
            return ""
        if isinstance(cell, date | time | timedelta):
            self._fault(row, name, "被表格改成了日期或时间；请把该列设为文本后重新填写。")
            return ""
        written = cells.optional(cell)
        if not written:
            return ""
        try:
            return phone(written)
        except InvalidNumber:
            pieces = [piece for piece in _SEVERAL.split(str(cell)) if piece]
        try:
            if len(pieces) > 1:
                return "、".join(phone(piece) for piece in pieces)
        except InvalidNumber:
            pass
        self._doubt(row, name, f"“{written[:20]}”不像电话号码，已照原样登记；请核对。")
        return written[:40]

    def _account(self, row: Row, said: Mapping[str, Any]) -> None:
        bank, holder = cells.optional(said.get("bank", "")), cells.optional(said.get("holder", ""))
        cell = said.get("account", "")
        if len(bank) > 80:
            return self._fault(row, "bank", "超过 80 个字；请核对是否填错了列。")
        if isinstance(cell, float | int) and not isinstance(cell, bool) and (cell != int(cell) or abs(cell) >= 10**15):
            self._typed_as_number(row, "account", cell)
            return None
        if isinstance(cell, bool | date | time | timedelta):
            return self._fault(row, "account", "不是账号；请把该列设为文本后重新填写。")
        written = cells.optional(cell)
        if not written:
            if bank and not row.faults_of("account") and row.identity is not None and "account" in self.labels:
                self._doubt(row, "account", "只有开户银行，没有账号，没有登记账户。")
            return None
        try:
            card = bank_card(written)
        except InvalidNumber as error:
            return self._fault(row, "account", str(error))
        if not card.luhn_ok:
            row.doubts.append(Remark("account", card.warning))
        if not bank:
            self._doubt(row, "account", "没有开户银行，账户已登记；发放前请补填。")
        row.bank, row.account = bank, card.number
        if holder:
            try:
                row.holder = cells.person_name(holder)
            except BadCell:
                row.holder = normalise(holder)[:60]  # a village or an institution may hold the account
            if row.holder != row.name and row.holder != row.guardian:
                self._doubt(row, "holder", "与残疾人、监护人的姓名都不同，账户已登记；请核对。")
        return None

    def _hardship(self, row: Row, said: Mapping[str, Any]) -> None:
        found: list[str] = []
        for name, asked in (("hardship", "dibao" if self.hardship_is_dibao else ""), ("dibian", "dibian"), ("tekun", "tekun")):
            written = cells.text(said.get(name, ""))
            if written in cells.DASHES:
                continue
            try:
                kind = cells.hardship(written, asked)
                if kind != "none" or name == "hardship":  # not being 特困 alone does not tell that there is no hardship
                    found.append(kind)
            except BadCell as error:
                self._fault(row, name, str(error))
            except NotKept as error:
                self._doubt(row, name, str(error))
        kinds = [kind for kind in found if kind != "none"]
        if len(set(kinds)) > 1:
            self._fault(row, "hardship", "低保、低保边缘、特困不能同时享受，这一行写了不止一种；请核对。")
        elif kinds:
            row.hardship = kinds[0]
        elif found:
            row.hardship = "none"
            row.only_not_dibao = self.hardship_is_dibao and not {"dibian", "tekun"} <= said.keys()
        if "income" in said:
            try:
                row.income_fen = cells.amount_fen(said["income"])
            except BadCell as error:
                self._fault(row, "income", str(error))
