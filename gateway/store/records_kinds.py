"""How a value of a POS record is checked, stored and read back; one kind per sort of column.

Stored forms are exact, sortable and summable in SQL on both databases: money is a BIGINT of ten-thousandths, a day is
ISO text, an instant is microseconds since the epoch (UTC).
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

UNITS = 10_000
"""Stored units of one cedi (or other main unit of currency)."""

HIGHEST_AMOUNT = 10**12
HIGHEST_QUANTITY = 10**9
HIGHEST_COUNT = 10**6
LONGEST_ID = 128
LONGEST_MADE_ID = 2000
LONGEST_TEXT = 1000
FIRST_YEAR, LAST_YEAR = 2000, 2100

Stored = str | int | float | bool | None
"""What a database column of a record may hold."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_PLAIN_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,4}))?")
_ANY_AMOUNT = re.compile(r"-?(?:[0-9]{1,40}|[0-9]{1,3}(?:,[0-9]{3}){1,12})(?:\.[0-9]{1,40})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Unfit(ValueError):
    """A value that a column does not take; the text says what is wanted and never repeats the value."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`encode` turns a JSON value into its stored form or raises `Unfit`; `decode` reads it back (None: as it is).

    `allowed` lists the words of a column that takes no others.
    """

    encode: Callable[[Any], Stored]
    decode: Callable[[Any], Any] | None = None
    allowed: tuple[str, ...] = ()


def encode_text(value: object, longest: int = LONGEST_TEXT) -> str:
    """Return the text itself. Raises `Unfit` for what a database or a prompt cannot carry."""
    if not isinstance(value, str):
        raise Unfit("must be text")
    if len(value) > longest:
        raise Unfit(f"must not be longer than {longest:,} characters")
    if "\x00" in value:
        raise Unfit("must not hold the character NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unfit("must not hold half of a surrogate pair") from None
    return value


def encode_id(value: object) -> str:
    """Return an id of 1 to 128 characters that are not all blank."""
    if isinstance(value, str) and not value.strip():
        raise Unfit("must not be empty")
    return encode_text(value, LONGEST_ID)


def encode_key_text(value: object) -> str:
    """Return text that is part of a key: an index of PostgreSQL holds no more than about 2,700 bytes a row."""
    return encode_text(value, LONGEST_ID)


def is_id(value: object, longest: int = LONGEST_ID) -> bool:
    """Whether some row could have this id of at most `longest` characters."""
    try:
        encode_text(value, longest)
    except Unfit:
        return False
    return True


def encode_money(value: object) -> int:
    """Return an amount in ten-thousandths. Accepts 1250, 1250.5, "1250.50" and "1,250.50"."""
    if isinstance(value, str) and (plain := _PLAIN_AMOUNT.fullmatch(value)):
        whole, fraction = plain.groups()
        units = int(whole) * UNITS + (int(fraction.ljust(4, "0")) if fraction else 0)
        if units <= HIGHEST_AMOUNT * UNITS:
            return units
    units = encode_balance(value)
    if units < 0:
        raise Unfit("must not be negative")
    return units


def encode_balance(value: object) -> int:
    """Return an amount in ten-thousandths that may be negative: what a customer has paid too much."""
    amount = _decimal(value)
    if abs(amount) > HIGHEST_AMOUNT:
        raise Unfit(f"must not be above {HIGHEST_AMOUNT:,}")
    exact = amount.quantize(Decimal("0.0001"))
    if exact != amount:
        raise Unfit("must not have more than 4 decimal places")
    return int(exact.scaleb(4))


def _decimal(value: object) -> Decimal:
    if isinstance(value, str) and _ANY_AMOUNT.fullmatch(value):
        return Decimal(value.replace(",", ""))
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        # The shortest text of a float is the number that its sender wrote.
        amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if amount.is_finite():
            return amount
    raise Unfit('must be an amount such as "1250.00"')


@lru_cache(maxsize=16_384)
def decode_money(units: int) -> Decimal:
    """Return the amount with two decimal places, or four where two do not hold it."""
    cents, rest = divmod(units, 100)
    return Decimal(units).scaleb(-4) if rest else Decimal(cents).scaleb(-2)


def encode_day(value: object) -> str:
    """Return an ISO day of this century."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Unfit("must be a date as YYYY-MM-DD")
    return _known_day(value)


@lru_cache(maxsize=4096)
def _known_day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit("must be a date that exists, as YYYY-MM-DD") from None
    _check_year(day.year)
    return text


decode_day = lru_cache(maxsize=4096)(date.fromisoformat)


def encode_instant(value: object) -> int:
    """Return microseconds since the epoch of an RFC 3339 date-time with its offset."""
    try:
        instant = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        raise Unfit("must be a date-time such as 2026-11-20T09:30:00Z") from None
    if instant.tzinfo is None:
        raise Unfit("must say its time zone, for example 2026-11-20T09:30:00Z")
    _check_year(instant.year)
    return (instant - EPOCH) // MICROSECOND


def decode_instant(micros: int) -> datetime:
    """Return the instant in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def day_of_instant(micros: int) -> str:
    """Return the business-local day of an instant (Africa/Accra is UTC all year)."""
    return decode_instant(micros).date().isoformat()


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unfit(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")


def encode_quantity(value: object, lowest: float = 0.0) -> float:
    """Return a number of units or days, finite and not below `lowest`."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unfit("must be a number")
    if isinstance(value, int) and abs(value) > HIGHEST_QUANTITY:
        raise Unfit(f"must not be above {HIGHEST_QUANTITY:,}")
    number = float(value)
    if not math.isfinite(number) or abs(number) > HIGHEST_QUANTITY:
        raise Unfit(f"must not be above {HIGHEST_QUANTITY:,}")
    if number < lowest:
        raise Unfit("must not be negative")
    return number


def _sold(encode: Callable[[object], Stored]) -> Callable[[object], Stored]:
    """Return an encoder that says, for what is below 0, how goods that came back are told."""

    def checked(value: object) -> Stored:
        try:
            return encode(value)
        except Unfit as unfit:
            if "negative" in str(unfit):
                raise Unfit("must not be negative; push what came back as a row of refunds") from None
            raise

    return checked


def encode_signed(value: object) -> float:
    """Return a number of units that may be negative."""
    return encode_quantity(value, -HIGHEST_QUANTITY)


def encode_count(value: object) -> int:
    """Return a whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= HIGHEST_COUNT:
        raise Unfit(f"must be a whole number from 0 to {HIGHEST_COUNT:,}")
    return value


def encode_flag(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def choice(*allowed: str) -> Kind:
    """Return the kind of a column whose words decide what a row counts for."""
    wanted = f"must be one of {', '.join(allowed)}"

    def encode(value: object) -> str:
        if value not in allowed:
            raise Unfit(wanted)
        return str(value)

    return Kind(encode, allowed=allowed)


TEXT = Kind(encode_text)
KEY_TEXT = Kind(encode_key_text)
ID = Kind(encode_id)
MONEY = Kind(encode_money, decode_money)
SOLD_MONEY = Kind(_sold(encode_money), decode_money)
BALANCE = Kind(encode_balance, decode_money)
DAY = Kind(encode_day, decode_day)
INSTANT = Kind(encode_instant, decode_instant)
QUANTITY = Kind(encode_quantity)
SOLD_QUANTITY = Kind(_sold(encode_quantity))
SIGNED = Kind(encode_signed)
COUNT = Kind(encode_count)
FLAG = Kind(encode_flag, bool)
