"""Step 13: the streamed text on its way to the reader: decoded, grounded sentence by sentence, restored."""

from collections.abc import Awaitable, Callable

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
        restorer: StreamRestorer,
        show: Show,
        leaks: Callable[[str], bool] = lambda text: False,
    ) -> None:
        self._field = FieldStream(field)
        self._leaks = leaks
        self._written = ""
        self._silent = False
        self._grounder = grounder
        self._restorer = restorer
        self._show = show
        self.shown = False

    async def feed(self, piece: str) -> None:
        """Pass on what has become safe with this piece."""
        text = self._field.feed(piece)
        self._written += text
        await self._pass(self._restorer.feed(self._grounder.feed(text)))

    async def close(self) -> None:
        """Pass on the rest."""
        await self._pass(self._restorer.feed(self._grounder.close()) + self._restorer.close())

    async def _pass(self, text: str) -> None:
        if text and not self._silent and self._leaks(self._written):
            self._silent = True  # the whole answer will be refused; nothing more of it is shown
        if text and not self._silent:
            self.shown = True
            await self._show(text)
