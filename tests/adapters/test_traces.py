"""Spans by the GenAI conventions, made after the fact with the times that were."""

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.adapters.traces import Traces
from tests.adapters.test_metrics import BAD, GOOD, row

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def spans_of(*attempts, trace=None):
    exporter = InMemorySpanExporter()
    traces = Traces(exporter, "1.0")
    traces.answered(row(), attempts, trace or {})
    traces.close()
    return {span.name: span for span in exporter.get_finished_spans()}, exporter.get_finished_spans()


def test_a_request_has_a_span_for_each_model_call():
    _, spans = spans_of(BAD, GOOD)
    assert [span.name for span in spans] == ["chat gpt-6.1-sol", "chat gpt-6.1-sol", "answer credit_risk"]
    root = spans[-1]
    assert {span.parent.span_id for span in spans[:-1]} == {root.context.span_id}
    assert root.end_time - root.start_time == 1_200_000_000
    assert spans[1].attributes["gen_ai.usage.input_tokens"] == 900
    assert spans[1].attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert spans[0].attributes["error.type"] == "server_error"


def test_the_callers_trace_goes_on():
    by_name, _ = spans_of(GOOD, trace={"traceparent": PARENT})
    assert f"{by_name['answer credit_risk'].context.trace_id:032x}" == PARENT.split("-")[1]


def test_spans_carry_no_text_no_business_and_no_person():
    _, spans = spans_of(GOOD)
    told = " ".join(str(dict(span.attributes)) for span in spans)
    assert row().business_id not in told
    assert set(spans[-1].attributes) == {
        "gateway.feature", "gateway.source", "gateway.degraded", "gateway.cost_usd", "gen_ai.prompt.name",
        "http.response.status_code",
    }  # fmt: skip
