"""A county, two users and people to pay: what the tests of payments, figures, reports and pages stand on."""

from datetime import date

from zhucan.cases import awards
from zhucan.core.identifiers import check_character
from zhucan.core.months import Month
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division, User
from zhucan.payments import services
from zhucan.payments.models import Run
from zhucan.registry import certificates
from zhucan.registry import services as registry
from zhucan.registry.models import Person
from zhucan.registry.spells import Witness

BOTH = ("living-allowance", "nursing-subsidy")


def told(day: str) -> Witness:
    return Witness(at=moment(date.fromisoformat(day)), source="test")


class County:
    """The demo county with its people; months are run as known at their end."""

    def __init__(self) -> None:
        city = Division.objects.create(code="330400000000", name="示例市", level="city")
        self.a = Division.objects.create(code="330499000000", name="示例县", level="county", parent=city)
        self.b = Division.objects.create(code="330498000000", name="示例乙县", level="county", parent=city)
        self.clerk = User.objects.create(username="clerk")
        self.approver = User.objects.create(username="approver")
        self._people = 0

    def person(self, *, born: date = date(1970, 3, 2), account: bool = True) -> Person:
        self._people += 1
        body = f"330499{born:%Y%m%d}{self._people:03d}"
        person = registry.register_person(
            name=f"测试{self._people}",
            id_number=body + check_character(body),
            division=self.a,
            since=born,
            witness=told("2020-01-01"),
        )
        if account:
            registry.set_account(
                person=person,
                day=born,
                bank="示例银行",
                number=f"9900{self._people:015d}",
                holder=person.name,
                witness=told("2020-01-01"),
            )
        return person

    def certify(self, person: Person, category: str, grade: int, issued: str = "2020-01-01", **more: object) -> None:
        certificates.issue(
            person=person,
            issued=date.fromisoformat(issued),
            category=category,
            grade=grade,
            witness=told(issued),
            **more,
        )

    def dibao(self, person: Person, since: str = "2020-01-01", kind: str = "dibao", known: str = "") -> None:
        registry.set_hardship(person=person, day=date.fromisoformat(since), kind=kind, witness=told(known or since))

    def grant(
        self,
        person: Person,
        applied: str,
        approved: str = "",
        schemes: tuple[str, ...] = BOTH,
        place: Division | None = None,
    ) -> None:
        for scheme in schemes:
            awards.approve(
                person=person,
                scheme_id=scheme,
                division=place or self.a,
                applied_on=date.fromisoformat(applied),
                approved_on=date.fromisoformat(approved or applied),
                at=moment(date.fromisoformat(approved or applied)),
                by=self.approver,
            )

    def calculate(self, month: str, place: Division | None = None) -> Run | None:
        month_ = Month.parse(month)
        at = moment(month_.next.first)
        return services.calculate(
            month=month_, division=place or self.a, schemes=BOTH, known_at=at, at=at, by=self.clerk
        )

    def book(self, month: str, place: Division | None = None) -> Run | None:
        run = self.calculate(month, place)
        if run is None:
            return None
        at = moment(Month.parse(month).next.first)
        services.check(run=run, at=at, by=self.clerk)
        return services.approve(run=run, at=at, by=self.approver)
