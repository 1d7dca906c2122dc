"""Does an answer repeat the prompt's instructions? Looked for in every spelling a reader can turn back into text.

An attacker who gets a model to obey him can ask for its instructions, plain or in disguise. What the instructions say
is known here, so nothing has to be guessed: any stretch of them in an answer is a leak, and so is the canary, a mark
that stands in the instructions for no other purpose.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from gateway.masking.folding import LETTER, Shadow, decode, fold
from gateway.masking.patterns import PatternSet

WINDOW = 26
"""So many letters and digits in a row, spaces and marks left out, are no coincidence: about five words."""
STARTS = {"plain": "et", "steps": "aeimquy"}
"""Only stretches that begin with one of these are kept and looked up: one letter in every four or five."""
MIN_MARK = 8
MAX_NESTING = 2
READABLE_SHARE = 0.9

BLOCK, EVERY, STRIDE = 12, 2, 7
"""An answer is read in blocks of 12 letters, one at every 7th place; of the instructions those at every 2nd are known.
As 7 and 2 have no factor in common, one of any 14 places in a row is both, and a window has 15 for its blocks: where no
block is known there is no window, and a seventh of the places had to be read to see it."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{6,}[A-Za-z0-9]")
_READABLE = re.compile(r"[\x20-\x7e\n\t]")
_START = {kind: re.compile(f"[{letters}]".encode()) for kind, letters in STARTS.items()}
_LETTERS = 26
_STEP = bytes(97 + step % _LETTERS for step in range(256))
"""The letter for each step plus 26, so that none is below nothing."""
_LETTER = LETTER.encode()
_LEET = bytes.maketrans(b"0134578", b"oieasth")
_DIGITS = b"0123456789"
_WORDS = bytes(
    code if chr(code).isascii() and (chr(code).isalnum() or code == 95) else 32 for code in range(256)
).lower()


def squeeze(text: str) -> bytes:
    """Return the letters and digits of a text, look-alikes folded, in lower case and without anything between them."""
    return _squeezed(fold(text))


def _squeezed(shadow: Shadow) -> bytes:
    return shadow.squashed.replace(_LETTER, b"")


class LeakDetector:
    """Knows one prompt's fixed instructions. `canary` and code-like words of them are leaks by themselves."""

    def __init__(self, instructions: Iterable[str], canary: str = "") -> None:
        texts = list(instructions)
        told = [form for text in texts for form in _both_ways(squeeze(text))]
        self._windows = frozenset([window for form in told for window in _windows(form)])
        self._blocks = frozenset([block for form in told for block in _blocks(form, EVERY)])
        marks = {mark for text in texts for mark in _CODE.findall(text) if _is_code(mark)} | {canary}
        forms = {form.strip(b"~") for mark in marks for form in _both_ways(squeeze(mark))}
        self._marks = tuple(sorted(form for form in forms if len(form) >= MIN_MARK))

    def leaks(self, text: str) -> bool:
        """Return whether any stretch of the instructions, or a mark of them, can be read out of `text`."""
        return len(text) >= MIN_MARK and any(self._told(view) for view in _views(text, MAX_NESTING))

    def _told(self, squeezed: bytes) -> bool:
        for form in _forms(squeezed):
            if any(mark in form for mark in self._marks):
                return True
            if self.is_near(form) and not self._windows.isdisjoint(_windows(form)):
                return True
        return False

    def is_near(self, form: bytes) -> bool:
        """Return False only where no window of the instructions can stand in a form of a text."""
        return not self._blocks.isdisjoint(_blocks(form, STRIDE))


def _is_code(word: str) -> bool:
    """Return whether a word changes so often between letters and digits that it is a key and no name of a field."""
    kinds = [character in _DIGITS for character in squeeze(word)]
    return sum(a != b for a, b in pairwise(kinds)) >= 4


def _both_ways(squeezed: bytes) -> tuple[bytes, ...]:
    """Return the forms of a text read forwards and backwards."""
    return (*_forms(squeezed), *_forms(squeezed[::-1]))


def _forms(squeezed: bytes) -> tuple[bytes, bytes]:
    """Return a text as it is, and as the steps between its letters: those stay when every letter is moved alike."""
    plain = squeezed.translate(_LEET)
    return plain, b"~" + _steps(plain.translate(None, _DIGITS))


def _steps(letters: bytes) -> bytes:
    """Return the step from each letter to the next, round the alphabet, as a letter: all in one subtraction."""
    size = len(letters) - 1
    if size < 1:
        return b""
    ahead, here = int.from_bytes(letters[1:], "big"), int.from_bytes(letters[:-1], "big")
    room = int.from_bytes(bytes((_LETTERS,)) * size, "big")  # no digit of base 256 borrows from the next
    return (ahead + room - here).to_bytes(size, "big").translate(_STEP)


def _windows(form: bytes) -> list[bytes]:
    start = _START["steps" if form[:1] == b"~" else "plain"]
    last = len(form) - WINDOW
    return [form[at : at + WINDOW] for match in start.finditer(form) if (at := match.start()) <= last]


def _blocks(form: bytes, every: int) -> list[bytes]:
    return [form[at : at + BLOCK] for at in range(0, len(form) - BLOCK + 1, every)]


def _views(text: str, depth: int) -> Iterator[bytes]:
    """Yield the squeezed forms of a text: as it stands, its words' initials, and what is written in codes in it."""
    shadow = fold(text)
    yield _squeezed(shadow)
    if depth == 0 or len(text) < 2 * MIN_MARK:
        return
    yield bytes([word[0] for word in shadow.data.translate(_WORDS).split()]).replace(b"_", b"")
    if (undone := decode(text)) is not None:
        yield from _views(undone.text, depth - 1)
    for told in _decoded(shadow):
        yield from _views(told, depth - 1)


def _decoded(shadow: Shadow) -> Iterator[str]:
    """Yield what the codes in a text say, where it is readable at all."""
    for which in _CODED.occurring(shadow.data):
        pattern, read = _READERS[which]
        for match in pattern.finditer(shadow.text):
            told = read(match[0])
            if len(_READABLE.findall(told)) >= READABLE_SHARE * len(told):
                yield told


def _from_hex(code: str) -> str:
    digits = re.sub(r"0x|\\x|[^0-9a-f]", "", code.lower())
    return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("latin-1")


def _from_base64(code: str) -> str:
    if code.islower() or code.isupper() or code[1:].islower():  # a long word: what is encoded mixes both
        return ""
    bare = code.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare[: len(bare) - (len(bare) % 4 == 1)] + "==").decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _from_bits(code: str) -> str:
    return "".join([chr(int(bits, 2)) for bits in re.findall("[01]{7,8}", code)])


def _from_numbers(code: str) -> str:
    return "".join([chr(int(number)) for number in re.findall(r"\d+", code)])


_CODES: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r"(?i:(?:(?:0x|\\x)?[0-9a-f]{2}[\s,:;-]{0,2}){8,})", _from_hex),
    (r"[A-Za-z0-9+/_-]{12,}={0,2}", _from_base64),
    (r"(?:[01]{7,8}[\s,]{0,2}){8,}", _from_bits),
    (r"(?:\b\d{2,3}\b[\s,;.-]{0,2}){8,}", _from_numbers),
)
_CODED = PatternSet([pattern for pattern, _ in _CODES])
_READERS = tuple((re.compile(pattern), read) for pattern, read in _CODES)
