"""Finds and reads the files a config names: paths, globs, and the loaded content of JSON and YAML."""

import glob
from pathlib import Path
from typing import Any

from evals.config.yaml12 import YamlError, load

JAVASCRIPT = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
MOST_BYTES = 64 * 1024 * 1024


class FileProblem(Exception):
    """A file that is named cannot be found or read; the text says which and why."""


def resolve(base: Path, name: str) -> Path:
    """Return the path of a reference, with or without `file://`."""
    return Path((base / name.removeprefix("file://")).resolve())


def read_text(path: Path) -> str:
    """Return a file's text. Raises FileProblem."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileProblem(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB")
        return path.read_text("utf-8")
    except OSError as error:
        raise FileProblem(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise FileProblem(f"{path} is not UTF-8 text") from None


def read_yaml(path: Path) -> Any:
    """Return the data of a YAML or JSON file. Raises FileProblem."""
    try:
        return load(read_text(path))
    except YamlError as error:
        raise FileProblem(f"{path}:{error.line}: {error}") from None


def matching(pattern: Path | str) -> list[Path]:
    """Return the files a glob names, from the last name to the first, as promptfoo takes them."""
    found = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - the pattern is absolute
    return sorted((Path(name) for name in found), reverse=True)


def external(value: Any, base: Path) -> Any:
    """Return a value with every `file://` of a JSON, YAML or text file in it replaced by that file's content."""
    if isinstance(value, str) and value.startswith("file://"):
        path = resolve(base, value)
        if path.suffix in (".json", ".yaml", ".yml"):
            return read_yaml(path)
        return value if path.suffix in (*JAVASCRIPT, ".py") or ":" in value[7:] else read_text(path)
    if isinstance(value, list):
        return [external(item, base) for item in value]
    if isinstance(value, dict):
        return {key: external(item, base) for key, item in value.items()}
    return value
