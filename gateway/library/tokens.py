"""placeholder"""


def estimate_tokens(text: str) -> int:
    """Return an upper estimate."""
    return len(text.encode()) // 3 + 1
