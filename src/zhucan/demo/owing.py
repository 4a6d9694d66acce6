"""What is done about money that people owe: set off, paid back at once or in parts, now and then written off."""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from zhucan.demo.life import at
from zhucan.demo.people import Resident
from zhucan.orgs.models import User
from zhucan.payments import recoveries
from zhucan.payments.models import RecoveryDecision
from zhucan.payments.recoveries import Debt
from zhucan.registry.models import Person

_KIND = RecoveryDecision.Kind
_A_MONTH = Decimal("300.00")
_SET_OFF_A_MONTH = Decimal("200.00")
_Key = tuple[int, str, str]


class Collector:
    """Follows every debt until it is settled."""

    def __init__(self, dice: random.Random, by: User, resident: Callable[[int], Resident]) -> None:
        self._dice, self._by, self._resident = dice, by, resident
        self._set_off: set[_Key] = set()
        self._in_parts: set[_Key] = set()

    def go_round(self, day: date) -> None:
        """Look at every open debt once a month; what is not decided today waits."""
        for debt in list(recoveries.debts()):
            key = (debt.person_id, debt.scheme, debt.cause)
            if key in self._in_parts:
                self._decide(debt, _KIND.REPAID, min(debt.amount, _A_MONTH), day)
            elif key not in self._set_off and self._dice.random() < 0.4:
                self._settle(debt, key, day)

    def _settle(self, debt: Debt, key: _Key, day: date) -> None:
        person = self._resident(debt.person_id)
        if person.alive and person.here and person.cares and person.status == "valid" and not person.custody:
            self._set_off.add(key)
            self._decide(debt, _KIND.SET_OFF, debt.amount, day, _SET_OFF_A_MONTH)
            return
        drawn = self._dice.random()
        if drawn < 0.05:
            self._decide(debt, _KIND.WAIVED, debt.amount, day)
        elif drawn < 0.35 and debt.amount > _A_MONTH:
            self._in_parts.add(key)
            self._decide(debt, _KIND.INSTALMENTS, debt.amount, day, _A_MONTH)
        else:
            self._decide(debt, _KIND.REPAID, debt.amount, day)

    def _decide(self, debt: Debt, kind: str, amount: Decimal, day: date, monthly: Decimal | None = None) -> None:
        recoveries.decide(
            person=Person.objects.get(pk=debt.person_id),
            scheme=debt.scheme,
            cause=debt.cause,
            kind=kind,
            amount=amount,
            document=f"示例县追回决定〔{day.year}〕{day.month}-{debt.person_id}号",
            on=day,
            at=at(day, 17),
            by=self._by,
            monthly=monthly,
        )
