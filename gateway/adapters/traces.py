"""OpenTelemetry spans by the GenAI conventions, sent to a collector over OTLP; needs the extra `telemetry`.

Spans are made when a request is finished, with the times it really had: nothing is done on the way. They carry names of
features, prompts and models, tokens, money and codes; never a text, a business or a person.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.adapters.metrics import NANO, provider_of
from gateway.domain.ledger import UsageRow
from gateway.domain.reply import Attempt

SERVICE = "pos-ai-gateway"


class Traces:
    """`ports.Telemetry` that makes spans."""

    def __init__(self, exporter: SpanExporter, version: str) -> None:
        resource = Resource.create({"service.name": SERVICE, "service.version": version})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(SERVICE, version)
        self._parents = TraceContextTextMapPropagator()

    def answered(self, row: UsageRow, attempts: Sequence[Attempt], trace: Mapping[str, str]) -> None:
        """Record a request and its model calls, below the caller's span if it sent one."""
        parent = self._parents.extract(dict(trace), context=Context())
        span = self._tracer.start_span(
            f"answer {row.feature}",
            context=parent,
            kind=SpanKind.SERVER,
            start_time=row.created_at * 1000,
            attributes={
                "gateway.feature": row.feature,
                "gateway.source": row.source,
                "gateway.degraded": row.degraded,
                "gateway.cost_usd": row.cost / NANO,
                "gen_ai.prompt.name": row.prompt,
                "http.response.status_code": row.status,
            },
        )
        if row.status >= 500:
            span.set_status(Status(StatusCode.ERROR, row.degraded))
        inside = set_span_in_context(span, Context())
        for attempt in attempts:
            self._call(attempt, inside)
        span.end(end_time=row.created_at * 1000 + row.latency_ms * 1_000_000)

    def _call(self, attempt: Attempt, inside: Context) -> None:
        started = attempt.began_at * 1000
        span = self._tracer.start_span(
            f"chat {attempt.model}",
            context=inside,
            kind=SpanKind.CLIENT,
            start_time=started,
            attributes=_call_attributes(attempt),
        )
        if attempt.fault:
            span.set_status(Status(StatusCode.ERROR, attempt.fault))
        span.end(end_time=started + round(attempt.seconds * 1e9))

    def looked_up(self, feature: str, result: str) -> None:
        """Make no span: metrics count it."""

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """Make no span: metrics count it."""

    def close(self) -> None:
        """Send what is waiting and stop."""
        self._provider.shutdown()


def _call_attributes(attempt: Attempt) -> dict[str, Any]:
    usage = attempt.usage
    told: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider_of(attempt),
        "gen_ai.request.model": attempt.model,
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gateway.cost_usd": attempt.cost / NANO,
    }
    if attempt.answered_by:
        told["gen_ai.response.model"] = attempt.answered_by
    if attempt.finish_reason:
        told["gen_ai.response.finish_reasons"] = (attempt.finish_reason,)
    if attempt.fault:
        told["error.type"] = attempt.fault
    return told


def otlp(endpoint: str, version: str) -> Traces:
    """Return traces that go to the collector at `endpoint`, such as http://127.0.0.1:4318."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return Traces(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces"), version)
