"""The checks of one row: what it says in the registry's terms, and everything that is wrong or doubtful about it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

from zhucan.core.identifiers import (
    CertificateNumber,
    InvalidNumber,
    ResidentID,
    bank_card,
    certificate_number,
    normalise,
    phone,
    resident_id,
)
from zhucan.orgs.models import Division, Level
from zhucan.registry.rosters import cells
from zhucan.registry.rosters.cells import BadCell, NotKept
from zhucan.registry.rosters.certificates import CertificateReader
from zhucan.registry.rosters.columns import LABELS
from zhucan.registry.rosters.places import Gazetteer, UnknownPlace
from zhucan.registry.rosters.remarks import Remark, Row

NOT_NEEDED = frozenset({"sex", "born", "county"})
"""Columns that are only held against the ID; a formula there harms nothing."""

_SEVERAL = re.compile(r"[\s、,，;；/\\]+")


class Checker(CertificateReader):
    """Checks the rows of one sheet. `labels` are its headers by field, `fallback` the place where no column tells one."""

    def __init__(
        self,
        *,
        sheet: int,
        labels: Mapping[str, str],
        places: Gazetteer,
        today: date,
        fallback: Division | None,
        since_1904: bool = False,
        hardship_covers_all: bool = False,
    ) -> None:
        super().__init__(labels=labels, today=today, since_1904=since_1904)
        self.sheet = sheet
        self.places = places
        self.fallback = fallback
        word = labels.get("hardship", "")
        self.hardship_is_dibao = ("低保" in word or "最低生活保障" in word) and "类" not in word and "低边" not in word
        self.hardship_covers_all = hardship_covers_all

    def read(self, number: int, said: Mapping[str, Any], formulas: frozenset[str], errors: frozenset[str]) -> Row:
        """Return what a row says. `said` holds its filled cells by field; `formulas` and `errors` name fields."""
        row = Row(self.sheet, number)
        if formulas or errors:
            said = dict(said)
            self._no_plain_value(row, said, formulas, errors)
        self._name(row, said)
        self._numbers(row, said)
        self._status(row, said)
        self._place(row, said)
        self._contact(row, said)
        self._account(row, said)
        self._hardship(row, said)
        return row

    def _no_plain_value(self, row: Row, said: dict[str, Any], formulas: frozenset[str], errors: frozenset[str]) -> None:
        for name in formulas - NOT_NEEDED:
            row.faults.append(
                Remark(name, f"{self._label(name)}是公式，不是填写的内容；请复制后“选择性粘贴为数值”再导入。")
            )
        for name in errors - formulas - NOT_NEEDED:
            row.faults.append(Remark(name, f"{self._label(name)}是错误值（如 #N/A）；请改填正确内容。"))
        for name in formulas | errors:
            said.pop(name, None)

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
        self.read_certificate(row, said, certificate)

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
            told = row.identity is None and bool(id_written) and written[:18] == id_written
            if not told or error.reason in ("category", "grade", "reissue"):
                row.faults.append(Remark("certificate", str(error)))
            return None

    def _against_identity(self, row: Row, said: Mapping[str, Any], identity: ResidentID) -> None:
        sex = cells.optional(said.get("sex", ""))
        told = {"男": "male", "男性": "male", "M": "male", "女": "female", "女性": "female", "F": "female"}.get(
            sex.upper()
        )
        if sex and told is None:
            self._fault(row, "sex", f"“{sex[:10]}”看不懂；请填写男或女。")
        elif told and told != identity.sex:
            self._fault(
                row, "sex", f"写的是{sex}，身份证号第 17 位是{'男' if identity.sex == 'male' else '女'}；请核对。"
            )
        born = cells.year_and_month(said["born"]) if "born" in said else None
        if born is not None:
            full = None
            with suppress(BadCell):  # year and month are told, the day is not
                full = cells.day(said["born"], since_1904=self.since_1904)
            if (full and full != identity.born) or born != (identity.born.year, identity.born.month):
                self._fault(row, "born", f"与身份证号中的 {identity.born.isoformat()} 不一致；请核对。")

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
        left_blank = (
            has_column and not village and not code and (row.division is None or row.division.level != Level.VILLAGE)
        )
        if row.division is None or left_blank:
            remedy = "请补填。" if self.fallback else "请补填，或用 --division 指明所在区划。"
            row.place_fault = Remark(
                "village" if has_column else "address", f"{LABELS['village']}：看不出户籍地；{remedy}"
            )

    def _contact(self, row: Row, said: Mapping[str, Any]) -> None:
        row.phone = self._phone(row, "phone", said)
        written, relation, number = cells.guardian(cells.optional(said.get("guardian", "")))
        if written:
            try:
                row.guardian = cells.person_name(written)
            except BadCell as error:
                self._fault(row, "guardian", str(error))
        row.guardian_phone = self._phone(row, "guardian_phone", said) or (phone(number) if number else "")
        row.guardian_relation = cells.optional(said.get("guardian_relation", ""))[:20] or relation
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

    def _status(self, row: Row, said: Mapping[str, Any]) -> None:
        row.status = cells.status(cells.optional(said.get("status", "")))
        if row.status == "dead":
            self._fault(row, "status", "名单写明此人已去世；请删去这一行，已登记的人用 zhucan record death 登记死亡。")

    def _hardship(self, row: Row, said: Mapping[str, Any]) -> None:
        found: list[str] = []
        for name, asked in (
            ("hardship", "dibao" if self.hardship_is_dibao else ""),
            ("dibian", "dibian"),
            ("tekun", "tekun"),
        ):
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
            covered = self.hardship_covers_all or {"dibian", "tekun"} <= said.keys()
            row.only_not_dibao = self.hardship_is_dibao and not covered
        if "income" in said:
            try:
                row.income_fen = cells.amount_fen(said["income"])
            except BadCell as error:
                self._fault(row, "income", str(error))
