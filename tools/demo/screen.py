"""What the user sees while the demo works: a line a phase, live on a terminal, plain in a pipe."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


@dataclass(slots=True)
class Phase:
    """A part of the demo.

    Attributes:
        name: In a few words; the final table shows it with its seconds.
        result: What is said of it once it is done.
        seconds: How long it took.
    """

    name: str
    result: str = ""
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class Screen:
    """Writes to a console and measures the phases.

    Attributes:
        console: Where to write.
        clock: Seconds from any beginning.
        phases: Those that are done, in order.
    """

    console: Console
    clock: Callable[[], float] = time.monotonic
    phases: list[Phase] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether lines can be drawn over."""
        return self.console.is_terminal

    @contextmanager
    def phase(self, name: str, doing: str, *, spin: bool = True) -> Iterator[Phase]:
        """Measure a phase; says what is being done, and its `result` with its seconds when it ends well.

        Args:
            name: In the final table.
            doing: A sentence that ends in "...".
            spin: Whether to show a spinner on a terminal; off for a phase that draws itself.
        """
        phase = Phase(name)
        started = self.clock()
        if self.live and spin:
            with self.console.status(Text(doing)):
                yield phase
        else:
            self.say(doing)
            yield phase
        phase.seconds = self.clock() - started
        self.phases.append(phase)
        line = Text("✓ ", style="green") + Text(phase.result or phase.name, style="default")
        self.console.print(line + Text(f"  {phase.seconds:.1f} s", style="dim"), soft_wrap=True)

    def say(self, text: str, *, style: str = "") -> None:
        """Print one line as it is."""
        self.console.print(Text(text, style=style), soft_wrap=True)

    def fail(self, title: str, text: str) -> None:
        """Print the panel of an error."""
        self.console.print(Panel(Text(text), title=title, title_align="left", border_style="red", expand=False))
