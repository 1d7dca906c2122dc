"""A plain-ASCII shadow of any text, with a map from each shadow character back to the original.

Detectors read the shadow only, so look-alike letters, full-width digits, marks, invisible characters and escapes
cannot hide a value, and patterns may run on bytes (one byte is one character).
"""

import base64
import binascii
import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from gateway.masking.patterns import PatternSet

LETTER = "\x01"
"""Stands for a letter of a script that has no Latin twin."""
SYMBOL = "\x02"
"""Stands for anything that is neither letter, digit nor ASCII punctuation, such as an emoji."""
CEDI = "\x03"
"""Stands for the cedi sign, also when it is written with a cent sign."""
BOUNDARY = "\x1e"
"""Separates strings that are scanned together; no detector reads across it."""

_TWINS = {
    "a": "аαɑ", "b": "ƅɓ", "c": "сϲ", "d": "ԁɖđ", "e": "еεɛ", "f": "ƒ", "g": "ɡ", "h": "һ", "i": "іιɩı", "j": "јϳ",
    "k": "кκ", "l": "łӏ", "m": "м", "n": "ηŋ", "o": "оοɔø", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ", "t": "тτ",
    "u": "υ",    "v": "νʋ", "w": "ԝω", "x": "хχ", "y": "уγɣ",
    "A": "АΑ", "B": "ВΒ", "C": "СϹ", "D": "ƉĐ", "E": "ЕΕƐ", "H": "НΗ", "I": "ІΙƖӀ", "J": "Ј", "K": "КΚ", "L": "Ł",
    "M": "МΜ",    "N": "ΝŊ", "O": "ОΟƆØ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "V": "Ʋ", "X": "ХΧ", "Y": "УΥ", "Z": "Ζ",
    "'": "ʼ’‘‛`´", '"': "“”„", "-": "–—‑−‐‒―", "/": "⁄∕", ",": "،、", ".": "。·•‧․",
}  # fmt: skip
_LOOKALIKES = {twin: ascii_twin for ascii_twin, twins in _TWINS.items() for twin in twins}
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u180e")
_CURRENCY = {"₵": CEDI, "¢": CEDI, "£": "$", "€": "$", "₦": "$"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1d\x1f\x7f]")
_CONTROLS = bytes(code for code in range(128) if _CONTROL.match(chr(code)))
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(
    r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"
    r"|\\\\{0,6}(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
)
"""Every branch begins with a plain character: the engine then skips to the next one that can begin a match."""
_JSON_ESCAPE = re.compile(_ESCAPE.pattern + r'|\\\\{0,6}["\\/bfnrt]')
_B64 = r"[A-Za-z0-9+/_\-]"
_BASE64 = PatternSet([rf"{_B64}{{12,}}={{0,2}}|{_B64}{{6,11}}={{1,2}}"])
_LIKE_BASE64 = PatternSet([
    rf"(?-i:[a-z]{_B64}*[A-Z]|[0-9+/_\-]{_B64}*[A-Z]{_B64}*[a-z]"
    + "".join(rf"|[A-Z]{_B64}{{{k}}}[a-z]{_B64}{{{10 - k}}}" for k in range(10))
    + rf"|[A-Z]{_B64}{{10,}}[a-z])",
    rf"(?-i:(?:^|[^A-Za-z0-9+/_\-])(?:[A-Z0-9+/_]{{4}}){{3,}}(?:[^A-Za-z0-9+/_\-]|$))|[0-9+/_\-]{{12}}|{_B64}{{6}}=",
])  # fmt: skip
"""Where neither occurs, nothing passes the tests of `base64_blobs`: no long run with both cases, none without letters
or in capitals only, none that ends with an equals sign."""
_JSON_CONTROLS = {"b": "", "f": "", "n": "\n", "r": "\r", "t": "\t"}
MAX_NESTING = 3
_REMEMBERED = 8192


def _fold_character(character: str) -> str:
    """Return the ASCII shadow of one character: empty when it is invisible or a mark."""
    if character.isascii():
        return "" if _CONTROL.match(character) else character
    if (known := _LOOKALIKES.get(character) or _CURRENCY.get(character)) is not None:
        return known
    if character in _INVISIBLE or unicodedata.category(character) in ("Cf", "Mn", "Me", "Mc"):
        return ""
    folded = "".join(map(_fold_piece, unicodedata.normalize("NFKD", character)))
    return folded if folded or character.isspace() else ""


def _fold_piece(character: str) -> str:
    """Return the shadow of one character of a compatibility decomposition."""
    if character.isascii():
        return character
    if (known := _LOOKALIKES.get(character)) is not None:
        return known
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Mc", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category.startswith("Z"):
        return "\n" if category in ("Zl", "Zp") else " "
    return LETTER if category.startswith("L") else SYMBOL


def _spell_character(character: str) -> str:
    """Return the shadow of one character in lower case, as long as the shadow, with its letters told apart."""
    folded = _TABLE[ord(character)]
    if LETTER not in folded:
        return folded.lower()
    return "".join(map(_spell_piece, unicodedata.normalize("NFKD", character)))


def _spell_piece(character: str) -> str:
    folded, small = _fold_piece(character), character.casefold()
    return folded.lower() if folded != LETTER else small if len(small) == 1 else character


class _FoldTable(dict[int, str]):
    """A translation table that learns; bounded, since texts may use any of a million characters."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


_TABLE = _FoldTable()
_DIGITS = bytes(range(48, 58))
_NOT_DIGITS = bytes(set(range(256)) - set(_DIGITS))
_NOT_ALNUM = bytes(i for i in range(256) if not (chr(i).isascii() and chr(i).isalnum()) and i != ord(LETTER))
_LOWER = bytes.maketrans(bytes(range(65, 91)), bytes(range(97, 123)))
_FEW_WORDS = 16
"""Up to so many words are looked for one by one; for more the text is taken apart first."""
_LETTERS_ONLY = {code: chr(code) if chr(code).islower() or chr(code) == LETTER else " " for code in range(128)}


@dataclass(frozen=True, eq=False)
class Shadow:
    """A text for detectors. `starts[i]` is where shadow character i begins in the original; None: the same place."""

    text: str
    starts: list[int] | None = None
    source: str | None = None
    """What was folded, when it is not plain ASCII."""

    @cached_property
    def spelled(self) -> str:
        """The shadow in lower case, at the same offsets, with the letters themselves where no Latin one looks alike.

        In the shadow all those letters are one: two words of them are the same only if they are spelled the same.
        """
        if self.source is None or LETTER not in self.text:
            return self.lower
        return "".join(map(_spell_character, self.source))

    @cached_property
    def lower(self) -> str:
        """The shadow in lower case; the same length, since it is ASCII."""
        return self.text.lower()

    @cached_property
    def word_set(self) -> frozenset[str]:
        """Every run of letters in lower case."""
        return frozenset(self.lower.translate(_LETTERS_ONLY).split(" "))

    @cached_property
    def data(self) -> bytes:
        """The shadow as bytes, at the same offsets."""
        return self.text.encode("ascii")

    @cached_property
    def digits(self) -> bytes:
        """The digits alone, run together."""
        return self.data.translate(None, _NOT_DIGITS)

    @cached_property
    def squashed(self) -> bytes:
        """The letters and digits alone, in lower case, run together."""
        return self.data.translate(_LOWER, _NOT_ALNUM)

    def mentions(self, words: frozenset[str]) -> bool:
        """Tell whether any of some lower-case words occurs as a whole word."""
        if len(words) <= _FEW_WORDS and not any(word in self.lower for word in words):
            return False
        return not words.isdisjoint(self.word_set)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original's span behind a shadow span."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end]


def _holds_control(text: str) -> bool:
    """Tell whether an ASCII text holds a control character other than tab, line break and the boundary's."""
    return len(text.encode().translate(None, _CONTROLS)) != len(text)


def fold(text: str) -> Shadow:
    """Return the shadow of `text` as it stands, escapes left alone."""
    if text.isascii() and not _holds_control(text):
        return Shadow(text)
    folded = text.translate(_TABLE)
    odd = [c for c in set(text) if len(_TABLE[ord(c)]) != 1]
    return Shadow(folded, _fold_offsets(text, odd) if odd else None, text)


def _fold_offsets(text: str, odd: list[str]) -> list[int]:
    """Return the original offset of each shadow character when some characters of `text` vanish or grow."""
    starts: list[int] = []
    position = 0
    for match in re.finditer("[" + re.escape("".join(odd)) + "]", text):
        starts.extend(range(position, match.start()))
        starts.extend([match.start()] * len(_TABLE[ord(match[0])]))
        position = match.end()
    starts.extend(range(position, len(text) + 1))
    return starts


def decode(text: str, *, json_text: bool = False) -> Shadow | None:
    """Return the shadow of `text` with percent, HTML and backslash escapes undone (up to three deep), or None.

    Escapes such as `\\n` are undone beside a quotation mark, which tells that the text is JSON, or if `json_text`.
    """
    current, starts = text, None
    for _ in range(MAX_NESTING):
        step = _decode_once(current, json_text)
        if step is None:
            break
        current, offsets = step
        starts = offsets if starts is None else [starts[i] for i in offsets]
    if starts is None:
        return None
    shadow = fold(current)
    return Shadow(shadow.text, starts if shadow.starts is None else [starts[i] for i in shadow.starts], current)


def _decode_once(text: str, json_text: bool) -> tuple[str, list[int]] | None:
    if "&" not in text and "\\" not in text and ("%" not in text or _PERCENT.search(text) is None):
        return None  # a percentage is no escape
    pattern = _JSON_ESCAPE if "\\" in text and (json_text or '"' in text) else _ESCAPE
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    for match in pattern.finditer(text):
        characters, offsets = _decode_escape(match[0])
        if characters == match[0]:
            continue
        pieces += (text[position : match.start()], characters)
        starts.extend(range(position, match.start()))
        starts.extend(match.start() + offset for offset in offsets)
        position = match.end()
    if not pieces:
        return None
    starts.extend(range(position, len(text) + 1))
    return "".join(pieces) + text[position:], starts


def _decode_escape(escape: str) -> tuple[str, list[int]]:
    """Return the characters an escape stands for and each one's offset inside it."""
    if escape[0] == "%":
        return _decode_percent(escape)
    if escape[0] == "&":
        characters = html.unescape(escape)
    else:
        body = escape.lstrip("\\")
        if body[:1] in ("u", "x") and len(body) > 2:
            characters = chr(int(body[1:], 16))
        else:
            characters = _JSON_CONTROLS.get(body, body or "\\")
    return characters, [0] * len(characters)


def _decode_percent(escape: str) -> tuple[str, list[int]]:
    characters = bytes.fromhex(escape.replace("%", "")).decode("utf-8", "replace")
    offsets, offset = [], 0
    for character in characters:
        offsets.append(min(offset, len(escape)))
        offset += 3 if character == "\ufffd" else 3 * len(character.encode("utf-8"))
    return characters, offsets


def base64_blobs(shadow: Shadow) -> list[tuple[int, int, str]]:
    """Return (start, end, decoded text), in shadow offsets, for each stretch that is base64 of printable text."""
    found: list[tuple[int, int, str]] = []
    if not _LIKE_BASE64.occurring(shadow.data):
        return found
    for match in _BASE64.finditer(0, shadow.data):
        raw = match.group() or b""
        if raw.islower() and not raw.endswith(b"="):  # a long word or an identifier: nearly all matches
            continue
        blob = raw.decode("ascii")
        mixed = not (blob.islower() or blob.isupper() or blob.isdigit() or (blob.istitle() and blob.isalpha()))
        if not mixed and blob[-1] != "=" and (len(blob) % 4 or "-" in blob):
            continue
        decoded = _printable(blob)
        if decoded is not None:
            found.append((match.start(), match.end(), decoded))
    return found


def _printable(blob: str) -> str | None:
    bare = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded if decoded and all(map(_is_written, decoded)) else None


def _is_written(character: str) -> bool:
    """Tell whether a character occurs in texts: it can be printed, or is one of many kinds of space, or invisible."""
    return character.isprintable() or character.isspace() or unicodedata.category(character) == "Cf"
