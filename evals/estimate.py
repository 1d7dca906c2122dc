"""What a live run would cost, worked out from an offline run of the same cases before anything is sent."""

from collections.abc import Sequence
from datetime import date

from evals.suite import Suite
from evals.workbench import Workbench
from gateway.domain.usage import Usage
from gateway.errors import GatewayError
from gateway.library.catalog import PromptVersion
from gateway.library.tokens import estimate_tokens
from gateway.pipeline.rendering import schema_tokens


async def estimate(bench: Workbench, suites: Sequence[tuple[Suite, PromptVersion]], model: str, today: date) -> int:
    """Return the expected cost of one run of every case with `model`, in nano-USD; an unpriced model costs 0.

    Tokens are counted from the prompts as the offline run renders them and from the answers it gives.
    """
    price = bench.policy.models[model].price(today)
    if price is None:
        return 0
    total = 0
    for suite, prompt in suites:
        overhead = schema_tokens(prompt.wire_schema)
        for case in suite.cases:
            if case.vars.get("reply") is not None:
                continue  # its reply is written in the suite: nothing is sent
            try:
                output = await bench.run(case, prompt)
            except (GatewayError, KeyError):
                continue
            for sent in output.outgoing:
                usage = Usage(estimate_tokens(sent) + overhead, output_tokens=estimate_tokens(output.text))
                total += price.cost(usage)
    return total
