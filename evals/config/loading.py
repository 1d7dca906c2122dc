"""Reads a promptfoo config file: YAML or JSON, `$ref` resolved, `{{env.X}}` filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.config.files import FileProblem, read_text, read_yaml
from evals.config.yaml12 import Document, YamlError, read
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.render import render

_ENV = re.compile(r"\{\{(?:[^}]|\}(?!\}))*\}\}")
_NAME = re.compile(r"env\.(\w+)|env\[['\"]([^'\"]+)['\"]\]")
HIDE_ENV = ("PROMPTFOO_DISABLE_TEMPLATE_ENV_VARS", "PROMPTFOO_SELF_HOSTED")


class ConfigError(Exception):
    """The config is refused: the run ends with status 1."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One config file: its data, the lines of its parts, the folder that references start from, and `env`."""

    path: Path
    data: dict[str, Any]
    document: Document
    env: Mapping[str, str]

    @property
    def base(self) -> Path:
        """The folder of the file."""
        return self.path.parent


def enabled(settings: Mapping[str, str], name: str) -> bool:
    """Tell whether an environment switch is on."""
    return settings.get(name, "").lower() in ("1", "true", "yes", "yup", "yeppers")


def read_config(path: Path, settings: Mapping[str, str]) -> ConfigFile:
    """Return a config file's content. Raises ConfigError."""
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise ConfigError(f"{path.name}: unsupported configuration file format; give a .yaml or .json file")
    try:
        document = read(read_text(path))
    except FileProblem as problem:
        raise ConfigError(str(problem)) from None
    except YamlError as error:
        raise ConfigError(f"{path.name}:{error.line}: this is not YAML: {error}") from None
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        raise ConfigError(f"{path.name}: the file must be one mapping")
    data = dereferenced(data, path.parent)
    outer = {} if any(enabled(settings, name) for name in HIDE_ENV) else settings
    own = {name: str(_filled(value, outer)) for name, value in (data.get("env") or {}).items()}
    env = {**outer, **own}
    filled: dict[str, Any] = _filled(data, env)
    if "targets" in filled:
        filled["providers"] = filled.pop("targets")
    if not filled.get("prompts"):
        filled["prompts"] = ["{{prompt}}"]
    return ConfigFile(path, filled, document, env)


def _filled(value: Any, env: Mapping[str, str]) -> Any:
    """Fill `{{env.X}}` in and leave every other template as it is."""
    if isinstance(value, str):
        return _ENV.sub(lambda found: _env_value(found[0], env), value) if "env" in value else value
    if isinstance(value, list):
        return [_filled(item, env) for item in value]
    if isinstance(value, dict):
        return {key: item if key == "_conversation" else _filled(item, env) for key, item in value.items()}
    return value


def _env_value(template: str, env: Mapping[str, str]) -> str:
    name = _NAME.search(template)
    if not name or not ("|" in template or (name[1] or name[2]) in env):
        return template
    try:
        return render(template, {}, env)
    except TemplateError:
        return template


def dereferenced(data: Any, base: Path) -> Any:
    """Return the document with every `$ref` replaced by what it names. Raises ConfigError."""
    return _Referring(data, base).resolve(data, ())


@dataclass(slots=True)
class _Referring:
    root: Any
    base: Path

    def resolve(self, value: Any, seen: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self.resolve(item, seen) for item in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return {key: item if _is_tools(key, value) else self.resolve(item, seen) for key, item in value.items()}
        if reference in seen:
            raise ConfigError(f"the reference {reference} leads back to itself")
        target = self.resolve(self._target(reference), (*seen, reference))
        rest = {key: self.resolve(item, seen) for key, item in value.items() if key != "$ref"}
        return {**target, **rest} if rest and isinstance(target, dict) else target

    def _target(self, reference: str) -> Any:
        name, _, pointer = reference.partition("#")
        try:
            target = read_yaml(self.base / name) if name else self.root
        except FileProblem as problem:
            raise ConfigError(f"the reference {reference} cannot be read: {problem}") from None
        for step in filter(None, pointer.split("/")):
            step = step.replace("~1", "/").replace("~0", "~")
            try:
                target = target[int(step)] if isinstance(target, list) else target[step]
            except (KeyError, IndexError, TypeError, ValueError):
                raise ConfigError(f"the reference {reference} names nothing") from None
        return target


def _is_tools(key: str, holder: Mapping[str, Any]) -> bool:
    """Tell whether this is a provider's tool schema, whose own references are left alone."""
    return key == "parameters" and "name" in holder
