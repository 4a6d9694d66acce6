"""A county with a store, two kinds of goods and an institution."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.county import County
from tests.given import WHEELCHAIR, put_into_catalogue
from zhucan.delivery import stock
from zhucan.delivery.models import Item, Store
from zhucan.orgs import institutions
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Institution

AT = moment(date(2026, 3, 1))


@dataclass
class Shop:
    """What tests of goods and services stand on."""

    county: County
    store: Store
    lamp: Item
    chair: Item
    centre: Institution

    def told(self, day: str, note: str = "") -> stock.Told:
        return stock.Told(date.fromisoformat(day), AT, self.county.clerk, note)

    def balance(self, item: Item) -> tuple[int, int]:
        found = item.balances.filter(store=self.store).values_list("ready", "broken").first()
        return found or (0, 0)


@pytest.fixture
def shop(county: County, monkeypatch: pytest.MonkeyPatch) -> Shop:
    put_into_catalogue(monkeypatch)
    made: dict[str, Any] = {"division": county.a, "at": AT, "by": county.clerk}
    return Shop(
        county,
        stock.add_store(name="县残联仓库", **made),
        stock.add_item(name="节能灯", unit="只", worth_fen=1_500, **made),
        stock.add_item(
            name="轮椅", unit="辆", scheme=WHEELCHAIR.id, worth_fen=80_000, years_of_use=4, numbered=True, **made
        ),
        institutions.register(name="示例康复中心", kind="rehabilitation", **made),
    )
