"""The one error that the demo shows to its user."""

from __future__ import annotations


class DemoError(Exception):
    """Something failed that the user should know how to deal with.

    Attributes:
        what: What failed, in one or more lines.
        fix: What to do about it.
    """

    def __init__(self, what: str, *, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
