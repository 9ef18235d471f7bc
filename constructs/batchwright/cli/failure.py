"""An end of a command that the user can do something about."""

from __future__ import annotations


class CommandError(Exception):
    """The command cannot do what was asked; the text says why and what to do, in one line."""
