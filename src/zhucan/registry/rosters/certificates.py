"""The certificate a row tells of, put together from its number, its words and its days."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhucan.core.calendar import add_years
from zhucan.core.identifiers import CATEGORY_LABELS, CertificateNumber, make_certificate_number
from zhucan.registry.certificates import VALIDITY_YEARS
from zhucan.registry.rosters import cells
from zhucan.registry.rosters.cells import BadCell, Forever, Kinds
from zhucan.registry.rosters.remarks import CertificateEntry, Remark, Remarker, Row
from zhucan.registry.services import certificate_index

_GRADE_WORDS = "一二三四"


class CertificateReader(Remarker):
    """Reads certificates; what cannot be right becomes a fault of the row."""

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

    def read_certificate(self, row: Row, said: Mapping[str, Any], number: CertificateNumber | None) -> None:
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
        row.certificate = CertificateEntry(
            text, certificate_index(text), category, grade, reissue, components, first, last
        )

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
                self._doubt(
                    row, "category", f"听力言语合写，已按证号登记为{CATEGORY_LABELS[number.category]}；请核对。"
                )
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
            self._fault(
                row,
                "category",
                f"各类中最重的是{_GRADE_WORDS[min(written) - 1]}级，与多重残疾的{_GRADE_WORDS[grade - 1]}级不符；请核对。",
            )
            return ()
        if len(written) < len(told.named):
            self._doubt(
                row,
                "category",
                f"没有写明每一类的等级，未写的暂按{_GRADE_WORDS[grade - 1]}级登记；请核对后补写，如“视力二级、智力三级”。",
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
                row.doubts.append(
                    Remark("name", "没有残疾人证号，类别、等级、发证日期也不齐，只登记了人员；请补齐后再导入。")
                )
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
                row.doubts.append(
                    Remark("certificate", "没有发证日期和有效期，残疾人证没有登记；请补上这两列后再导入。")
                )
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
