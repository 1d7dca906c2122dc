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
    words = [word for word in re.split(r"[\s-]+", found[0]) if word not in ("and", "a", "an")]
    if words in (["one"], ["zero"]):
        return found[0]
    whole, part = 0, 0
    for word in words:
        if word == "thousand":
            whole, part = whole + 1000 * (part or 1), 0
        elif word == "hundred":
            part = 100 * (part or 1)
        else:
            part += _ONES.get(word, 0) + _TENS.get(word, 0)
    return str(whole + part)
