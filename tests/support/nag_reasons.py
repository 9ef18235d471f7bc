"""The reviewed findings of everything synthesized here: those of the stacks, and what only tests and examples have."""

from __future__ import annotations

from typing import Final

from stacks.nag import REVIEWED, Reviewed

REASONS: Final = (
    *REVIEWED,
    Reviewed(r"S1", "Buckets of samples and examples keep no access logs: one bucket shows enough there."),
)
