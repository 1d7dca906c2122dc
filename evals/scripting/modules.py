"""Turns a JavaScript file with `export` into a body that V8 can run without a module loader."""

import re

_DEFAULT = re.compile(r"^[ \t]*export\s+default\s+", re.MULTILINE)
_NAMED = re.compile(r"^([ \t]*)export\s+(?=(?:async\s+)?(?:function|const|let|var|class)\b)", re.MULTILINE)
_NAMES = re.compile(
    r"^[ \t]*export\s+(?:async\s+)?(?:function\s*\*?|const|let|var|class)\s+([A-Za-z_$][\w$]*)", re.MULTILINE
)
_LIST = re.compile(r"^[ \t]*export\s*\{([^}]*)\}\s*;?", re.MULTILINE)


def as_script(source: str) -> str:
    """Return the file's text with its exports assigned to `module.exports`; CommonJS text is returned as it is."""
    names = _NAMES.findall(source)
    listed = [part.split(" as ") for found in _LIST.findall(source) for part in found.split(",") if part.strip()]
    script = _LIST.sub("", _NAMED.sub(r"\1", _DEFAULT.sub("module.exports.default = ", source)))
    pairs = [(name, name) for name in names] + [(part[-1].strip(), part[0].strip()) for part in listed]
    return script + "".join(f"\nmodule.exports[{exported!r}] = {local};" for exported, local in pairs)
