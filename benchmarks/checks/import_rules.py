"""A process that imports the checks with every rule, and does nothing else."""

from __future__ import annotations

from batchwright.checks import all_rules

all_rules()
