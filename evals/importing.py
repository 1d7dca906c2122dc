"""Brings suites of other tools over: promptfoo CSV tests, promptfoo configs exported by OpenAI, OpenAI prompt objects.

The result is a promptfoo config in YAML that `evals run --strict` takes; nothing is guessed: what has no counterpart is
said in a comment at the top.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from evals.config.csvtests import parse_csv, tests_from_rows
from evals.config.loading import ConfigError
from evals.config.yaml12 import YamlError, load
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.names import free_names
from evals.scripting.values import dump

_PROMPT_KEYS = ("messages", "instructions", "prompt", "input", "content")
_SETTINGS = ("model", "temperature", "top_p", "max_output_tokens", "reasoning", "text", "tools", "tool_choice")


def imported(path: Path, settings: Mapping[str, str]) -> str:
    """Return the YAML of a promptfoo config made from a file. Raises ConfigError."""
    try:
        source = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error})") from None
    if path.suffix == ".csv":
        return _from_csv(source, path, settings)
    try:
        data = json.loads(source) if path.suffix == ".json" else load(source)
    except (ValueError, YamlError) as error:
        raise ConfigError(f"{path.name} is neither JSON nor YAML: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path.name} must be one object")
    if any(key in data for key in ("prompts", "providers", "targets", "tests")):
        return _from_config(data, path)
    if any(key in data for key in _PROMPT_KEYS):
        return _from_prompt_object(data, path)
    raise ConfigError(f"{path.name} is no promptfoo config, no CSV of tests and no prompt object")


def _from_csv(source: str, path: Path, settings: Mapping[str, str]) -> str:
    tests = tests_from_rows(parse_csv(source, settings))
    if not tests:
        raise ConfigError(f"{path.name} holds no tests")
    for test in tests:
        for key in ("options", "assert"):
            if not test[key]:
                del test[key]
    names = sorted({name for test in tests for name in test["vars"]})
    prompt = "{{prompt}}" if "prompt" in names else "\n".join(f"{{{{{name}}}}}" for name in names)
    notes = ["Replace the prompt by your own; its variables are the columns of the CSV."]
    notes += [f"Row {i} checks nothing." for i, test in enumerate(tests, 1) if "assert" not in test]
    return _written({"prompts": [prompt], "providers": ["echo"], "tests": tests}, path, notes)


def _from_config(data: dict[str, Any], path: Path) -> str:
    """Keep a config as it is, with `targets` named as `providers` and the keys that mean nothing here taken out."""
    config = dict(data)
    notes = []
    if "targets" in config:
        config["providers"] = config.pop("targets")
    for key in ("redteam", "sharing"):
        if config.pop(key, None) is not None:
            notes.append(f"`{key}` was left out: it is not run here.")
    providers = config.get("providers")
    for provider in providers if isinstance(providers, list) else [providers]:
        name = provider if isinstance(provider, str) else (provider or {}).get("id", "") if provider else ""
        if isinstance(name, str) and name.startswith("openai:"):
            notes.append(f"`{name}` is asked through this gateway's key and address, masked.")
    return _written(config, path, notes)


def _from_prompt_object(data: Mapping[str, Any], path: Path) -> str:
    """Turn a prompt object into a chat prompt with `{{variables}}` and one test to fill in."""
    messages = _messages(data)
    if not messages:
        raise ConfigError(f"{path.name}: the prompt object holds no text")
    used: set[str] = set()
    for message in messages:
        try:
            used |= free_names(message["content"])
        except TemplateError as error:
            raise ConfigError(f"{path.name}: a message cannot be read as a template: {error}") from None
    given = data.get("variables")
    values = given if isinstance(given, dict) else {str(name): "" for name in given or []}
    variables = {name: _plain(values.get(name, "")) for name in sorted(used | set(values))}
    label = str(data.get("name") or data.get("id") or path.stem)
    config = {key: data[key] for key in _SETTINGS if data.get(key) is not None}
    notes = [f"Made from the prompt object {data.get('id', path.name)}, version {data.get('version', 'unknown')}."]
    notes += ["Fill in the variables and say what a good answer holds."]
    model = config.pop("model", None)
    provider: Any = f"openai:responses:{model}" if model else "echo"
    if config:
        provider = {"id": provider, "config": config}
    prompt = {"label": label, "raw": dump(messages, 2)}
    test = {"description": "Fill in", "vars": variables, "assert": [{"type": "word-count", "value": {"min": 1}}]}
    return _written({"prompts": [prompt], "providers": [provider], "tests": [test]}, path, notes)


def _messages(data: Mapping[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    nested = data.get("prompt")
    if isinstance(nested, dict):
        return _messages({**data, "prompt": None, **nested})
    if isinstance(data.get("instructions"), str):
        found.append({"role": "system", "content": data["instructions"]})
    for key in ("messages", "input", "prompt", "content"):
        value = data.get(key)
        if isinstance(value, str):
            found.append({"role": "user", "content": value})
        for item in value if isinstance(value, list) else []:
            if isinstance(item, dict) and (text := _text(item.get("content"))):
                role = str(item.get("role", "user"))
                found.append({"role": "system" if role == "developer" else role, "content": text})
    return found


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    return "\n".join(
        str(part["text"]) for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)
    )


def _plain(value: Any) -> Any:
    """Return a variable's value: a text, or the text inside `{type: input_text, text: …}`."""
    return _text(value) if isinstance(value, dict | list) else value


def _written(config: Mapping[str, Any], path: Path, notes: list[str]) -> str:
    head = "".join(f"# {re.sub(r'[^ -~…’“”]', ' ', note)}\n" for note in [f"Imported from {path.name}.", *notes])
    return head + str(yaml.dump(dict(config), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


class _Dumper(yaml.SafeDumper):
    """Quotes every text that YAML 1.1 or 1.2 would take for something else, and keeps several lines as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not re.search(r"[ \t]\n", value) else None
    if style is None and re.fullmatch(r"[-+.\d][\w.+:-]*", value):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent_text)
