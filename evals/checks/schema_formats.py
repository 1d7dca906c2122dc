"""The formats JSON Schema names, as `ajv-formats` checks them.

Sources: RFC 3339, 3986, 5321, 4291, 4122, 6901, 6570.
"""

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from evals.scripting.values import is_number

_DATE = re.compile(r"(\d\d\d\d)-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)(z|([+-])(\d\d)(?::?(\d\d))?)?", re.ASCII | re.IGNORECASE)
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SPLIT = re.compile(r"t|\s", re.IGNORECASE)
_DURATION = re.compile(r"P(?!\Z)((\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?|(\d+W)?)", re.ASCII)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(
    rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@(?:{_LABEL}\.)+{_LABEL}", re.IGNORECASE
)
_HOST = re.compile(rf"(?=.{{1,253}}\.?\Z){_LABEL}(?:\.[a-z0-9](?:[-0-9a-z]{{0,61}}[0-9a-z])?)*\.?", re.IGNORECASE)
_URI = re.compile(r"[a-z][a-z0-9+\-.]*:(?://[^\s/?#\"<>\\^`{|}]*)?[^\s\"<>\\^`{|}]*", re.IGNORECASE)
_REFERENCE = re.compile(r"[^\s\"<>\\^`{|}]*")
_URL = re.compile(
    r"(?:https?|ftp)://(?:\S+(?::\S*)?@)?[^\s/?#.]+(?:\.[^\s/?#.]+)+(?::\d{2,5})?(?:[/?#]\S*)?", re.IGNORECASE
)
_TEMPLATE = re.compile(r"(?:[^\x00-\x20\"'<>%\\^`{|}]|%[0-9a-f]{2}|\{[+#./;?&=,!@|]?[\w%.,:*]+\})*", re.IGNORECASE)
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_POINTER = re.compile(r"(?:/(?:[^~/]|~0|~1)*)*")
_FRAGMENT = re.compile(r"#(?:/(?:[a-z0-9_\-.!$&'()*+,;:=@]|%[0-9a-f]{2}|~0|~1)*)*", re.IGNORECASE)
_RELATIVE = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)")
_BYTE = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.MULTILINE)


def _date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, month, day = (int(part) for part in found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 and leap else _DAYS[month])


def _time(zone: bool) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        found = _TIME.fullmatch(text)
        if not found:
            return False
        hour, minute, second = int(found[1]), int(found[2]), float(found[3])
        sign = -1 if found[5] == "-" else 1
        zone_hour, zone_minute = int(found[6] or 0), int(found[7] or 0)
        if zone_hour > 23 or zone_minute > 59 or (zone and not found[4]):
            return False
        if hour <= 23 and minute <= 59 and second < 60:
            return True
        utc_minute = minute - zone_minute * sign
        utc_hour = hour - zone_hour * sign - (1 if utc_minute < 0 else 0)
        return utc_hour in (23, -1) and utc_minute in (59, -1) and second < 61

    return check


def _moment(zone: bool) -> Callable[[str], bool]:
    check = _time(zone)

    def both(text: str) -> bool:
        parts = _SPLIT.split(text)
        return len(parts) == 2 and _date(parts[0]) and check(parts[1])

    return both


def _whole(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _address(kind: Callable[[str], Any]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            kind(text)
        except ValueError:
            return False
        return "%" not in text

    return check


def _uri(text: str) -> bool:
    return bool(_URI.fullmatch(text)) and ("/" in text or ":" in text) and not re.search(r"%(?![0-9a-fA-F]{2})", text)


def _pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return not text.endswith("\\Z")


_TEXTS: Mapping[str, Callable[[str], bool]] = {
    "date": _date, "time": _time(True), "date-time": _moment(True), "iso-time": _time(False),
    "iso-date-time": _moment(False), "duration": _whole(_DURATION), "uri": _uri, "uri-reference": _whole(_REFERENCE),
    "uri-template": _whole(_TEMPLATE), "url": _whole(_URL), "email": _whole(_EMAIL), "hostname": _whole(_HOST),
    "ipv4": _address(ipaddress.IPv4Address), "ipv6": _address(ipaddress.IPv6Address), "regex": _pattern,
    "uuid": _whole(_UUID), "json-pointer": _whole(_POINTER), "json-pointer-uri-fragment": _whole(_FRAGMENT),
    "relative-json-pointer": _whole(_RELATIVE), "byte": _whole(_BYTE),
}  # fmt: skip


def _of_text(check: Callable[[str], bool]) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, str) or check(value)


def _of_number(check: Callable[[float], bool]) -> Callable[[Any], bool]:
    return lambda value: not is_number(value) or check(value)


def _integer(bits: int) -> Callable[[float], bool]:
    return lambda value: float(value).is_integer() and -(2 ** (bits - 1)) <= value <= 2 ** (bits - 1) - 1


FORMATS: Mapping[str, Callable[[Any], bool]] = {
    **{name: _of_text(check) for name, check in _TEXTS.items()},
    "int32": _of_number(_integer(32)), "int64": _of_number(lambda value: float(value).is_integer()),
    "float": _of_number(math.isfinite), "double": _of_number(math.isfinite),
    "password": lambda value: True, "binary": lambda value: True,
}  # fmt: skip
"""Format name → does the value fit? Values of another kind fit every format."""
