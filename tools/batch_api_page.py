"""Writes `docs/batch-api.md`, what the local AWS does with each member of the Batch API, from `docs/batch-api/*.toml`.

Run as `make docs`.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
FILE: Final = DOCS / "batch-api.md"
ANSWERS: Final = ("real", "simulated", "recorded", "refused")

_HEAD: Final = """# The AWS Batch API, member by member

What the [local AWS](local-aws.md) does with every operation of the API and every member of its requests:

- real: it acts as on AWS.
- simulated: something else stands in for it, or it acts in a [simulation](simulation.md) only.
- recorded: checked, kept and described; nothing acts on it.
- refused: a clear error.

A whole structure that has one answer is one row, `name.*`; a row of its own counts more than that of its structure.
Every other operation or member is refused, as AWS does. Our tests try each row on the engine, and hold each response of
its tests against boto3's own model of the service.

Written from [batch-api](batch-api) by `make docs`.

## In short

As on AWS: jobs, arrays, nodes, pods and tasks of several containers; dependencies, retries, timeouts, cancelling;
queues, shares and consumable resources; overrides and parameters; events, logs, tags and pages; limits and codes of
errors. The texts of errors are AWS's where they are public, otherwise our own.

Other than on AWS:

- Environments and queues are VALID at once, and no instance boots: `maxvCpus` is what jobs share.
- Networks, platform versions and launch templates are recorded.
- EFS, S3 Files and persistent volume claims are volumes of the Docker engine.
- Pods run as containers; there is no cluster.
- Quota shares and service environments are recorded, and there are no service jobs.
- Definitions that were deregistered stay; AWS removes them after 180 days.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Members of requests that have one answer.

    Attributes:
        names: Paths of members, with dots between them and without marks for lists; `name.*` for all of a structure.
        answer: One of `ANSWERS`; empty where `like` says it.
        like: Where the same members have their rows: `Operation.path.*` for what the names' stars stand for,
            `Operation.path` or `Operation` for what has the last word of each name there.
        note: What is worth knowing.
    """

    names: tuple[str, ...]
    answer: str
    like: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of the API.

    Attributes:
        name: Its name.
        answer: One of `ANSWERS`.
        note: What is worth knowing.
        rows: The members of its requests.
        unfilled: Paths of members that its responses never have, written as those of requests.
    """

    name: str
    answer: str
    note: str
    rows: tuple[Row, ...]
    unfilled: tuple[str, ...]


def operations() -> Mapping[str, Sequence[Operation]]:
    """Read the operations, by the headings that they stand below."""
    found = {}
    for path in sorted((DOCS / "batch-api").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found[str(data["heading"])] = [
            Operation(
                name=entry["name"],
                answer=entry["answer"],
                note=entry.get("note", ""),
                rows=tuple(map(_row, entry["members"])),
                unfilled=tuple(entry.get("unfilled", ())),
            )
            for entry in data["operation"]
        ]
    return found


def page(found: Mapping[str, Sequence[Operation]]) -> str:
    """Make the page's text."""
    lines = [_HEAD]
    for heading, group in found.items():
        lines += [f"## {heading}", ""]
        for operation in group:
            lines += [*_section(operation), ""]
    return "\n".join(lines[:-1]) + "\n"


def _row(entry: Mapping[str, str | list[str]]) -> Row:
    answer, like, note = (str(entry.get(member, "")) for member in ("answer", "like", "note"))
    return Row(names=tuple(entry["names"]), answer=answer, like=like, note=note)


def _section(operation: Operation) -> list[str]:
    said = f"{operation.answer.capitalize()}. {operation.note}".strip()
    lines = [f"### {operation.name}", "", said, "", "| Member | Answer | Remark |", "| --- | --- | --- |"]
    lines += [f"| {_code(row.names)} | {row.answer or _link(row.like)} | {row.note} |" for row in operation.rows]
    if operation.unfilled:
        lines += ["", f"Never in the response: {_code(operation.unfilled)}."]
    return lines


def _link(like: str) -> str:
    return f"as [`{like}`](#{like.partition('.')[0].lower()})"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main() -> None:
    """Write the page."""
    found = operations()
    FILE.write_text(page(found), encoding="utf-8")
    sys.stdout.write(f"Wrote {sum(map(len, found.values()))} operations to {FILE.name}\n")


if __name__ == "__main__":
    main()
