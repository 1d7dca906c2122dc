"""Arithmetic checks and number plans that tell a personal number from any other number."""

import re

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BF": 28, "BG": 22, "BH": 22, "BJ": 28, "BR": 29, "CH": 21,
    "CI": 28, "CM": 27, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FR": 27, "GA": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27,
    "JO": 30, "KW": 30, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "ML": 28, "MR": 27,
    "MT": 31, "MU": 30, "NE": 28, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
    "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SN": 28, "TG": 28, "TN": 24, "TR": 26, "UA": 29,
}  # fmt: skip
_MOBILE = frozenset(["20", "23", "24", "25", "26", "27", "28", "29", "50", "53", "54", "55", "56", "57", "58", "59"])
_LANDLINE = re.compile(r"30[2-8]\d{6}|3[1-9][2-7]\d{6}")
_SEPARATORS = re.compile(r"[^0-9+()]+")
_DIGIT_WORDS = {
    "zero": "0", "oh": "0", "o": "0", "nil": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of a payment card."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def ean13(digits: str) -> bool:
    """Tell whether the 13 digits carry the check digit of a product barcode."""
    weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits[:12]))
    return len(digits) == 13 and (10 - weighted % 10) % 10 == int(digits[12])


def iban_length(compact: str) -> int:
    """Return how many characters of `compact` (no separators) form an IBAN by length and mod 97, else 0."""
    length = _IBAN_LENGTHS.get(compact[:2].upper(), 0)
    if not length or len(compact) < length or not compact[2:4].isdigit():
        return 0
    candidate = compact[:length].upper()
    if not candidate.isalnum():
        return 0
    number = "".join(str(int(c, 36)) for c in candidate[4:] + candidate[:4])
    return length if int(number) % 97 == 1 else 0


def national_number(digits: str) -> str | None:
    """Return the 9 national digits of a Ghanaian number with any prefix (0, 233, 00233, 233 0, none), else None."""
    for prefix in ("002330", "00233", "2330", "233", "0", ""):
        rest = digits[len(prefix) :]
        if len(rest) == 9 and digits.startswith(prefix) and (rest[:2] in _MOBILE or _LANDLINE.fullmatch(rest)):
            return rest
    return None


def evenly_written(surface: str) -> bool:
    """Tell whether a number's separators look like one number's: not a list of decimals, a sum or a date."""
    separators = _SEPARATORS.findall(surface)
    marks = {mark for separator in separators for mark in separator if mark not in " \t"}
    if len(marks) > 1 or ("." in marks and any(separator[0] in " \t" for separator in separators[1:])):
        return False
    return not re.match(r"\(?0\.\d", surface)


def spoken_digits(words: str) -> str:
    """Return the digits a run of number words stands for: `double four zero` is `440`."""
    digits, repeat = [], 1
    for word in re.findall(r"[a-z]+|[0-9]", words.lower()):
        if word in ("double", "triple"):
            repeat = 2 if word == "double" else 3
            continue
        digits.append(_DIGIT_WORDS.get(word, word if word.isdigit() else "") * repeat)
        repeat = 1
    return "".join(digits)
