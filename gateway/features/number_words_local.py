"""Twi and French number words as the English ones that `with_digits` reads; only words that mean nothing else here."""

import re

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TENS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TWI_UNITS = ["baako", "mmienu", "mmiensa", "nnan", "nnum", "nsia", "nson", "nwotwe", "nkron"]
_TWI_TENS = ["edu", "aduonu", "aduasa", "aduanan", "aduonum", "aduosia", "aduoson", "aduowotwe", "aduokron"]
_TWI_HUNDREDS = ["oha", "ahanu", "ahasa", "ahanan", "ahanum", "ahansia", "ahanson", "ahanwotwe", "ahankron"]
_FRENCH = {
    "deux": "two", "trois": "three", "quatre": "four", "cinq": "five", "huit": "eight", "neuf": "nine", "dix": "ten",
    "onze": "eleven", "douze": "twelve", "quinze": "fifteen", "vingt": "twenty", "trente": "thirty",
    "quarante": "forty", "cinquante": "fifty", "soixante": "sixty",
}  # fmt: skip
_WORDS = (
    dict(zip(_TWI_UNITS, _UNITS, strict=True))
    | dict(zip(_TWI_TENS, _TENS, strict=True))
    | {word: f"{unit} hundred" for word, unit in zip(_TWI_HUNDREDS, _UNITS, strict=True)}
    | _FRENCH
)
_LETTERS = str.maketrans("ɔɛ", "oe")
_SMALL = "|".join((*_TWI_UNITS, *_TWI_TENS, *_TWI_HUNDREDS))
_TWI_THOUSANDS = re.compile(rf"\bmpem ({_SMALL})\b")
_FRENCH_UNIT = "|".join((*_FRENCH, "six", "sept"))
_FRENCH_SCALE = re.compile(rf"\b({_FRENCH_UNIT}) (cents?|mille)\b")
_KNOWN = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")


def in_english(text: str) -> str:
    """Return a lower-case text with Twi and French number words in English: `mpem mmiensa` → `three thousand`."""
    text = text.translate(_LETTERS)
    text = _TWI_THOUSANDS.sub(lambda found: f"{_WORDS[found[1]]} thousand", text)
    text = re.sub(r"\bapem\b", "one thousand", text)
    text = _FRENCH_SCALE.sub(_scaled, text)
    text = re.sub(r"\bmille\b", "one thousand", text)
    return _KNOWN.sub(lambda found: _WORDS[found[0]], text)


def _scaled(found: re.Match[str]) -> str:
    unit = {"six": "six", "sept": "seven"}.get(found[1]) or _FRENCH[found[1]]
    return f"{unit} {'thousand' if found[2] == 'mille' else 'hundred'}"
