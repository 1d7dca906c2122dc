"""QR codes (ISO/IEC 18004) of short texts: bytes, error correction L, versions 1 to 10, which hold 271 bytes."""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise

Matrix = list[list[bool]]

# Of each version: codewords of error correction for a block, then how many of data each block has.
_BLOCKS: tuple[tuple[int, tuple[int, ...]], ...] = (
    (7, (19,)), (10, (34,)), (15, (55,)), (20, (80,)), (26, (108,)), (18, (68, 68)), (20, (78, 78)), (24, (97, 97)),
    (30, (116, 116)), (18, (68, 68, 69, 69)),
)  # fmt: skip
_CENTRES = ((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50))
"""Rows and columns on which the small squares lie."""
_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda x, y: (x + y) % 2, lambda _, y: y % 2, lambda x, _: x % 3, lambda x, y: (x + y) % 3,
    lambda x, y: (x // 3 + y // 2) % 2, lambda x, y: x * y % 2 + x * y % 3,
    lambda x, y: (x * y % 2 + x * y % 3) % 2, lambda x, y: ((x + y) % 2 + x * y % 3) % 2,
)  # fmt: skip
_LIKE_A_FINDER = ("10111010000", "00001011101")


def qr_path(text: str) -> tuple[int, str]:
    """Return how many modules wide the code of a text is, and its dark ones as an SVG path. Raises ValueError."""
    matrix = qr_matrix(text)
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, module in enumerate(row) if module)
    return len(matrix), "".join(dark)


def qr_matrix(text: str) -> Matrix:
    """Return the code of a text, dark modules true. Raises ValueError for a text of more than 271 bytes."""
    data = text.encode()
    version = next((n for n, (_, blocks) in enumerate(_BLOCKS, 1) if _room(n, blocks) >= len(data)), 0)
    if not version:
        raise ValueError("the text is too long for a QR code of version 10")
    drawn = [_drawn(version, _codewords(version, data), mask) for mask in range(len(_MASKS))]
    return min(drawn, key=_penalty)


def _room(version: int, blocks: Sequence[int]) -> int:
    return sum(blocks) - (2 if version < 10 else 3)


def _codewords(version: int, data: bytes) -> list[int]:
    """Return the data with its error correction, blocks interleaved."""
    correction, blocks = _BLOCKS[version - 1]
    count = 8 if version < 10 else 16
    bits = f"0100{len(data):0{count}b}" + "".join(f"{byte:08b}" for byte in data)
    capacity = 8 * sum(blocks)
    bits += "0" * min(4, capacity - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[n % 2] for n in range(sum(blocks) - len(words))]
    parts, at = [], 0
    for size in blocks:
        parts.append(words[at : at + size])
        at += size
    checks = [_remainder(part, _generator(correction)) for part in parts]
    mixed = [part[n] for n in range(max(blocks)) for part in parts if n < len(part)]
    return mixed + [check[n] for n in range(correction) for check in checks]


def _times(a: int, b: int) -> int:
    """Multiply in GF(256) over x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    for bit in f"{b:08b}":
        product = (product << 1) ^ (0x11D if product & 0x80 else 0)
        product ^= a if bit == "1" else 0
    return product


def _generator(degree: int) -> list[int]:
    """Return the coefficients of (x - 1)(x - 2)(x - 4)…, without the leading one."""
    found, root = [*[0] * (degree - 1), 1], 1
    for _ in range(degree):
        found = [_times(c, root) ^ (found[n + 1] if n + 1 < degree else 0) for n, c in enumerate(found)]
        root = _times(root, 2)
    return found


def _remainder(data: Sequence[int], generator: Sequence[int]) -> list[int]:
    rest = [0] * len(generator)
    for byte in data:
        factor = byte ^ rest[0]
        rest = [known ^ _times(c, factor) for known, c in zip([*rest[1:], 0], generator, strict=True)]
    return rest


def _drawn(version: int, words: Sequence[int], mask: int) -> Matrix:
    size = 17 + 4 * version
    fixed = dict(_patterns(version, size)) | dict(_format(size, mask))
    bits = (word >> shift & 1 for word in words for shift in range(7, -1, -1))
    matrix = [[fixed.get((x, y), False) for x in range(size)] for y in range(size)]
    for x, y in _way(size):
        if (x, y) not in fixed:
            matrix[y][x] = bool(next(bits, 0)) ^ (_MASKS[mask](x, y) == 0)
    return matrix


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Yield all places in the order in which data fills them: two columns at a time, up and down."""
    for right in range(size - 1, 0, -2):
        column = right - 1 if right <= 6 else right
        upward = (column + 1) & 2 == 0
        for step in range(size):
            for x in (column, column - 1):
                yield x, size - 1 - step if upward else step


def _patterns(version: int, size: int) -> Iterator[tuple[tuple[int, int], bool]]:
    for n in range(size):
        yield (6, n), n % 2 == 0
        yield (n, 6), n % 2 == 0
    centres = _CENTRES[version - 1]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for x, y in ((x, y) for x in centres for y in centres if (x, y) not in corners):
        yield from (((x + i, y + j), max(abs(i), abs(j)) != 1) for i in range(-2, 3) for j in range(-2, 3))
    for x, y in ((3, 3), (size - 4, 3), (3, size - 4)):
        for i, j in ((i, j) for i in range(-4, 5) for j in range(-4, 5)):
            if 0 <= x + i < size and 0 <= y + j < size:
                yield (x + i, y + j), max(abs(i), abs(j)) not in (2, 4)
    if version >= 7:
        bits = version << 12 | _checked(version, 12, 0x1F25)
        for n in range(18):
            a, b = size - 11 + n % 3, n // 3
            yield (a, b), bool(bits >> n & 1)
            yield (b, a), bool(bits >> n & 1)


def _format(size: int, mask: int) -> Iterator[tuple[tuple[int, int], bool]]:
    data = 1 << 3 | mask  # 1 stands for error correction L
    bits = (data << 10 | _checked(data, 10, 0x537)) ^ 0x5412
    first = [*((8, n) for n in range(6)), (8, 7), (8, 8), (7, 8), *((14 - n, 8) for n in range(9, 15))]
    second = [*((size - 1 - n, 8) for n in range(8)), *((8, size - 15 + n) for n in range(8, 15))]
    for places in (first, second):
        yield from ((place, bool(bits >> n & 1)) for n, place in enumerate(places))
    yield (8, size - 8), True


def _checked(data: int, length: int, polynomial: int) -> int:
    return reduce(lambda rest, _: rest << 1 ^ (rest >> (length - 1)) * polynomial, range(length), data)


def _penalty(matrix: Matrix) -> int:
    """Return how badly a code can be read: long runs, blocks, what looks like a corner, too much dark or light."""
    rows = ["".join("01"[module] for module in row) for row in matrix]
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    found, size = 0, len(rows)
    for line in rows + columns:
        runs = [len(run) for run in line.replace("01", "0 1").replace("10", "1 0").split()]
        found += sum(run - 2 for run in runs if run >= 5)
        found += 40 * sum(line[at : at + 11] in _LIKE_A_FINDER for at in range(size - 10))
    for above, below in pairwise(rows):
        found += 3 * sum(above[x : x + 2] == below[x : x + 2] in ("00", "11") for x in range(size - 1))
    dark = sum(line.count("1") for line in rows)
    return found + 10 * (abs(20 * dark - 10 * size * size) // (size * size))
