"""Runs the steps of a plan: render, call, transform, grade; several at a time, each into one row of the result."""

import asyncio
import copy
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.checks.registry import Output, Row, Tools
from evals.config.files import FileProblem
from evals.config.loading import ConfigError, enabled
from evals.config.prompts import Prompt
from evals.engine.grading import RowError, grade
from evals.engine.prompting import render_prompt
from evals.engine.references import Reference
from evals.engine.steps import Plan, Step
from evals.engine.transforms import transformed
from evals.nunjucks.lexer import TemplateError
from evals.providers.base import Answered, Provider, ProviderError
from evals.providers.making import ProviderMaker
from evals.providers.simple import usage
from evals.scripting.values import dump, parse_json
from evals.scripting.workers import ScriptError

NONE, ASSERT, ERROR = 0, 1, 2
CONVERSATION = "_conversation"
Progress = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Runner:
    """One run. `conversations` and `registers` carry answers from row to row where a config asks for it."""

    tools: Tools
    maker: ProviderMaker
    providers: list[Provider]
    concurrency: int = 4
    delay_ms: float = 0.0
    progress: Progress = lambda row: None
    conversations: dict[str, list[Any]] = field(default_factory=dict)
    registers: dict[str, Any] = field(default_factory=dict)

    async def run(self, plan: Plan) -> list[dict[str, Any]]:
        """Return every row, in the plan's order."""
        rows: list[dict[str, Any]] = [{} for _ in plan.steps]
        queue = iter(enumerate(plan.steps))
        workers = 1 if _serial(plan) else max(1, min(self.concurrency, len(plan.steps) or 1))

        async def work() -> None:
            for index, step in queue:
                rows[index] = await self.row(step)
                self.progress(rows[index])

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
        return rows

    async def row(self, step: Step) -> dict[str, Any]:
        """Return the row of one step. Nothing a row does ends the run."""
        variables: dict[str, Any] = copy.deepcopy(step.test.get("vars") or {})
        spec, template = step.column.provider.spec, step.column.prompt
        prompt = _around(template, step)
        row = self._empty(step, variables)
        key = dump(
            [spec.name, template.hash, step.column.index, (step.test.get("metadata") or {}).get("conversationId")]
        )
        off = (step.test.get("options") or {}).get("disableConversationVar")
        off = off or enabled(self.tools.settings, "PROMPTFOO_DISABLE_CONVERSATION_VAR")
        if CONVERSATION in prompt.raw and not off:
            variables[CONVERSATION] = self.conversations.get(key, [])
        variables.update(self.registers)
        started = time.monotonic()
        try:
            about = {"id": spec.id, "label": spec.label}
            text = await render_prompt(self.tools, prompt, variables, about)
            row["prompt"]["raw"] = text
            started = time.monotonic()
            answered = await self._answer(step, text, variables)
            await self._judge(row, step, text, variables, answered, (time.monotonic() - started) * 1000)
            self._remember(step, key, text, row)
        except (RowError, ProviderError, TemplateError, ScriptError, FileProblem, ConfigError) as error:
            _failed(row, str(error), started)
        except Exception as error:
            # A slip of our own code must cost this row and not the run.
            _failed(row, f"{type(error).__name__}: {error}", started)
        return row

    async def _answer(self, step: Step, text: str, variables: dict[str, Any]) -> Answered:
        if step.test.get("providerOutput"):
            return Answered({"output": step.test["providerOutput"], "tokenUsage": usage(), "cost": 0, "cached": False})
        provider = step.column.provider
        if step.test.get("provider"):
            provider = self.maker.named(step.test["provider"], self.tools.base, self.providers)
        context = {
            "vars": variables, "prompt": {"raw": text, "label": step.column.prompt.label}, "test": step.test,
            "testIdx": step.test_index, "repeatIndex": step.repeat,
        }  # fmt: skip
        answered = await provider.call(text, context)
        if (delay := provider.spec.delay or self.delay_ms) > 0:
            await asyncio.sleep(delay / 1000)
        return answered

    async def _judge(
        self, row: dict[str, Any], step: Step, text: str, variables: dict[str, Any], answered: Answered, took: float
    ) -> None:
        response = dict(answered.response)
        latency = response.get("latencyMs", round(took))
        row |= {"latencyMs": latency, "cost": response.get("cost", 0), "response": response, "vars": _shown(variables)}
        row["metadata"] = {**(step.test.get("metadata") or {}), **(response.get("metadata") or {})}
        if response.get("error"):
            row |= {"error": str(response["error"]), "failureReason": ERROR}
            return
        if response.get("output") is None:
            row |= {"error": "No output", "score": 0}
            return
        await self._transform(step, response, _shown(variables))
        cached = bool(response.get("cached")) and "latencyMs" not in response
        graded = await self._grade(
            step, text, _shown(variables), response, None if cached else latency, answered.answer
        )
        row |= graded

    async def _transform(self, step: Step, response: dict[str, Any], variables: Mapping[str, Any]) -> None:
        context: dict[str, Any] = {"vars": variables, "prompt": {"label": step.column.prompt.label}}
        if own := step.column.provider.spec.transform:
            response["output"] = await transformed(self.tools, own, response["output"], context)
        options = step.test.get("options") or {}
        if code := options.get("transform") or options.get("postprocess"):
            if response.get("metadata"):
                context["metadata"] = response["metadata"]
            response["output"] = await transformed(self.tools, code, response["output"], context)

    async def _grade(
        self, step: Step, text: str, variables: dict[str, Any], response: dict[str, Any], latency: float | None,
        answer: Output | None,
    ) -> dict[str, Any]:  # fmt: skip
        spec = step.column.provider.spec
        provider = {"id": spec.id, "label": spec.label or "", "config": dict(spec.config)}
        row = Row(step.test, variables, text, response, self.tools, provider, latency, answer)
        name = step.test.get("assertScoringFunction")
        scoring = Reference.parse(name, self.tools.base) if isinstance(name, str) else None
        found = await grade(row, scoring)
        result: dict[str, Any] = {
            "success": found.passed, "score": found.score, "namedScores": found.named,
            "gradingResult": found.as_result(), "failureReason": NONE if found.passed else ASSERT,
        }  # fmt: skip
        return result if found.passed else {**result, "error": found.reason}

    def _remember(self, step: Step, key: str, text: str, row: dict[str, Any]) -> None:
        output = (row.get("response") or {}).get("output")
        name = (step.test.get("options") or {}).get("storeOutputAs")
        if name and output:
            self.registers[name] = output
        said = _json_or_text(text)
        last: Any = said[-1] if isinstance(said, list) and said else None
        asked = (last.get("content") or last) if isinstance(last, dict) else (last or said)
        self.conversations.setdefault(key, []).append({"prompt": said, "input": asked, "output": output or ""})

    def _empty(self, step: Step, variables: dict[str, Any]) -> dict[str, Any]:
        spec, prompt = step.column.provider.spec, step.column.prompt
        options = {name: value for name, value in (step.test.get("options") or {}).items() if name != "repeat"}
        return {
            "id": str(uuid.uuid4()), "testIdx": step.test_index, "promptIdx": step.column.index,
            "promptId": prompt.hash, "success": False, "score": 0, "namedScores": {}, "failureReason": NONE,
            "prompt": {"raw": "", "label": prompt.label, "config": {**prompt.config, **options}},
            "provider": {"id": spec.id, "label": spec.label or ""}, "vars": variables, "testCase": step.test,
            "cost": 0, "metadata": dict(step.test.get("metadata") or {}), "tokenUsage": usage(),
        }  # fmt: skip


def _around(prompt: Prompt, step: Step) -> Prompt:
    if not step.prefix and not step.suffix:
        return prompt
    return Prompt(
        step.prefix + prompt.raw + step.suffix, prompt.label, prompt.id, prompt.config, prompt.script, prompt.function
    )


def _shown(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if not name.startswith("__eval")}


def _json_or_text(text: str) -> Any:
    try:
        return parse_json(text) or text
    except ValueError:
        return text


def _failed(row: dict[str, Any], said: str, started: float) -> None:
    row |= {"success": False, "score": 0, "failureReason": ERROR, "error": said, "namedScores": {}}
    row.pop("gradingResult", None)
    row.setdefault("latencyMs", round((time.monotonic() - started) * 1000))


def _serial(plan: Plan) -> bool:
    """Tell whether a row needs the one before it."""
    stores = any((test.get("options") or {}).get("storeOutputAs") for test in plan.tests)
    return stores or any(CONVERSATION in column.prompt.raw for column in plan.columns)
