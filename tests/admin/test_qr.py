"""A QR code is read back here by the standard's own steps, not by those that made it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.passwords import new_totp_secret, totp_address
from admin.web.qr import qr_matrix, qr_path

FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
FORMATS = {
    0b111011111000100: 0, 0b111001011110011: 1, 0b111110110101010: 2, 0b111100010011101: 3,
    0b110011000101111: 4, 0b110001100011000: 5, 0b110110001000001: 6, 0b110100101110110: 7,
}  # fmt: skip
"""The fifteen bits of level L and each mask, as the standard's table has them."""
VERSIONS = {7: 0b000111110010010100, 8: 0b001000010110111100, 9: 0b001001101010011001, 10: 0b001010010011010011}
MASKS = [
    lambda i, j: (i + j) % 2 == 0, lambda i, j: i % 2 == 0, lambda i, j: j % 3 == 0, lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0, lambda i, j: (i * j) % 2 + (i * j) % 3 == 0,
    lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2 == 0, lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2 == 0,
]  # fmt: skip
BLOCKS = {1: (1, 7), 2: (1, 10), 3: (1, 15), 4: (1, 20), 5: (1, 26), 6: (2, 18), 7: (2, 20), 8: (2, 24), 9: (2, 30),
          10: (4, 18)}  # fmt: skip
ALIGNED = {1: [], 2: [18], 3: [22], 4: [26], 5: [30], 6: [34], 7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46],
           10: [6, 28, 50]}  # fmt: skip


def read(matrix):
    size = len(matrix)
    version = (size - 17) // 4
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert ["".join("01"[c] for c in row[left : left + 7]) for row in matrix[top : top + 7]] == FINDER
    near = [*(matrix[8][c] for c in (0, 1, 2, 3, 4, 5, 7, 8)), *(matrix[r][8] for r in (7, 5, 4, 3, 2, 1, 0))]
    far = [*(matrix[r][8] for r in range(size - 1, size - 8, -1)), *(matrix[8][c] for c in range(size - 8, size))]
    bits = int("".join("01"[b] for b in near), 2)
    assert near == far and matrix[size - 8][8]
    mask = MASKS[FORMATS[bits]]
    if version >= 7:
        told = [matrix[n // 3][size - 11 + n % 3] for n in range(17, -1, -1)]
        assert int("".join("01"[b] for b in told), 2) == VERSIONS[version]
    words = words_of([[matrix[r][c] ^ mask(r, c) for c in range(size)] for r in range(size)], version)
    blocks, correction = BLOCKS[version]
    lengths = [(len(words) // blocks) + (n >= blocks - len(words) % blocks) for n in range(blocks)]
    parts, at = [[] for _ in range(blocks)], 0
    for n in range(max(lengths) - correction):
        for k in range(blocks):
            if n < lengths[k] - correction:
                parts[k].append(words[at])
                at += 1
    data = [word for part in parts for word in part]
    for n in range(correction):
        for k in range(blocks):
            parts[k].append(words[at + n * blocks + k])
    assert all(syndrome(part, n) == 0 for part in parts for n in range(correction))
    stream = "".join(f"{word:08b}" for word in data)
    count = 8 if version < 10 else 16
    assert stream[:4] == "0100"
    length, start = int(stream[4 : 4 + count], 2), 4 + count
    return bytes(int(stream[start + 8 * n : start + 8 * n + 8], 2) for n in range(length)).decode()


def words_of(plain, version):
    size, bits, up, column = len(plain), [], True, len(plain) - 1
    while column > 0:
        if column == 6:
            column -= 1
        for row in range(size - 1, -1, -1) if up else range(size):
            bits += [plain[row][c] for c in (column, column - 1) if not reserved(row, c, size, version)]
        up, column = not up, column - 2
    return [int("".join("01"[b] for b in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]


def reserved(row, column, size, version):
    if (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9):
        return True
    if row == 6 or column == 6:
        return True
    if version >= 7 and ((row < 6 and column >= size - 11) or (column < 6 and row >= size - 11)):
        return True
    centres = ALIGNED[version] if version >= 7 else [*([6] if version > 1 else []), *ALIGNED[version]]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    return any((a, b) not in corners and abs(row - a) <= 2 and abs(column - b) <= 2 for a in centres for b in centres)


def syndrome(part, power):
    root = value = 1
    for _ in range(power):
        root = (root << 1) ^ (0x11D if root & 0x80 else 0)
    value = 0
    for word in part:
        value = gf(value, root) ^ word
    return value


def gf(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


@pytest.mark.parametrize("length", [1, 17, 18, 32, 53, 78, 106, 134, 154, 192, 230, 271])
def test_a_code_of_every_version_reads_as_its_text(length):
    assert read(qr_matrix("x" * length)) == "x" * length


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_is_read_back(text):
    assert read(qr_matrix(text)) == text


def test_what_an_app_is_given_fits_also_with_a_long_address():
    address = totp_address(new_totp_secret(), f"{'a' * 60}@{'b' * 40}.example.com")
    size, path = qr_path(address)
    assert read(qr_matrix(address)) == address and path.startswith("M0 0h1v1h-1z") and size <= 57


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr_matrix("x" * 272)
