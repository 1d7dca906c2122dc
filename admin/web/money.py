"""Money as people read it: cedis first, dollars beside them."""

from dataclasses import dataclass
from decimal import Decimal

from gateway.domain.money import ExchangeRate, usd_from_nano

SMALLEST = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Cost:
    """One amount in both currencies, ready to print; `nano` is nano-USD."""

    nano: int
    ghs: str
    usd: str

    @property
    def both(self) -> str:
        """Cedis with dollars in brackets."""
        return f"{self.ghs} ({self.usd})"


def cost(nano: int, rate: ExchangeRate) -> Cost:
    """Return nano-USD in words of both currencies."""
    return Cost(nano, f"GHS {amount(rate.ghs_from_nano(nano))}", f"USD {amount(usd_from_nano(nano))}")


def amount(value: Decimal) -> str:
    """Return an amount with two decimals, small ones with up to four: single calls cost less than a pesewa."""
    if value == 0 or value >= 1:
        return f"{value:,.2f}"
    if value < SMALLEST:
        return f"< {SMALLEST}"
    return f"{value:.2f}" if value == round(value, 2) else f"{value:.4f}"
