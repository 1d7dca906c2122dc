"""The table of forms: one row per recogniser, strongest first (`rank` 0), then safe forms (1), then the rest (2)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.masking import checks
from gateway.masking.patterns import Match

PROTECT = ""
"""The kind of a form that is not personal and must survive."""

Found = tuple[int, int] | None


def _group(text: str, match: Match) -> Found:
    """Take group 1 (a pattern that reads a neighbour or a cue puts the value there), else the whole match."""
    del text
    try:
        return match.span(1)
    except IndexError:
        return match.span()


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One form: what it is called, its placeholder type, its pattern, and the check that reads a match (None = no)."""

    name: str
    kind: str
    rank: int
    pattern: str
    read: Callable[[str, Match], Found] = _group


def _not_inside_number(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start]
    return not (before[-1:].isdigit() or (before[-1:] in (".", ",") and before[:1].isdigit()))


def _phone(text: str, match: Match) -> Found:
    start, end = match.span(1)
    surface = text[start:end]
    digits = re.sub(r"\D", "", surface.replace("o", "0").replace("O", "0"))
    glued = surface[0] in "oO" and text[start - 1 : start].isalnum()
    if glued or not _not_inside_number(text, start) or not checks.evenly_written(surface):
        return None
    return (start, end) if checks.national_number(digits) else None


def _foreign_phone(text: str, match: Match) -> Found:
    start, end = match.span(1)
    return (start, end) if _not_inside_number(text, start) and checks.evenly_written(text[start:end]) else None


def _bare_phone(text: str, match: Match) -> Found:
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
    return _phone(text, match)


def _spoken(text: str, match: Match) -> Found:
    start, end = match.span()
    while end > start and not text[end - 1].isalnum():
        end -= 1
    words = len(re.findall(r"[A-Za-z]{3,}", text[start:end]))
    return (start, end) if words >= 5 and len(checks.spoken_digits(text[start:end])) >= 9 else None


def _iban(text: str, match: Match) -> Found:
    start, end = match.span()
    positions = [i for i in range(start, end) if text[i].isalnum()]
    length = checks.iban_length("".join(text[i] for i in positions))
    return (start, positions[length - 1] + 1) if length else None


def _long_number(text: str, match: Match) -> Found:
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


def _card(text: str, match: Match) -> Found:
    start, end = match.span()
    digits = re.sub(r"\D", "", text[start:end])
    groups = re.findall(r"\d+", text[start:end])
    if any(len(group) < 3 for group in groups[:-1]) or not _not_inside_number(text, start):
        return None
    return (start, end) if checks.luhn(digits) and 15 <= len(digits) <= 19 else None


def _product_code(text: str, match: Match) -> Found:
    digits = text[match.start() : match.end()]
    return match.span() if checks.ean13(digits) else None


def _with_digit_no_phone(text: str, match: Match) -> Found:
    """Protect a reference unless what follows the cue is a Ghanaian mobile written with its zero."""
    start, end = match.span(1)
    value = text[start:end]
    if not any(c.isdigit() for c in value) or re.fullmatch(r"0[235]\d{8}", value):
        return None
    return start, end


def _amount(text: str, match: Match) -> Found:
    start, end = match.span()
    return None if re.search(r"(?<!\d)0[235]\d{8}(?!\d)", text[start:end]) else (start, end)


def _date(text: str, match: Match) -> Found:
    """Protect a date unless it is the middle of a dotted number such as an IP address."""
    start, end = match.span()
    inside = text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()
    return (start, end) if not inside and _not_inside_number(text, start) else None


def _json_number(text: str, match: Match) -> Found:
    key = text[match.start() : match.start(1)].lower()
    return (
        None
        if re.search(r"phone|tel|mobile|momo|wallet|contact|msisdn|whatsapp|account|card|pin", key)
        else match.span(1)
    )


def _secret_value(text: str, match: Match) -> Found:
    start, end = match.span(1)
    start += len(text[start:end]) - len(text[start:end].lstrip("=>:"))
    while end > start and text[end - 1] in ".,;:!?)\"']}":
        end -= 1
    value = text[start:end]
    if len(value) < 4 or re.match(r"\d{4}-\d\d-\d\d|\d{1,2}[:/]\d|GH[SC\x03]|\x03|<", value):
        return None
    return (start, end) if re.search(r"[0-9]|[A-Za-z][@#$%&*!^+][A-Za-z]", value) else None


def _pin_value(text: str, match: Match) -> Found:
    return match.span(1) if text[match.end(1) : match.end(1) + 1] not in ("%", "x") else None


def _mixed_token(text: str, match: Match) -> Found:
    """Take a long code of mixed case and digits as a key: ids of a shop are not written so."""
    value = text[match.start() : match.end()]
    upper, lower = sum(c.isupper() for c in value), sum(c.islower() for c in value)
    digits = sum(c.isdigit() for c in value)
    if upper < 3 or lower < 3 or digits < 2 or re.search(r"[a-z]{7}", value):
        return None
    return match.span()


def _url(text: str, match: Match) -> Found:
    start, end = match.span()
    while end > start and text[end - 1] in ".,;:!?)]}":
        end -= 1
    secret = re.search(r"[?&#;](?:\w*(?:key|token|secret|password|passwd|pwd|sig|signature|auth|code|session|sid|jwt|otp|pin)\w*)=[^&\s]{4,}"
                       r"|://[^/\s@]+@|/(?=[^/]*\d[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_\-]{24,}", text[start:end], re.IGNORECASE)  # fmt: skip
    return (start, end) if secret else None


def _plate(text: str, match: Match) -> Found:
    start, end = match.span()
    surface = text[start:end]
    if surface[:2].islower() and not re.search(r"\d{3}", surface):
        return None
    return start, end


def _street(text: str, match: Match) -> Found:
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


def _ipv4(text: str, match: Match) -> Found:
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


def _ipv6(text: str, match: Match) -> Found:
    start, end = match.span(1)
    surface = text[start:end]
    groups = [group for group in surface.split(":") if group]
    full = len(groups) == 8 or ("::" in surface and len(groups) >= 2)
    return (start, end) if full else None


def _handle(text: str, match: Match) -> Found:
    start, end = match.span(1)
    while text[end - 1] in "._":
        end -= 1
    return start, end


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
_GAP = r"[ \t.\-/()_]{0,2}"
_NINE = rf"(?:{_GAP}[0-9]){{8}}"
_OF = r"(?:[\s:#=.,'\"\-]|\b(?:no|nos|number|num|nr|is|id|card|cards|of|for|my|his|her|the|their|our|with|to|was|a/c|code)\b){0,12}?"
_TITLE_WORDS = r"(?:[A-Z\x01'.\-]{1,20}[ ]){0,4}?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_CURRENCY = r"(?:gh[s\x03c$]|\x03|usd|us\$|\$|eur|gbp|ngn|cfa|xof|zar)"
_STREET = r"(?:street|str|st|road|rd|avenue|ave|lane|ln|close|crescent|cres|drive|link|loop|highway|boulevard|blvd|way|terrace|court)"
_PLATES = (
    r"(?:g[rnwtexcsbmlgvhyjk]|a[swcpeko]|w[rt]|c[rs]|e[rn]|v[rd]|b[ar]|n[rew]|u[ewr]|d[pv]|m|o[rt]|s[vw]|bt|aw|an|wn)"
)
_CUE_NUMBER = rf"{_OF}{_TITLE_WORDS}{_OF}"

STRONG = (
    Recogniser("private key", "SECRET", 0, r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-\x1e]*(?:-----END [A-Z ]*-----)?"),
    Recogniser("web token", "SECRET", 0, r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{6,}(?:\.[A-Za-z0-9_\-]+)?"),
    Recogniser(
        "key prefix",
        "SECRET",
        0,
        r"\b(?:(?:sk|pk|rk)[_\-](?:live|test|proj|ant|or|svcacct)?[_\-]?[A-Za-z0-9_\-]{12,}|(?:akia|asia|aroa|abia)[A-Z0-9]{12,20}"
        r"|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_\-]{12,}|xox[abeprs]-[A-Za-z0-9\-]{10,}"
        r"|aiza[0-9A-Za-z_\-]{30,}|ya29\.[0-9A-Za-z_\-]{16,}|sg\.[A-Za-z0-9_\-]{12,}\.[A-Za-z0-9_\-]{12,}|(?:hf|npm|whsec|shpat|dop_v1)_[A-Za-z0-9]{16,}"
        r"|flwseck[_\-][A-Za-z0-9_\-]{12,}|[0-9]{8,10}:[A-Za-z0-9_\-]{35}|(?:bearer|basic) [A-Za-z0-9._+/\-]{12,}={0,2})",
    ),
    Recogniser("database address", "SECRET", 0, r"\b[a-z][a-z0-9+]{2,15}://[^\s:/@\x1e]+:[^\s@/\x1e]+@[^\s\"'<>\x1e]+"),
    Recogniser("address with a token", "URL", 0, r"\b(?:https?|ftp|wss?)://[^\s\"'<>\x1e]+", _url),
    Recogniser(
        "password",
        "SECRET",
        0,
        r"\b(?:pass[ \-]?(?:word|code|phrase|key)s?|passwd|pwd|secret(?:[ _]key)?|(?:api|access|auth|secret|private|license)[ _\-]?(?:key|token)s?|client[ _]secret|credentials?)"
        r"\b[\"']?(?:[\s:=>,\-]|\b(?:is|was|for|of|to|the|my|his|her|our|new|now|old|till|pos|account|user|login|changed|set|reset|still|called|here)\b){0,12}?[\"']?([^\s\"'\x1e]{4,64})",
        _secret_value,
    ),
    Recogniser(
        "one-time code",
        "SECRET",
        0,
        r"\b(?:pin|otp|cvv2?|cvc|(?:verification|login|security|one[ \-]time|auth|access|reset|momo|wallet)[ \-](?:pin|code|password))\b[\"']?"
        r"(?:[\s:=\-#.]|\b(?:is|was|code|number|no|for|my|his|her|your|the|momo|wallet|card|to|now)\b){1,10}?[\"']?([0-9]{3,8})(?:[^0-9A-Za-z\-/]|$)",
        _pin_value,
    ),
    Recogniser("e-mail", "EMAIL", 0, r"[A-Z0-9\x01._%+'\-]+ ?@ ?[A-Z0-9\x01\-]+(?:\.[A-Z0-9\x01\-]+)+"),
    Recogniser(
        "spelled e-mail",
        "EMAIL",
        0,
        r"\b[a-z0-9._%+\-]+\s?(?:[(\[{]\s?at\s?[)\]}]|\bat\b|@)\s?[a-z0-9\-]+\s?(?:(?:[(\[{]\s?dot\s?[)\]}]|\bdot\b|\.)\s?[a-z0-9\-]+\s?)*(?:[(\[{]\s?dot\s?[)\]}]|\bdot\b|\.)\s?(?:com|org|net|gh|edu|co|gov|info|io|me|uk)\b",
    ),
    Recogniser(
        "identity card",
        "ID_CARD",
        0,
        r"\b(?:gha|nga|tgo|bfa|civ|ben|lbr|sle|sen|mli|ner|gmb|gin)[ \-./_]{0,2}[0-9](?:[ \-./_]{0,2}[0-9]){9}\b",
    ),
    Recogniser(
        "card number by cue",
        "ID_CARD",
        0,
        rf"\b(?:ghana ?card|ecowas card|id card|national id|nia|nid)\b{_CUE_NUMBER}([0-9]{{9}}[ \-]?[0-9])\b",
    ),
    Recogniser("IBAN", "ACCOUNT", 0, r"\b[A-Z]{2}[0-9]{2}(?:[ \-]?[A-Z0-9]){11,32}", _iban),
    Recogniser(
        "IBAN by cue", "ACCOUNT", 0, rf"\biban\b{_OF}([A-Z]{{2}}[0-9]{{2}}(?:[ \-]?[A-Z0-9]*[0-9][A-Z0-9]*){{2,10}})"
    ),
    Recogniser(
        "voter id",
        "ID_CARD",
        0,
        rf"\bv[oter]{{3,5}}'?s?'?\b(?:[ \-](?:id|card|identity|registration|reg|roll))*{_CUE_NUMBER}([0-9](?:[ \-]?[0-9]){{7,11}})\b",
    ),
    Recogniser(
        "driver's licence",
        "ID_CARD",
        0,
        rf"\b(?:driver'?s?'?|driving) licen[cs]e\b{_CUE_NUMBER}([A-Z]{{0,6}}[ \-]?[0-9][A-Z0-9\-]{{4,20}})\b",
    ),
    Recogniser(
        "health insurance", "ID_CARD", 0, rf"\b(?:nhis|health insurance)\b{_CUE_NUMBER}([A-Z]{{0,3}}[0-9]{{7,12}})\b"
    ),
    Recogniser(
        "passport by cue",
        "ID_CARD",
        0,
        rf"\bpas+[port]{{2,5}}s?\b{_CUE_NUMBER}([A-Z]{{1,2}}[ \-]?[0-9](?:[ \-]?[0-9]){{5,8}})\b",
    ),
    Recogniser(
        "tax number by cue",
        "TAX_ID",
        0,
        rf"\b(?:tin|tax (?:id|number|payer|no|identification)|taxpayer)\b{_CUE_NUMBER}([A-Z]{{0,1}}[0-9](?:[ \-]?[0-9]){{7,11}})\b",
    ),
    Recogniser(
        "pension number by cue",
        "ID_CARD",
        0,
        rf"\b(?:ssnit|social security|pension)\b{_CUE_NUMBER}([A-Z]?[0-9](?:[ \-]?[0-9]){{7,13}})\b",
    ),
    Recogniser(
        "account by cue",
        "ACCOUNT",
        0,
        rf"\b(?:ac+[count]{{3,6}}|acct|acc|a/c|iban|bank|susu)s?\b{_CUE_NUMBER}([0-9](?:[ \t\-]?[0-9]){{7,17}})\b",
    ),
    Recogniser("payment card", "CARD", 0, r"\b[23456][0-9]{3}(?:[ \-]?[0-9]){11,15}\b", _card),
    Recogniser(
        "digital address by cue",
        "ADDRESS",
        0,
        rf"\b(?:ghana ?post|gps|digital address|ghanapostgps)\b{_OF}([A-Z][A-Z0-9][ \-]?[0-9]{{3,4}}[ \-]?[0-9]{{4}})\b",
    ),
)

SAFE = (
    Recogniser("placeholder", PROTECT, 1, r"<[A-Z][A-Z0-9_]{1,24}_[0-9]{1,5}>"),
    Recogniser("plain web address", PROTECT, 1, r"\b(?:https?://|www\.)[^\s\"'<>\x1e]+"),
    Recogniser("uuid", PROTECT, 1, r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    Recogniser("digest", PROTECT, 1, r"\b[0-9a-f]{32,128}\b"),
    Recogniser(
        "ISO date",
        PROTECT,
        1,
        r"\b(?:19|20)[0-9]{2}[\-/.](?:0?[1-9]|1[0-2])[\-/.](?:0?[1-9]|[12][0-9]|3[01])(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+\-][0-9]{2}:?[0-9]{2})?)?\b",
    ),
    Recogniser(
        "date",
        PROTECT,
        1,
        r"\b(?:0?[1-9]|[12][0-9]|3[01])[\-/.](?:0?[1-9]|[12][0-9]|3[01])[\-/.](?:(?:19|20)[0-9]{2}|[0-9]{2})\b",
        _date,
    ),
    Recogniser(
        "written date",
        PROTECT,
        1,
        rf"\b(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[ \-]{_MONTH}(?:,?[ \-](?:19|20)[0-9]{{2}})?|{_MONTH}[ \-][0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)[0-9]{{2}})?|{_MONTH}[ \-](?:19|20)[0-9]{{2}})\b",
    ),
    Recogniser("time", PROTECT, 1, r"\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]m)?\b"),
    Recogniser("amount", PROTECT, 1, rf"{_CURRENCY}[ ]{{0,2}}[0-9][0-9,]*(?:\.[0-9]+)?[km]?\b", _amount),
    Recogniser(
        "amount with unit",
        PROTECT,
        1,
        r"\b[0-9][0-9,]*(?:\.[0-9]+)?[km]? ?(?:ghs|ghc|gh\x03|\x03|cedis?|ghana cedis?|pesewas?|%|percent)",
        _amount,
    ),
    Recogniser(
        "order id",
        PROTECT,
        1,
        r"\b(?:inv|ord|rec|crn|rcpt|txn|ref|lot|sku|itm|bat|ret|quo|sal|pay|grn|dn|po|so|do|wo|qt|pr|pi|rf|tr|jn|je|sr|si)[\-/#][A-Z]{0,4}[\-/]?(?:[A-Z0-9]{2,10}[\-/])?[0-9]{2,12}\b",
    ),
    Recogniser(
        "long code", PROTECT, 1, r"\b[A-Z]{3,8}-(?:[0-9]{2,8}|[A-Z0-9]{2,8}-[A-Z0-9]{2,10})(?:-[A-Z0-9]{1,10})?\b"
    ),
    Recogniser("stock code", PROTECT, 1, r"\b(?:[A-Z]{3,6}[0-9]{4,9}|[A-Z]{2}-[0-9]{3,6}-[A-Z]{2,3})\b"),
    Recogniser("barcode", PROTECT, 1, r"\b[0-9]{13}\b", _product_code),
    Recogniser(
        "reference by cue",
        PROTECT,
        1,
        r"\b(?:order|invoice|inv|receipt|rcpt|txn|trx|trans|transaction|ref|reference|batch|lot|sku|barcode|ean|upc|serial|imei|s/n|terminal|ticket|waybill|tracking|item|code|id|build|voucher|cheque|model|qty)\b"
        r"(?:[ ]?(?:no|number|id|ref|code|num)\b)?[.:#= \t]{0,4}([A-Z0-9][A-Z0-9\-/]{2,40})",
        _with_digit_no_phone,
    ),
    Recogniser("number sign", PROTECT, 1, r"#[0-9]{1,12}\b"),
    Recogniser(
        "version", PROTECT, 1, r"\b(?:v|version |ver |android |ios |firmware |release )[0-9]{1,4}(?:\.[0-9]+){0,4}\b"
    ),
    Recogniser(
        "JSON number",
        PROTECT,
        1,
        r"\"[a-z0-9_ \-]{1,40}\\{0,3}\"[ ]?:[ ]?(-?[0-9]+(?:\.[0-9]+)?)[ \n\r\t]?[,}\]\n]",
        _json_number,
    ),
)

WEAK = (
    Recogniser("Ghanaian number", "PHONE", 2, rf"((?:\(?(?:\+|00)[ ]?233\)?|\(\+?233\)|233){_GAP}(?:\(?0\)?{_GAP})?\(?[235]{_NINE})(?:[^0-9]|$)", _phone),
    Recogniser("national number", "PHONE", 2, rf"((?:\(0|[0o]){_GAP}[235]{_NINE})(?:[^0-9]|$)", _phone),
    Recogniser("number without zero", "PHONE", 2, r"([235][0-9](?:[ \-.]?[0-9]){7}|[235](?: [0-9]){8})(?:[^0-9]|$)", _bare_phone),
    Recogniser("foreign number", "PHONE", 2, r"(\+\(?[1-9][0-9]{0,3}\)?(?:[ .\-/()]{0,2}[0-9]){6,12})(?:[^0-9]|$)", _foreign_phone),
    Recogniser("foreign number with 00", "PHONE", 2, r"(\b00[1-9][0-9]{0,2}(?:[ \-]?[0-9]){8,11})(?:[^0-9]|$)", _foreign_phone),
    Recogniser("Nigerian number", "PHONE", 2, r"(0[789][01](?:[ .\-]?[0-9]){8})(?:[^0-9]|$)", _foreign_phone),
    Recogniser("spoken number", "PHONE", 2, r"\b(?:(?:plus|double|triple|zero|oh|nil|nought|one|two|three|four|five|six|seven|eight|nine|o|[0-9])[\s,.\-]*(?:\b|$)){7,}", _spoken),
    Recogniser("tax number", "TAX_ID", 2, r"\b[PCGQV]00[ \-]?[0-9](?:[ \-]?[0-9]){7}\b"),
    Recogniser("pension number", "ID_CARD", 2, r"\b[A-Z][0-9]{12}\b"),
    Recogniser("passport", "ID_CARD", 2, r"\b[GHP][0-9]{7}\b"),
    Recogniser("plate", "VEHICLE", 2, rf"\b{_PLATES}[ \-]{{1,3}}[0-9]{{1,4}}[ \-]{{1,3}}(?:[0-2][0-9]|[A-Z])\b|\bm[ \-]{{1,3}}[0-9]{{2}}[ \-]{{0,3}}[A-Z]{{2}}[ \-]{{0,3}}[0-9]{{1,4}}\b", _plate),
    Recogniser("dealer plate", "VEHICLE", 2, rf"\b{_PLATES}[ \-]{{0,3}}[0-9]{{3,4}}[ \-]{{0,3}}[A-Z]?[ \-][0-2][0-9]\b", _plate),
    Recogniser("digital address", "ADDRESS", 2, r"\b[ABCEGNUVWXO][A-Z0-9][ \-][0-9]{3,4}[ \-][0-9]{4}\b"),
    Recogniser("joined digital address", "ADDRESS", 2, r"\b[AG][A-Z][ \-]?[0-9]{7,8}\b"),
    Recogniser("long number", "ACCOUNT", 2, r"\b[0-9](?:[ \-]?[0-9]){12,18}\b", _long_number),
    Recogniser("IPv4", "IP", 2, r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b", _ipv4),
    Recogniser("IPv6", "IP", 2, r"((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4})\b", _ipv6),
    Recogniser("hardware address", "IP", 2, r"\b(?:[0-9a-f]{2}[:\-]){5}[0-9a-f]{2}\b"),
    Recogniser("post box", "ADDRESS", 2, r"\b(?:p\.? ?o\.? ?box|post ?office box|private mail bag|p\.?m\.?b\.?|postal address)[ .:]{1,3}(?:no\.? ?)?(?:[A-Z]{1,4}[ \-.]{0,2})?[0-9]{1,6}\b"),
    Recogniser(
        "street", "ADDRESS", 2,
        rf"\b((?:(?:h(?:ou)?se|plot|flat|apartment|apt|block|blk|unit|suite|room|shop|stall|h/no|no)\b[.,]? {{0,2}}(?:(?:no|number|num|nr)\b|#)?[.,:#]? {{0,2}}[A-Z]{{0,2}}[0-9]{{1,4}}[A-Z]?(?:[/\-][0-9A-Z]{{1,4}})?|[0-9]{{1,4}}[A-Z]?),? {{1,2}})"
        rf"((?:[A-Z\x01][A-Z\x01'.]* {{1,2}}){{1,4}}?)({_STREET}(?: {_STREET})*)\b",
        _street,
    ),
    Recogniser("house number", "ADDRESS", 2, r"\b(?:h(?:ou)?se|plot|flat|apartment|apt|h/no)\b[.,]? {0,2}(?:(?:no|number|num|nr)\b|#)[.,:#]? {0,2}[A-Z]{0,3}[ \-]?[0-9]{1,4}[A-Z]?(?:[/\-][0-9A-Z]{1,4})?\b"),
    Recogniser("handle", "PERSON", 2, r"(?:^|[^A-Za-z0-9._%+\-@/])(@[A-Za-z][A-Za-z0-9_.]{2,29})", _handle),
    Recogniser("mixed token", "SECRET", 2, r"\b[A-Za-z0-9_\-]{20,}", _mixed_token),
)  # fmt: skip

ALL: tuple[Recogniser, ...] = STRONG + SAFE + WEAK
