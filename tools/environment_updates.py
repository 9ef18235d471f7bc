"""Writes `docs/updates.md`: what a change of each option does to an environment. Run as `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.model.environment_changes import CHANGES, Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model.environment_changes import Change

FILE: Final = Path(__file__).resolve().parents[1] / "docs" / "updates.md"

_HEAD: Final = """# What a change does to an environment

Environments here are set up so that AWS changes them in place wherever it can: CloudFormation makes no new one for a
change of hosts, Batch's own role manages them and no strategy is the default that cannot be updated. With
`Updates(replace=True)`, whatever needs new hosts takes a new environment instead.

- in place: at once; hosts and jobs stay as they are.
- new hosts: in place; hosts are replaced, and running jobs get `Updates.timeout`, then they are tried again.
- replaced: a new environment takes its place in the queues; the old one is deleted with what runs there.

An environment on Fargate has no hosts, so it is always changed in place.

Written from `batchwright.model.environment_changes` by `make docs`.

| Option | Property | EC2 and Spot | Fargate | |
| --- | --- | --- | --- | --- |
"""


def page(changes: Sequence[Change]) -> str:
    """Make the page's text."""
    return _HEAD + "\n".join(map(_row, changes)) + "\n"


def _row(change: Change) -> str:
    options = ", ".join(f"`{option}`" for option in change.options) or "-"
    hosts, fargate = (_cell(effect) for effect in (change.hosts, change.fargate))
    note = f"{change.note} " if change.note else ""
    return f"| {options} | `{change.path}` | {hosts} | {fargate} | {note}[AWS]({change.source}) |"


def _cell(effect: Effect | None) -> str:
    return "-" if effect is None else effect.value


def main() -> int:
    """Write the page."""
    FILE.write_text(page(CHANGES), encoding="utf-8")
    print(f"{len(CHANGES)} properties in {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
