"""Step 13: the streamed text on its way to the reader: decoded, grounded sentence by sentence, restored."""

from collections.abc import Awaitable, Callable, Sequence

from gateway.grounding.stream import StreamGrounder
from gateway.masking.restoring import StreamRestorer
from gateway.pipeline.streaming import FieldStream

Show = Callable[[str], Awaitable[None]]
"""Sends one piece of readable, grounded, restored text to the caller."""


class SafeStream:
    """Takes the model's raw JSON as it comes and shows only what the whole answer would show."""

    def __init__(
        self,
        field: str,
        grounder: StreamGrounder,
        claims: Callable[[str], Sequence[str]],
        restorer: StreamRestorer,
        show: Show,
    ) -> None:
        self._field = FieldStream(field)
        self._grounder = grounder
        self._claims = claims
        self._restorer = restorer
        self._show = show
        self.shown = False

    async def feed(self, piece: str) -> None:
        """Pass on what has become safe with this piece."""
        await self._pass(self._restorer.feed(self._carried(self._grounder.feed(self._field.feed(piece)))))

    async def close(self) -> None:
        """Pass on the rest."""
        await self._pass(self._restorer.feed(self._carried(self._grounder.close())) + self._restorer.close())

    def _carried(self, text: str) -> str:
        """Return the grounded text, or nothing when it claims what the data does not say."""
        return "" if text and self._claims(text) else text

    async def _pass(self, text: str) -> None:
        if text:
            self.shown = True
            await self._show(text)
