"""Money as integers: nano-USD for cost, pesewas for prices in cedis.

A nano-USD is 10⁻⁹ US dollar, so a price of USD 0.10 per million tokens is exactly 100 nano-USD per token.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

NANO_PER_USD = 1_000_000_000
CENT = Decimal("0.01")
WHOLE_CURRENCIES = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
"""Currencies without a smaller coin (ISO 4217)."""


def smallest_unit(currency: str) -> Decimal:
    """Return the smallest amount that can be paid: 1 franc CFA, 0.01 cedi."""
    return Decimal(1) if currency in WHOLE_CURRENCIES else CENT


def nano_from_usd(usd: Decimal | str) -> int:
    """Return `usd` in nano-USD, rounded half up."""
    return int((Decimal(usd) * NANO_PER_USD).to_integral_value(ROUND_HALF_UP))


def usd_from_nano(nano: int) -> Decimal:
    """Return nano-USD as dollars with nine decimal places."""
    return (Decimal(nano) / NANO_PER_USD).quantize(Decimal("0.000000001"))


def round_cents(amount: Decimal) -> Decimal:
    """Return an amount of any currency rounded half up to 0.01."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Cedis (GHS) for one US dollar, valid from a date on."""

    ghs_per_usd: Decimal
    valid_from: date

    def ghs_from_nano(self, nano: int) -> Decimal:
        """Return nano-USD in GHS with six decimal places: a single call costs far less than a pesewa."""
        return (Decimal(nano) / NANO_PER_USD * self.ghs_per_usd).quantize(Decimal("0.000001"), ROUND_HALF_UP)
