from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.records import Sale, SaleItem
from gateway.features.companions import MOST_RECEIPTS, Receipts, bought, receipts_until
from tests.features.fakes import InlinePos

DAY = date(2026, 11, 20)


def sale(number: int, *products: str, day: date = DAY, status: str = "COMPLETED") -> Sale:
    lines = tuple(SaleItem(product=product, quantity=1, unit_price=Decimal(1)) for product in products)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Sale(id=f"s{number:05}", created_at=at, total_amount=Decimal(1), status=status, items=lines)


def receipts(*baskets: str) -> Receipts:
    return Receipts(365, tuple(frozenset(basket) for basket in baskets))


def test_the_score_is_a_cosine_that_leans_to_popular_companions() -> None:
    found = receipts(*["ab"] * 4, *["a"] * 6, *["b"] * 12, *["c"] * 300).companions({"a"})
    assert [(one.product, one.receipts) for one in found] == [("b", 4)]
    assert isclose(found[0].score, 4 / (10**0.6 * 16**0.4))


def test_two_common_receipts_are_too_few_to_speak_of() -> None:
    assert receipts(*["ab"] * 2, *["c"] * 300).companions({"a"}) == []


def test_below_300_receipts_nothing_is_said_to_be_bought_together() -> None:
    assert receipts(*["ab"] * 299).companions({"a"}) == []
    assert receipts(*["ab"] * 300).companions({"a"})


def test_cancelled_and_unfinished_sales_do_not_count() -> None:
    sales = [sale(1, "a"), sale(2, "a", status="CANCELLED"), sale(3, "a", status="DRAFT")]
    assert bought(sales) == {"a": 1}


async def test_a_quiet_shop_is_read_over_a_year_and_not_further() -> None:
    rows = [sale(1, "a"), sale(2, "b", day=DAY - timedelta(days=364)), sale(3, "c", day=DAY - timedelta(days=365))]
    found = await receipts_until(InlinePos({"sales": rows}, as_of=DAY), DAY)
    assert found.days == 365
    assert set(found.popularity()) == {"a", "b"}


async def test_a_busy_shop_is_read_over_a_shorter_window() -> None:
    rows = [sale(number, "a", day=DAY - timedelta(days=number % 100)) for number in range(20_000)]
    found = await receipts_until(InlinePos({"sales": rows}, as_of=DAY), DAY)
    assert found.days == 28
    assert len(found.baskets) <= MOST_RECEIPTS


@given(
    st.lists(st.frozensets(st.sampled_from("abcd"), min_size=1), min_size=300, max_size=320), st.sampled_from("abcd")
)
def test_a_companion_is_never_in_the_basket_and_its_score_never_above_one(
    baskets: list[frozenset[str]], own: str
) -> None:
    for one in Receipts(365, tuple(baskets)).companions({own}):
        assert one.product != own
        assert 0 < one.score <= 1 + 1e-9
