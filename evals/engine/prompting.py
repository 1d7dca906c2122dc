"""Renders a prompt: files behind variables, variables inside variables, JSON prompts, functions that make prompts."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.checks.registry import Tools
from evals.config.files import JAVASCRIPT, FileProblem, read_text, read_yaml, resolve
from evals.config.loading import enabled
from evals.config.prompts import Prompt
from evals.engine.references import Reference, script_value
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.render import render
from evals.scripting.modules import as_script
from evals.scripting.values import UNDEFINED, dump, parse_json, text, trim
from evals.scripting.workers import ScriptError

_SIMPLE = re.compile(r"\{\{\s*(\w+)\s*\}\}", re.ASCII)
_OPEN = re.compile(r"(\{%[^%]*$|\{\{[^}]*$|\{#[^#]*$)", re.MULTILINE)
_RAW = re.compile(r"\{%\s*raw\s*%\}")
_USED = re.compile(r"\{\{\s*([^{}\s|]+)\s*(?:\|[^}]+)?\}\}|\{%\s*(?:if|for)\s+([^{}\s]+)\s*.*?%\}")
_LOOP = re.compile(r"\{%\s*for\s+(\w+)\s+in\s+(\w+)\s*%\}", re.ASCII)
_COMMENT = re.compile(r"\{#[\s\S]*?#\}")
_ROOT = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_BINARY = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
    ".bmp": "image/bmp", ".svg": "image/svg+xml",
}  # fmt: skip
ROUNDS = 5


async def render_prompt(tools: Tools, prompt: Prompt, variables: dict[str, Any], provider: Mapping[str, Any]) -> str:
    """Return the text for the provider; `variables` are filled in place, as promptfoo keeps them in its results."""
    template = prompt.raw
    for name, value in list(variables.items()):
        if isinstance(value, str) and value.startswith("file://"):
            variables[name] = await _file_value(tools, name, value, template, variables)
    if prompt.script is not None:
        template = await _made(tools, prompt, variables, provider)
    for name, value in variables.items():
        if isinstance(value, str) and value.endswith("\n"):
            variables[name] = value[:-1]
    _fill_simple(variables)
    if enabled(tools.settings, "PROMPTFOO_DISABLE_JSON_AUTOESCAPE"):
        return _rendered(tools, guarded(template), variables)
    try:
        return dump(_filled(tools, parse_json(template), variables), 2)
    except (ValueError, TemplateError):
        nested = {name: _nested(tools, value, variables) for name, value in variables.items()}
        return _rendered(tools, guarded(template), nested)


def _rendered(tools: Tools, template: str, variables: Mapping[str, Any]) -> str:
    if enabled(tools.settings, "PROMPTFOO_DISABLE_TEMPLATING"):
        return template
    return render(template, variables, tools.env)


def _filled(tools: Tools, value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return _rendered(tools, value, variables)
    if isinstance(value, list):
        return [_filled(tools, item, variables) for item in value]
    if isinstance(value, dict):
        return {key: _filled(tools, item, variables) for key, item in value.items()}
    return value


def _nested(tools: Tools, value: Any, variables: Mapping[str, Any]) -> Any:
    """Render a variable that is a template itself; one that mentions an unknown variable stays as it is."""
    if not isinstance(value, str) or ("{" not in value and "#}" not in value) or _mentions_unknown(value, variables):
        return value
    return _rendered(tools, guarded(value), variables)


def _mentions_unknown(template: str, variables: Mapping[str, Any]) -> bool:
    plain = _COMMENT.sub("", template)
    names = {found[1] or found[2] for found in _USED.finditer(plain)}
    for found in _LOOP.finditer(plain):
        names.discard(found[1])
        names.add(found[2])
    roots = (_ROOT.match(name) for name in names if name)
    return any(root and root[0] != "env" and root[0] not in variables for root in roots)


def guarded(template: str) -> str:
    """Return a template with an unclosed tag as raw text."""
    if _OPEN.search(template) and not (_RAW.search(template) and "endraw" in template):
        return f"{{% raw %}}{template}{{% endraw %}}"
    return template


def _fill_simple(variables: dict[str, Any]) -> None:
    for _ in range(ROUNDS):
        settled = True
        for name, value in variables.items():
            found = _SIMPLE.search(value) if isinstance(value, str) else None
            if found and found[1] in variables:
                other = variables[found[1]]
                variables[name] = value.replace(found[0], _replacement(text(other), found[0]), 1)
                settled = False
        if settled:
            return


def _replacement(value: str, matched: str) -> str:
    """Return a text as JavaScript's `replace` puts it in: `$$` and `$&` mean something there."""
    return value.replace("$&", matched).replace("$$", "$")


async def _file_value(tools: Tools, name: str, value: str, template: str, variables: Mapping[str, Any]) -> Any:
    path = resolve(tools.base, value)
    if path.suffix == ".py":
        found = await tools.workers.python_file(str(path), "get_var", [name, template, dict(variables)])
        return trim(_output(found, path))
    if path.suffix in JAVASCRIPT:
        source = as_script(read_text(path))
        found = await tools.workers.javascript_module(source, None, [name, template, dict(variables)])
        return _output(found, path)
    if path.suffix in (".yaml", ".yml"):
        return dump(read_yaml(path))
    if path.suffix in _BINARY:
        return f"data:{_BINARY[path.suffix]};base64,{_encoded(path)}"
    return trim(read_text(path))


def _encoded(path: Path) -> str:
    try:
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        raise FileProblem(f"{path} cannot be read ({error.strerror})") from None


def _output(found: Any, path: Path) -> Any:
    if not isinstance(found, dict) or found.get("error") or not found.get("output"):
        said = found.get("error") if isinstance(found, dict) else ""
        raise ScriptError(f"{path.name} gave no `output` for the variable{f': {said}' if said else ''}")
    return found["output"]


async def _made(tools: Tools, prompt: Prompt, variables: Mapping[str, Any], provider: Mapping[str, Any]) -> str:
    """Return the template that a function of a file makes."""
    assert prompt.script is not None
    context = {
        "vars": dict(variables), "provider": {"id": provider.get("id"), "label": provider.get("label")},
        "config": dict(prompt.config),
    }  # fmt: skip
    kind = Reference.parse(f"file://{prompt.script}", tools.base).kind
    if kind == "python" and prompt.function is None:
        raise ScriptError("a Python prompt names its function: file://prompt.py:function")
    reference = Reference(prompt.script, prompt.function, kind)
    found = await script_value(tools, reference, [context])
    if isinstance(found, str):
        return found
    if found is None or found is UNDEFINED or not isinstance(found, dict | list):
        raise ScriptError("a prompt function must return a text, a list or a mapping")
    if isinstance(found, dict) and "prompt" in found:
        return found["prompt"] if isinstance(found["prompt"], str) else dump(found["prompt"])
    return dump(found)
