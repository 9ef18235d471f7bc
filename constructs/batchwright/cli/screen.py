"""Where the command writes: colours and signs only where they can be shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from typing import TextIO

_READABLE: Final = 120
"""Longer lines tire the eye; a wider terminal is not used up."""


def screen(stream: TextIO | None = None) -> Console:
    """Make the console of a stream, standard output unless given.

    On a terminal it has the terminal's width, elsewhere that of `COLUMNS` or 120 columns, so that a log of a CI job is
    the same everywhere. Colours are left out where the stream is no terminal, and where `NO_COLOR` is set.
    """
    console = Console(file=stream or sys.stdout, highlight=False, emoji=False, markup=False)
    width = console.width if console.is_terminal or os.environ.get("COLUMNS", "").isdigit() else _READABLE
    console.width = max(40, min(width, _READABLE))
    return console


def print_hanging(console: Console, label: Text, body: Text) -> None:
    """Print a label and text beside it, wrapped to the console's width with every line beside the label."""
    beside = " " * label.cell_len
    for number, line in enumerate(body.wrap(console, max(20, console.width - label.cell_len), overflow="fold")):
        line.rstrip()
        console.print(Text.assemble(label if number == 0 else beside, line), soft_wrap=True)


def printable(text: str) -> str:
    """Spell out characters that would move the cursor or colour the terminal; a template may hold any."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
