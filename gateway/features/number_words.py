"""Numbers written as words, turned into digits: 'three thousand five hundred cedis' → '3500 cedis'."""

import re

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = {word: value for value, word in enumerate(_SMALL.split())}
_TENS = {word: 10 * value for value, word in enumerate(_ROUND.split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000}
_NUMBER = "|".join((*_ONES, *_TENS, *_SCALES))
_RUN = re.compile(rf"\b(?:an?\s+(?=hundred|thousand))?(?:{_NUMBER})\b(?:(?:[\s-]+and)?[\s-]+(?:{_NUMBER})\b)*")
_MIXED = re.compile(r"\b(\d{1,3}(?:\.\d)?)\s+(hundred|thousand)\b")


def with_digits(text: str) -> str:
    """Return the lower-case text with number words as digits; 'one' alone is left, since it is seldom a number."""
    text = _MIXED.sub(lambda found: str(round(float(found[1]) * _SCALES[found[2]])), text)
    return _RUN.sub(_digits, text)


def _digits(found: re.Match[str]) -> str:
    """Return the digits of a run of number words; a run may be several numbers: `two hundred and five hundred`."""
    words = [word for word in re.split(r"[\s-]+", found[0]) if word not in ("a", "an")]
    if words in (["one"], ["zero"]):
        return found[0]
    is_range = found.string[: found.start()].rstrip().endswith(("between", "from"))
    whole = None if is_range and "and" in words else _single(words)
    if whole is not None:
        return str(whole)
    for at in (at for at, word in enumerate(words) if word == "and"):
        first, second = _single(words[:at]), _single(words[at + 1 :])
        if first is not None and second is not None and (first < second or not is_range):
            return f"{first} and {second}"
    whole = _single(words)
    return str(whole) if whole is not None else " ".join(_pieces(words))


def _pieces(words: list[str]) -> list[str]:
    """Return the longest numbers from the left, with `and` where it joins nothing."""
    found: list[str] = []
    while words:
        taken = next((n for n in range(len(words), 0, -1) if _single(words[:n]) is not None), 0)
        found.append(str(_single(words[:taken])) if taken else words[0])
        words = words[taken or 1 :]
    return found


def _single(words: list[str]) -> int | None:
    """Return the one number that words say, thousands before hundreds before the rest; None when it is not one."""
    total, rest = 0, list(words)
    for name, scale, most in (("thousand", 1000, 999), ("hundred", 100, 99)):
        if name not in rest:
            continue
        at = rest.index(name)
        before = _single(rest[:at]) if at else 1
        if before is None or not 0 < before <= most:
            return None
        total, rest = total + before * scale, rest[at + 1 :]
        if rest[:1] == ["and"]:
            rest = rest[1:] or ["and"]
    below = _below_hundred(rest)
    return None if below is None or (not rest and not total) else total + below


def _below_hundred(words: list[str]) -> int | None:
    match words:
        case []:
            return 0
        case [one] if one in _ONES:
            return _ONES[one]
        case [ten] if ten in _TENS:
            return _TENS[ten]
        case [ten, one] if ten in _TENS and 0 < _ONES.get(one, 0) < 10:
            return _TENS[ten] + _ONES[one]
    return None
