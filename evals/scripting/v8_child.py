"""Runs JavaScript and regular expressions in V8, in a process of its own: no files, no network, little memory and time.

Reads one JSON job a line from standard input and writes one JSON answer a line. Started by `workers.py`.
"""

import json
import os
import sys
from typing import Any

SECONDS = 5.0
MEMORY = 256 * 1024 * 1024
PRELUDE = """
globalThis.structuredClone = (value) => JSON.parse(JSON.stringify(value));
globalThis.console = {log() {}, info() {}, warn() {}, error() {}, debug() {}};
"""
RUN = """
(async () => {
  const given = JSON.parse(%s);
  try {
    const made = %s;
    const found = await made(...given.arguments);
    if (typeof found === 'number') return JSON.stringify({kind: 'number', text: String(found)});
    if (typeof found === 'function') return JSON.stringify({kind: 'function'});
    if (found === undefined) return JSON.stringify({kind: 'undefined'});
    return JSON.stringify({kind: 'value', value: found});
  } catch (error) {
    const message = error && error.message !== undefined ? String(error.message) : String(error);
    return JSON.stringify({kind: 'error', message});
  }
})()
"""
FUNCTION = "new Function(...given.names, given.body)"
MODULE = """
(() => {
  const module = {exports: {}};
  new Function('module', 'exports', given.body)(module, module.exports);
  const wanted = given.name ? module.exports[given.name] : undefined;
  const found = [wanted, module.exports, module.exports.default].find((one) => typeof one === 'function');
  if (!found) throw new Error('the file must export a function');
  return found;
})()
"""
MATCH = """
((source, subject, flags) => {
  try {
    return new RegExp(source, flags).test(subject) ? 'yes' : 'no';
  } catch (error) {
    return 'invalid: ' + error.message;
  }
})
"""


def main() -> None:
    """Answer jobs until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit()
    try:
        from py_mini_racer import MiniRacer
    except ImportError:
        for line in sys.stdin:
            print(json.dumps({"id": json.loads(line)["id"], "missing": True}), file=answers, flush=True)
        return
    pattern_engine = MiniRacer()
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = _matched(pattern_engine, job) if job["kind"] == "regex" else _run(MiniRacer(), job)
        except Exception as error:
            answer = {"kind": "error", "message": f"{type(error).__name__}: {error}"[:500]}
            if job["kind"] == "regex":
                pattern_engine = MiniRacer()
        print(json.dumps({"id": job["id"], **answer}), file=answers, flush=True)


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _matched(engine: Any, job: dict[str, Any]) -> dict[str, Any]:
    given = ", ".join(json.dumps(job[name]) for name in ("pattern", "text", "flags"))
    source = f"{MATCH}({given})"
    return {"kind": "match", "value": engine.eval(source, timeout_sec=SECONDS, max_memory=MEMORY)}


def _run(engine: Any, job: dict[str, Any]) -> dict[str, Any]:
    given = json.dumps(json.dumps({key: job.get(key) for key in ("names", "body", "arguments", "name")}))
    engine.eval(PRELUDE)
    promise = engine.eval(
        RUN % (given, MODULE if job["kind"] == "module" else FUNCTION), timeout_sec=SECONDS, max_memory=MEMORY
    )
    found: dict[str, Any] = json.loads(promise.get(timeout=SECONDS))
    engine.close()
    return found


if __name__ == "__main__":
    main()
