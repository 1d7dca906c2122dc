"""Pieces of English sentences: amounts, shares, counts and lists, worded one way everywhere."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from gateway.domain.money import WHOLE_CURRENCIES

Number = int | float | Decimal

QUANTITY_PLACES = 3
"""The decimals of a quantity in the records."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def decimal(value: Number) -> Decimal:
    """Return `value` as a Decimal by its shortest decimal text, so that 0.1 stays 0.1."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Number, places: int = 2) -> Decimal:
    """Return `value` rounded half up to `places` decimals; never negative zero."""
    result = decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def plain(value: Number, places: int = 2) -> int | float:
    """Return `value` rounded, as the shortest JSON number: 5200 rather than 5200.0."""
    result = rounded(value, places)
    return int(result) if result == result.to_integral_value() else float(result)


def number(value: Number, places: int = 2) -> str:
    """Return `value` with thousands separators and no trailing zeros: `1,234.5`."""
    text = f"{rounded(value, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measured(value: Number) -> int | float:
    """Return a counted or weighed quantity as the shortest JSON number, with the three decimals that records have."""
    return plain(value, QUANTITY_PLACES)


def measured_text(value: Number) -> str:
    """Return a quantity as a sentence shows it: `1,200`, `37.375`."""
    return number(value, QUANTITY_PLACES)


def money(amount: Number, currency: str = "GHS") -> str:
    """Return an amount as a sentence shows it: `GHS 1,200`, `GHS 1,200.50`, `-GHS 30`, `XOF 1,201`."""
    value = rounded(amount, 0 if currency in WHOLE_CURRENCIES else 2)
    digits = f"{abs(value):,.2f}".removesuffix(".00")
    return f"{'-' if value < 0 else ''}{currency} {digits}"


def percent(share: Number, places: int = 1) -> str:
    """Return a share (0.446) as per cent (`44.6%`)."""
    return f"{number(decimal(share) * 100, places)}%"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return a counted noun: `1 invoice`, `12 invoices`, `2 entries` with its own plural."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def month_name(month: int) -> str:
    """Return the English name of a month, 1-12."""
    return _MONTHS[month - 1]


def day_text(iso: str) -> str:
    """Return an ISO day as a sentence shows it: `5 November 2026`."""
    year, month, day = iso.split("-")
    return f"{int(day)} {month_name(int(month))} {year}"


def sentence(text: str) -> str:
    """Return `text` with a capital first letter and one full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def lower_first(text: str) -> str:
    """Return `text` for use inside a sentence: its first letter small, unless the word is an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
