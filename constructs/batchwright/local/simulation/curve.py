"""A quantity over time, kept in a bounded number of steps."""

from __future__ import annotations

from typing import Final

_STEPS: Final = 512
_FIRST_WIDTH: Final = 1.0


class Curve:
    """What changes by steps: its mean in equal stretches of time, its highest value, its integral.

    When time runs past the last stretch, each two become one that is twice as long. So a curve of any length costs the
    same, and a change of it costs little. Exact but for the resolution: the integral of the stretches is that of the
    quantity.

    Attributes:
        value: As of the last change.
        highest: The highest value that lasted.
        width: Seconds of a stretch.
    """

    __slots__ = ("_at", "_sums", "highest", "value", "width")

    def __init__(self) -> None:
        self.value = 0.0
        self.highest = 0.0
        self.width = _FIRST_WIDTH
        self._at = 0.0
        self._sums = [0.0]

    def add(self, at: float, change: float) -> None:
        """Change the value at a time, in seconds since the beginning; times must not fall."""
        if at > self._at:
            self.hold(at)
        self.value += change

    def hold(self, until: float) -> None:
        """Keep the value until a time."""
        now, value = self._at, self.value
        if until <= now:
            return
        self._at = until
        if value > self.highest:
            self.highest = value
        while until > self.width * _STEPS:
            self._widen()
        width, sums = self.width, self._sums
        step, last = int(now / width), int(until / width)
        if step == last:
            sums[step] += value * (until - now)
            return
        if last >= len(sums):
            sums.extend([0.0] * (last + 1 - len(sums)))
        sums[step] += value * ((step + 1) * width - now)
        for between in range(step + 1, last):
            sums[between] += value * width
        sums[last] += value * (until - last * width)

    @property
    def integral(self) -> float:
        """The value multiplied with the seconds it lasted, all together."""
        return sum(self._sums)

    def points(self) -> list[tuple[float, float]]:
        """Return the end of each stretch, in seconds, and the mean in it."""
        found = []
        for number, total in enumerate(self._sums):
            end = min((number + 1) * self.width, self._at)
            seconds = end - number * self.width
            if seconds > 0:
                found.append((end, total / seconds))
        return found

    def _widen(self) -> None:
        sums = self._sums
        if len(sums) % 2:
            sums.append(0.0)
        self._sums = [first + second for first, second in zip(sums[::2], sums[1::2], strict=True)]
        self.width *= 2
