"""NDJSON as strict JSON values with their line numbers."""

import json
from typing import Any, NoReturn

from gateway.errors import FieldError, Malformed, PayloadTooLarge

MAX_PUSH_ROWS = 5_000
MAX_ERRORS = 50
MAX_DEPTH = 8

BOM = b"\xef\xbb\xbf"


class Unreadable(ValueError):
    """A text that is not the JSON we take; says what is wrong without repeating the text."""


def read_lines(ndjson: bytes) -> list[tuple[int, Any]]:
    """Return line number and JSON value of every line that is not blank.

    Raises `Malformed` naming each unreadable line, and `PayloadTooLarge` beyond 5,000 rows.
    """
    rows: list[tuple[int, Any]] = []
    errors: list[FieldError] = []
    for number, line in enumerate(ndjson.removeprefix(BOM).split(b"\n"), 1):
        if not line.strip():
            continue
        if len(rows) == MAX_PUSH_ROWS:
            raise PayloadTooLarge(f"Send at most {MAX_PUSH_ROWS:,} rows in one call; split the file.")
        try:
            rows.append((number, read_json(line)))
        except Unreadable as error:
            errors.append(FieldError(f"line {number}", str(error)))
            if len(errors) == MAX_ERRORS:
                break
    if errors:
        raise Malformed("Lines cannot be read; mend them and send the whole file again. Nothing was stored.", errors)
    return rows


def read_json(text: bytes) -> Any:
    """Return one strict JSON value. Raises `Unreadable`."""
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except Unreadable:
        raise
    except UnicodeDecodeError:
        raise Unreadable("is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError:
        raise Unreadable("holds a number with too many digits") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    if _deeper_than(value, MAX_DEPTH):
        raise Unreadable("is nested too deeply")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("holds the same key twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"holds {name}, which JSON does not have")


def _deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper_than(item, levels - 1) for item in inner)
