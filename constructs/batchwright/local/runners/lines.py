"""Makes lines of what programs print."""

from __future__ import annotations

from typing import Final

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
EVENT_OVERHEAD: Final = 26
MAX_LINE_BYTES: Final = 262_144 - EVENT_OVERHEAD
KEPT_BYTES: Final = 128 * 1024 * 1024
"""Of one program's output. A program that prints without end must not fill this machine's memory."""
_LINE_BYTES: Final = 512
"""What a line takes in memory besides its text, counted with it."""
_END_BYTES: Final = 65_536
_MARK: Final = 0xC0
_FOLLOWS: Final = 0x80
_CHARACTER_BYTES: Final = 4


class Lines:
    """Puts lines together from chunks, those of each stream apart, as the log driver of Docker does.

    A line that is too long for one event becomes several. Of output without end the beginning and the last 64 KiB are
    kept, with a line between them that says so.

    Args:
        most: Bytes that are kept of the beginning.
    """

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._left = self._most = most
        self._rests: dict[int, bytes] = {}
        self._end = b""
        self._left_out = 0

    def take(self, chunk: bytes, stream: int = 0) -> list[str]:
        """Return the lines that a chunk completes."""
        if self._left <= 0:
            self._left_out += len(chunk)
            self._end = (self._end + chunk)[-_END_BYTES:]
            return []
        *lines, rest = (self._rests.pop(stream, b"") + chunk).split(b"\n")
        *parts, rest = _cut(rest)
        if rest:
            self._rests[stream] = rest
        found = [text for line in (*lines, *parts) for text in _texts(line)]
        self._left -= sum(map(len, found)) + _LINE_BYTES * len(found)
        if self._left <= 0:
            kept = f"the first {self._most // 1024**2} MiB and the last {_END_BYTES // 1024} KiB"
            found.append(f"[batchwright: of this output {kept} are kept, lines counted with {_LINE_BYTES} bytes more]")
        return found

    def finish(self) -> list[str]:
        """Return what is left, also lines without a line feed."""
        end = self._end
        if self._left_out > len(end):
            # What is left of a line that began before is none.
            _, feed, after = end.partition(b"\n")
            end = after if feed else end
        found = [text for rest in self._rests.values() for text in _texts(rest)]
        if self._left_out > len(end):
            found.append(f"[batchwright: {self._left_out - len(end)} bytes are left out here]")
        found += [text for line in end.split(b"\n") for text in _texts(line)]
        self._rests, self._end, self._left_out = {}, b"", 0
        return found


def _texts(line: bytes) -> list[str]:
    texts = (part.decode("utf-8", "replace").removesuffix("\r") for part in _cut(line))
    return [text for text in texts if text]


def _cut(line: bytes) -> list[bytes]:
    """Cut a line into what fits into one event each, between characters."""
    parts: list[bytes] = []
    while len(line) > MAX_LINE_BYTES:
        end = MAX_LINE_BYTES
        while end > MAX_LINE_BYTES - _CHARACTER_BYTES and line[end] & _MARK == _FOLLOWS:
            end -= 1
        parts.append(line[:end])
        line = line[end:]
    return [*parts, line]
