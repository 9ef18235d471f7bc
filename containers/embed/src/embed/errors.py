"""The two ways in which something goes wrong: for one image, or for the whole job."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embed.exit_code import ExitCode


class EmbedError(Exception):
    """Ends the job: says in one line what is wrong, where, and what to do.

    Attributes:
        code: What the process exits with.
    """

    def __init__(self, code: ExitCode, what: str, *, fix: str) -> None:
        super().__init__(" ".join(f"{what}; fix: {fix}".split()))
        self.code = code


class UnreadableImageError(Exception):
    """Concerns one image, which is listed with the reason; the job goes on."""
