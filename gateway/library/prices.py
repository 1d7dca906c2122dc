"""What a model's tokens cost, in integer nano-USD per token, with the dates between which a price holds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

from gateway.domain.usage import Usage

NANO_PER_TOKEN = 1_000
"""A price of 1 USD per million tokens is 1,000 nano-USD per token."""


@dataclass(frozen=True, slots=True)
class Price:
    """Nano-USD per token, valid from a day on. Above `long_context_over` input tokens both factors apply."""

    valid_from: date
    input: int
    cached_input: int
    cache_write: int
    output: int
    long_context_over: int | None = None
    long_input_factor: Decimal = Decimal(1)
    long_output_factor: Decimal = Decimal(1)

    def cost(self, usage: Usage) -> int:
        """Return the price of reported usage in nano-USD, rounded up; every input token is counted once."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        written = min(usage.cache_write_tokens, usage.input_tokens - cached)
        plain = usage.input_tokens - cached - written
        incoming = plain * self.input + cached * self.cached_input + written * self.cache_write
        return self._total(usage.input_tokens, incoming, usage.output_tokens * self.output)

    def upper_bound(self, input_tokens: int, max_output_tokens: int) -> int:
        """Return the most that a call of this size can cost in nano-USD, whatever the provider's cache does."""
        incoming = input_tokens * max(self.input, self.cached_input, self.cache_write)
        return self._total(input_tokens, incoming, max_output_tokens * self.output)

    def _total(self, input_tokens: int, incoming: int, outgoing: int) -> int:
        if self.long_context_over is None or input_tokens <= self.long_context_over:
            return incoming + outgoing
        exact = incoming * self.long_input_factor + outgoing * self.long_output_factor
        return ceil(exact)
