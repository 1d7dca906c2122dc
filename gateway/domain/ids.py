"""Ids that sort by time and need nobody to hand them out."""

import os
import time


def new_id() -> str:
    """Return a UUIDv7: sorts by time (milliseconds since the epoch), unique without asking anybody."""
    random = int.from_bytes(os.urandom(10))
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62
    value |= random & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
