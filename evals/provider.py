"""The provider of our suites for promptfoo itself: `file://…/evals/provider.py` drives a feature through the pipeline.

`python -m evals run` recognises this file and does the same in its own process, without this bridge.
"""

import asyncio
import atexit
import os
import sys
import threading
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
# promptfoo looks in the script's own folder first, where modules are called like some of Python's own.
sys.path[:] = [str(_HERE.parent), *(place for place in sys.path if Path(place).resolve() != _HERE)]

from evals.config.providers import ProviderSpec  # noqa: E402
from evals.providers.base import ProviderError  # noqa: E402
from evals.providers.feature import FeatureProvider  # noqa: E402
from gateway import logs  # noqa: E402

if __name__ != "evals.provider":  # promptfoo reads standard output
    logs.configure("critical")

_loop = asyncio.new_event_loop()
_provider: FeatureProvider | None = None


def call_api(prompt: str, options: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of the feature that the prompt names, or {error}."""
    global _provider
    if _provider is None:
        config = dict(options.get("config") or {})
        _provider = FeatureProvider(ProviderSpec("file://provider.py", config=config), os.environ)
        threading.Thread(target=_loop.run_forever, daemon=True).start()
        atexit.register(_close)
    try:
        answered = asyncio.run_coroutine_threadsafe(_provider.call(prompt, context), _loop).result()
    except ProviderError as error:
        return {"error": str(error)}
    return answered.response


def _close() -> None:
    if _provider is not None:
        asyncio.run_coroutine_threadsafe(_provider.close(), _loop).result(timeout=10)
    _loop.call_soon_threadsafe(_loop.stop)
