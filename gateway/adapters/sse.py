"""Server-sent events from bytes that arrive cut anywhere, even inside a character or a line end."""

MAX_EVENT_BYTES = 4 * 1024 * 1024


class EventTooLarge(ValueError):
    """The sender never ends its event."""


class EventDecoder:
    """Collects chunks and gives the `data` of each finished event; names, ids and comments carry nothing for us."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of the events that `chunk` completes. Raises `EventTooLarge`."""
        lines = (self._rest + chunk).splitlines(keepends=True)
        # A lone CR at the end may be the first half of CR LF, so it waits for the next chunk as well.
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        events = [event for line in lines if (event := self._take(line.rstrip(b"\r\n"))) is not None]
        if len(self._rest) + self._size > MAX_EVENT_BYTES:
            raise EventTooLarge
        return events

    def close(self) -> list[bytes]:
        """Return the event that lacks only its closing blank line, as some servers end their streams."""
        events = [self._take(self._rest.rstrip(b"\r")), self._take(b"")]
        self._rest = b""
        return [event for event in events if event is not None]

    def _take(self, line: bytes) -> bytes | None:
        if line:
            name, _, value = line.partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
                self._size += len(value)
            return None
        if not self._data:
            return None
        event = b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return event
