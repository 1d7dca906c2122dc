"""Prometheus metrics: OpenTelemetry's GenAI names for model calls, `gateway_…` for what only this service has.

No label names a business, a person or a text. With several worker processes the client library shares its counters in
the folder `PROMETHEUS_MULTIPROC_DIR`, which `serve --workers` sets, so that every worker tells the whole.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.domain.ledger import UsageRow
from gateway.domain.reply import Attempt
from gateway.ports import Telemetry

SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0)
TOKENS: Final = (64, 256, 512, 1024, 1536, 2000, 3000, 4096, 8192, 16384)
STATES: Final = {"closed": 0, "half_open": 1, "open": 2}
NANO: Final = 1_000_000_000


class Metrics:
    """`ports.Telemetry` on one registry; `text()` is the body of /metrics."""

    def __init__(self, shared_folder: str = "") -> None:
        self.breakers: Callable[[], Mapping[str, str]] = dict
        self._folder = shared_folder if shared_folder and Path(shared_folder).is_dir() else ""
        self.registry = registry = CollectorRegistry()
        self.duration = Histogram(
            "gen_ai_client_operation_duration_seconds", "Time of one model call.",
            ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "error_type"),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self.tokens = Histogram(
            "gen_ai_client_token_usage", "Tokens of one model call.",
            ("gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"), buckets=TOKENS, registry=registry,
        )  # fmt: skip
        self.answers = Counter(
            "gateway_answers", "Finished answers.", ("feature", "source", "degraded"), registry=registry
        )
        self.answer_seconds = Histogram(
            "gateway_answer_duration_seconds", "Time from request to answer.", ("feature", "source"),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self.answer_tokens = Histogram(
            "gateway_answer_tokens", "Tokens of a request, all its model calls together.", ("feature",),
            buckets=TOKENS, registry=registry,
        )  # fmt: skip
        self.cost = Counter(
            "gateway_cost_usd", "Money spent on model calls, in US dollars.", ("feature", "model"), registry=registry
        )
        self.attempts = Counter("gateway_attempts", "Model calls, also failed ones.", ("feature",), registry=registry)
        self.grounding = Counter(
            "gateway_grounding", "Statements checked, corrected and dropped.", ("feature", "outcome"), registry=registry
        )
        self.cache = Counter(
            "gateway_cache_lookups", "Looks into the answer cache.", ("feature", "result"), registry=registry
        )
        self.http = Counter(
            "gateway_http_requests", "HTTP responses.", ("method", "route", "status"), registry=registry
        )
        self.http_seconds = Histogram(
            "gateway_http_duration_seconds", "Time of an HTTP response.", ("route",), buckets=SECONDS, registry=registry
        )
        self.cost_to_price = Gauge(
            "gateway_cost_to_price_ratio", "This month's model cost of a plan's businesses over what they pay.",
            ("plan",), registry=registry, multiprocess_mode="mostrecent",
        )  # fmt: skip
        self.breaker = Gauge(
            "gateway_breaker_state", "0 closed, 1 half open, 2 open.", ("model",), registry=registry,
            multiprocess_mode="max",
        )  # fmt: skip
        # Looking for a child by its labels costs more than counting with it.
        self._duration, self._tokens = cache(self.duration.labels), cache(self.tokens.labels)
        self._answers, self._answer_seconds = cache(self.answers.labels), cache(self.answer_seconds.labels)
        self._answer_tokens, self._cost = cache(self.answer_tokens.labels), cache(self.cost.labels)
        self._attempts, self._grounding = cache(self.attempts.labels), cache(self.grounding.labels)
        self._lookups = cache(self.cache.labels)
        self._http, self._http_seconds = cache(self.http.labels), cache(self.http_seconds.labels)

    def answered(self, row: UsageRow, attempts: Sequence[Attempt], trace: Mapping[str, str]) -> None:
        """Count a finished request with its attempts."""
        feature = row.feature
        self._answers(feature, row.source, row.degraded).inc()
        self._answer_seconds(feature, row.source).observe(row.latency_ms / 1000)
        for outcome in ("checked", "corrected", "dropped"):
            if (count := row.grounding.get(outcome, 0)) > 0:
                self._grounding(feature, outcome).inc(count)
        if not attempts:
            return
        tokens = row.usage.input_tokens + row.usage.output_tokens
        if tokens:
            self._answer_tokens(feature).observe(tokens)
        self._attempts(feature).inc(len(attempts))
        for attempt in attempts:
            self._attempt(feature, attempt)

    def _attempt(self, feature: str, attempt: Attempt) -> None:
        provider = provider_of(attempt)
        self._duration("chat", provider, attempt.model, attempt.fault).observe(attempt.seconds)
        for kind, tokens in (("input", attempt.usage.input_tokens), ("output", attempt.usage.output_tokens)):
            if tokens:
                self._tokens(provider, attempt.model, kind).observe(tokens)
        if attempt.cost:
            self._cost(feature, attempt.model).inc(attempt.cost / NANO)

    def looked_up(self, feature: str, result: str) -> None:
        """Count a look into the answer cache."""
        self._lookups(feature, result).inc()

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an HTTP response."""
        self._http(method, route, str(status)).inc()
        self._http_seconds(route).observe(seconds)

    def close(self) -> None:
        """Do nothing: metrics are fetched."""

    def text(self) -> bytes:
        """Return the exposition of every metric, over all worker processes where there are several."""
        for model, state in self.breakers().items():
            self.breaker.labels(model).set(STATES[state])
        if not self._folder:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def provider_of(attempt: Attempt) -> str:
    """Return OpenTelemetry's provider name of a call."""
    return "offline" if attempt.model == "offline" else "openai"


class Several:
    """Telemetry that goes to more than one place."""

    def __init__(self, *sinks: Telemetry) -> None:
        self._sinks = sinks

    def answered(self, row: UsageRow, attempts: Sequence[Attempt], trace: Mapping[str, str]) -> None:
        """Tell every sink."""
        for sink in self._sinks:
            sink.answered(row, attempts, trace)

    def looked_up(self, feature: str, result: str) -> None:
        """Tell every sink."""
        for sink in self._sinks:
            sink.looked_up(feature, result)

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """Tell every sink."""
        for sink in self._sinks:
            sink.served(method, route, status, seconds)

    def close(self) -> None:
        """Close every sink."""
        for sink in self._sinks:
            sink.close()
