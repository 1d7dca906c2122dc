"""Reads the `prompts` of a config: inline texts, files of many kinds, globs, and functions that make prompts."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evals.config.csvtests import parse_csv
from evals.config.files import JAVASCRIPT, FileProblem, external, matching, read_text
from evals.config.loading import ConfigError
from evals.config.yaml12 import YamlError, load
from evals.scripting.values import dump, parse_json, trim

_FILE_ENDS = (
    ".cjs",
    ".cts",
    ".j2",
    ".js",
    ".json",
    ".jsonl",
    ".md",
    ".mjs",
    ".mts",
    ".py",
    ".ts",
    ".txt",
    ".yml",
    ".yaml",
)
_MAGIC = re.compile(r"[*?]|\[[^\]]+\]|[!+@]\(")
_ELSEWHERE = ("portkey://", "langfuse://", "helicone://")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: its template, the label that tests and providers name it by, and the script that makes it, if any."""

    raw: str
    label: str
    id: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    script: Path | None = None
    function: str | None = None

    @property
    def hash(self) -> str:
        """The id that result files carry."""
        return hashlib.sha256((self.label or self.id or self.raw).encode("utf-8", "surrogatepass")).hexdigest()

    def named(self, reference: str) -> bool:
        """Tell whether a `prompts` entry of a test or provider means this prompt."""
        names = [name for name in (self.label, self.id) if name]
        if reference in names or any(name.startswith(f"{reference}:") for name in names):
            return True
        return reference.endswith("*") and any(name.startswith(reference[:-1]) for name in names)


def read_prompts(given: Any, base: Path, settings: Mapping[str, str]) -> list[Prompt]:
    """Return the prompts of a `prompts` value. Raises ConfigError."""
    found: list[Prompt] = []
    try:
        for raw, label, name, config in _entries(given):
            made = _Reader(base, settings).read(Prompt(raw, label, name, config))
            if not made:
                raise ConfigError(f"There are no prompts in {raw!r}")
            found += made
    except FileProblem as problem:
        raise ConfigError(str(problem)) from None
    if not found:
        raise ConfigError("You must provide at least 1 prompt")
    return found


def _entries(given: Any) -> list[tuple[str, str, str | None, Mapping[str, Any]]]:
    if isinstance(given, str):
        given = [given]
    if isinstance(given, dict):
        return [(str(raw), str(label), None, {}) for raw, label in given.items()]
    if not isinstance(given, list):
        raise ConfigError("`prompts` must be a text, a list or a mapping")
    found: list[tuple[str, str, str | None, Mapping[str, Any]]] = []
    seen: set[str] = set()
    for item in given:
        if isinstance(item, str):
            if item and item not in seen:
                found.append((item, "", None, {}))
            seen.add(item)
        elif isinstance(item, dict) and isinstance(item.get("raw") or item.get("id"), str):
            raw, label = item.get("raw") or item["id"], item.get("label")
            found.append((raw, "" if label is None else str(label), item.get("id"), item.get("config") or {}))
        else:
            raise ConfigError(f"Invalid prompt: {dump(item)[:200]}. Give a text, or a mapping with `raw` or `id`.")
    return found


def is_path(text: str) -> bool:
    """Tell whether an inline text is taken for a file: it ends like one, or holds `*`, `/` or a backslash."""
    if "\n" in text or any(place in text for place in _ELSEWHERE):
        return False
    parts = text.split(":")
    if text.startswith("file://") or any(part.endswith(_FILE_ENDS) for part in parts[-2:]):
        return True
    return text[-3:-2] == "." or text[-4:-3] == "." or any(mark in text for mark in "*/\\")


@dataclass(frozen=True, slots=True)
class _Reader:
    base: Path
    settings: Mapping[str, str]

    def read(self, prompt: Prompt, deep: bool = True) -> list[Prompt]:
        if prompt.raw.startswith("exec:"):
            raise ConfigError("prompts from programs (exec:) are not run here; write the prompt's text into a file")
        if not is_path(prompt.raw):
            return [replace(prompt, label=prompt.label or prompt.raw)]
        name, function = _split_function(prompt.raw.removeprefix("file://"))
        path = Path(os.path.normpath(self.base / name))
        if deep and (path.is_dir() or _MAGIC.search(prompt.raw) or _MAGIC.search(str(path))):
            files = matching(path)
            found = [made for file in files for made in self.read(Prompt(str(file), "", None, prompt.config), False)]
            return found or [replace(prompt, label=prompt.label or prompt.raw)]
        return self._file(path, function, prompt)

    def _file(self, path: Path, function: str | None, prompt: Prompt) -> list[Prompt]:
        suffix = path.suffix
        if suffix == ".txt":
            return self._text(path, prompt)
        if suffix in (".md", ".j2"):
            content = read_text(path)
            return [replace(prompt, raw=content, label=prompt.label or f"{path}: {content[:50]}...", id=None)]
        if suffix == ".json":
            return [_parsed(path, prompt, parse_json)]
        if suffix in (".yaml", ".yml"):
            return [_parsed(path, prompt, load)]
        if suffix == ".jsonl":
            lines = [line for line in re.split(r"\r?\n", read_text(path)) if line]
            many = len(lines) > 1
            label = prompt.label or str(path)
            return [replace(prompt, raw=line, label=f"{label}: {line}" if many else label, id=None) for line in lines]
        if suffix == ".csv":
            return self._csv(path, prompt)
        if suffix == ".py" or suffix in JAVASCRIPT:
            content = read_text(path)
            label = prompt.label or (f"{path}:{function}" if function else f"{path}: {content}")
            return [replace(prompt, raw=content, label=label, script=path, function=function, id=None)]
        return []

    def _text(self, path: Path, prompt: Prompt) -> list[Prompt]:
        separator = self.settings.get("PROMPTFOO_PROMPT_SEPARATOR") or "---"
        parts: list[list[str]] = [[]]
        for line in re.split(r"\r?\n", read_text(path)):
            if trim(line) == separator:
                parts.append([])
            else:
                parts[-1].append(line)
        texts = [found for part in parts if (found := trim("\n".join(part)))]
        label = f"{prompt.label}: {path}" if prompt.label else str(path)
        return [Prompt(text, f"{label}: {text}") for text in texts]

    def _csv(self, path: Path, prompt: Prompt) -> list[Prompt]:
        content = read_text(path)
        if self.settings.get("PROMPTFOO_CSV_DELIMITER", ",") in content:
            rows = [
                {key.strip(): item.strip() for key, item in row.items()} for row in parse_csv(content, self.settings)
            ]
            found = [(row["prompt"], row.get("label", "")) for row in rows if row.get("prompt")]
        else:
            lines = [line for line in re.split(r"\r?\n", content) if trim(line)]
            header = bool(lines) and trim(lines[0]).lower() == "prompt"
            found = [(line, "") for line in lines[header:]]
        return [
            Prompt(raw, label or prompt.label or f"Prompt {number} - {raw}", config=prompt.config)
            for number, (raw, label) in enumerate(found, start=1)
        ]


def _parsed(path: Path, prompt: Prompt, parse: Any) -> Prompt:
    content = read_text(path)
    try:
        content = dump(external(parse(content), path.parent))
    except (ValueError, YamlError, FileProblem):
        content = read_text(path)
    return replace(prompt, raw=content, label=prompt.label or f"{path}: {content[:80]}", id=None)


def _split_function(name: str) -> tuple[str, str | None]:
    path, colon, function = name.rpartition(":")
    if colon and len(path) > 1 and path.endswith((".py", *JAVASCRIPT)):
        return path, function
    return name, None
