"""What a match must pass to count: check digits, number plans, neighbours. Each returns the value's place or None."""

import re

from gateway.masking import checks
from gateway.masking.patterns import Match
from gateway.masking.recogniser import Found

_PERSONAL_KEY = re.compile(r"phone|tel|mobile|momo|wallet|contact|msisdn|whatsapp|account|card|pin")
_SECRET_IN_ADDRESS = re.compile(
    r"[?&#;]\w*(?:key|token|secret|password|passwd|pwd|sig|signature|auth|code|session|sid|jwt|otp|pin)\w*=[^&\s]{4,}"
    r"|://[^/\s@]+@|/(?=[^/]*\d[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_\-]{24,}",
    re.IGNORECASE,
)
_NO_STREET_NAME = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "are",
        "as",
        "by",
        "for",
        "from",
        "has",
        "have",
        "in",
        "is",
        "it",
        "of",
        "off",
        "on",
        "or",
        "our",
        "per",
        "the",
        "their",
        "then",
        "this",
        "to",
        "was",
        "were",
        "with",
        "your",
        "my",
        "each",
        "bags",
        "boxes",
        "cartons",
        "crates",
        "pieces",
        "pcs",
        "packs",
        "units",
        "trips",
        "trucks",
        "litres",
        "days",
        "weeks",
        "months",
        "years",
        "times",
        "left",
        "sold",
        "bought",
        "items",
        "products",
        "goods",
        "customers",
        "shops",
        "stores",
        "people",
    ]
)


def _not_inside_number(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start]
    if before[-1:] == "," and re.search(r"[0-9]{7},\Z", text[max(0, start - 9) : start]):
        return True  # after another number of a list
    return not (before[-1:].isdigit() or (before[-1:] in (".", ",") and before[:1].isdigit()))


def phone(text: str, match: Match) -> Found:
    """Take a Ghanaian number with a prefix."""
    start, end = match.span(1)
    surface = text[start:end]
    digits = re.sub(r"\D", "", surface.replace("o", "0").replace("O", "0"))
    glued = surface[0] in "oO" and text[start - 1 : start].isalnum()
    if glued or not _not_inside_number(text, start) or not checks.evenly_written(surface):
        return None
    return (start, end) if checks.national_number(digits) else None


def misread_phone(text: str, match: Match) -> Found:
    """Take a Ghanaian number in which letters stand for a zero or a one."""
    start, end = match.span()
    surface = text[start:end]
    digits = surface.lower().translate(str.maketrans("oil", "011"))
    enough = sum(c.isdigit() for c in surface) >= 7 and not surface.isdigit()
    return (start, end) if enough and checks.national_number(digits) else None


def torn_phone(text: str, match: Match) -> Found:
    """Take a Ghanaian number that a line break tears apart between two groups."""
    start, end = match.span(1)
    surface = text[start:end]
    if "\n" not in surface or not _not_inside_number(text, start):
        return None
    return (start, end) if checks.national_number(re.sub(r"\D", "", surface)) else None


def foreign_phone(text: str, match: Match) -> Found:
    """Take an international number that is written evenly."""
    start, end = match.span(1)
    return (start, end) if _not_inside_number(text, start) and checks.evenly_written(text[start:end]) else None


def bare_phone(text: str, match: Match) -> Found:
    """Take nine national digits without prefix, alone or grouped as people group them."""
    start, end = match.span(1)
    surface = text[start:end]
    groups = re.findall(r"\d+", surface)
    shape = tuple(map(len, groups))
    if len(shape) > 1 and shape not in {
        (2, 3, 4),
        (3, 3, 3),
        (2, 7),
        (2, 4, 3),
        (2, 2, 2, 3),
        (2, 3, 2, 2),
        (5, 4),
        (1,) * 9,
    }:
        return None
    if text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit():
        return None
    return phone(text, match)


def spoken(text: str, match: Match) -> Found:
    """Take a run of number words that spell at least nine digits."""
    start, end = match.span()
    while end > start and not text[end - 1].isalnum():
        end -= 1
    words = len(re.findall(r"[A-Za-z]{3,}", text[start:end]))
    return (start, end) if words >= 5 and len(checks.spoken_digits(text[start:end])) >= 9 else None


def iban(text: str, match: Match) -> Found:
    """Take as many characters as the country of an IBAN wants, if mod 97 agrees."""
    start, end = match.span()
    positions = [i for i in range(start, end) if text[i].isalnum()]
    length = checks.iban_length("".join(text[i] for i in positions))
    return (start, positions[length - 1] + 1) if length else None


def long_number(text: str, match: Match) -> Found:
    """Take 13 or 16 digits that are no barcode, and card numbers of other lengths."""
    start, end = match.span()
    if not _not_inside_number(text, start):
        return None
    groups = re.findall(r"\d+", text[start:end])
    digits = "".join(groups)
    if any(len(group) < 3 for group in groups[:-1]):
        return None
    if len(digits) == 16 or (len(digits) == 13 and not checks.ean13(digits)):
        return start, end
    return (start, end) if 14 <= len(digits) <= 19 and checks.luhn(digits) else None


def card(text: str, match: Match) -> Found:
    """Take a card number with a right check digit."""
    start, end = match.span()
    digits = re.sub(r"\D", "", text[start:end])
    groups = re.findall(r"\d+", text[start:end])
    if any(len(group) < 3 for group in groups[:-1]) or not _not_inside_number(text, start):
        return None
    return (start, end) if checks.luhn(digits) and 15 <= len(digits) <= 19 else None


def product_code(text: str, match: Match) -> Found:
    """Take a barcode with a right check digit."""
    digits = text[match.start() : match.end()]
    return match.span() if checks.ean13(digits) else None


def with_digit_no_phone(text: str, match: Match) -> Found:
    """Protect a reference unless what follows the cue is a Ghanaian mobile written with its zero."""
    start, end = match.span(1)
    value = text[start:end]
    if not any(c.isdigit() for c in value) or re.fullmatch(r"0[235]\d{8}", value):
        return None
    return start, end


def amount(text: str, match: Match) -> Found:
    """Protect an amount unless it is a mobile number."""
    start, end = match.span()
    return None if re.search(r"(?<!\d)0[235]\d{8}(?!\d)", text[start:end]) else (start, end)


def date(text: str, match: Match) -> Found:
    """Protect a date unless it is the middle of a dotted number such as an IP address."""
    start, end = match.span()
    inside = text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()
    return (start, end) if not inside and _not_inside_number(text, start) else None


def json_number(text: str, match: Match) -> Found:
    """Protect a number of a JSON object unless its key says that it is personal."""
    key = text[match.start() : match.start(1)].lower()
    return None if _PERSONAL_KEY.search(key) else match.span(1)


def secret_value(text: str, match: Match) -> Found:
    """Take what follows a cue for a secret if it looks like one."""
    start, end = match.span(1)
    start += len(text[start:end]) - len(text[start:end].lstrip("=>:"))
    while end > start and text[end - 1] in ".,;:!?)\"']}":
        end -= 1
    value = text[start:end]
    if len(value) < 4 or re.match(r"\d{4}-\d\d-\d\d|\d{1,2}[:/]\d|GH[SC\x03]|\x03|<", value):
        return None
    return (start, end) if re.search(r"[0-9]|[A-Za-z][@#$%&*!^+][A-Za-z]", value) else None


def pin_value(text: str, match: Match) -> Found:
    """Take a short code unless it is a percentage or a multiple."""
    return match.span(1) if text[match.end(1) : match.end(1) + 1] not in ("%", "x") else None


def mixed_token(text: str, match: Match) -> Found:
    """Take a long code of mixed case and digits as a key: ids of a shop are not written so."""
    value = text[match.start() : match.end()]
    if value.islower() or value.isupper():
        return None
    upper, lower = sum(c.isupper() for c in value), sum(c.islower() for c in value)
    digits = sum(c.isdigit() for c in value)
    if upper < 3 or lower < 3 or digits < 2 or re.search(r"[a-z]{7}", value):
        return None
    return match.span()


def url(text: str, match: Match) -> Found:
    """Take a web address that carries a secret."""
    start, end = match.span()
    while end > start and text[end - 1] in ".,;:!?)]}":
        end -= 1
    return (start, end) if _SECRET_IN_ADDRESS.search(text[start:end]) else None


def plate(text: str, match: Match) -> Found:
    """Take a number plate; in lower case only with three digits or more."""
    start, end = match.span()
    surface = text[start:end]
    if surface[:2].islower() and not re.search(r"\d{3}", surface):
        return None
    return start, end


def street(text: str, match: Match) -> Found:
    """Take a house number with a street name that reads like one."""
    start, end = match.span()
    name = text[match.start(2) : match.end(2)].split()
    if any(word.lower().strip(".,") in _NO_STREET_NAME for word in name):
        return None
    cue = not text[start].isdigit()
    lower = text[start:end].islower()
    if not cue and not lower and not any(word[:1].isupper() for word in name):
        return None
    suffix = text[match.start(3) : match.end(3)].lower().split()[0]
    return (
        None
        if not cue and lower and suffix in ("way", "close", "drive", "link", "court", "loop", "st")
        else (start, end)
    )


def ipv4(text: str, match: Match) -> Found:
    """Take four octets that are no version number."""
    start, end = match.span()
    if re.search(
        r"(?:\bv|version|ver|build|release|android|ios|firmware)[ .:]*$",
        text[max(0, start - 12) : start],
        re.IGNORECASE,
    ):
        return None
    octets = text[start:end].split(".")
    inside = text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()
    return (
        None
        if inside or any(int(octet) > 255 for octet in octets) or not _not_inside_number(text, start)
        else (start, end)
    )


def ipv6(text: str, match: Match) -> Found:
    """Take eight groups, or fewer with a gap."""
    start, end = match.span(1)
    surface = text[start:end]
    groups = [group for group in surface.split(":") if group]
    full = len(groups) == 8 or ("::" in surface and len(groups) >= 2)
    return (start, end) if full else None


def handle(text: str, match: Match) -> Found:
    """Take a social handle."""
    start, end = match.span(1)
    while text[end - 1] in "._":
        end -= 1
    return start, end
