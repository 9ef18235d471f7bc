"""Writes `docs/features`: what AWS Batch can do and where this library has it, from `docs/features/*.toml`.

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

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "features"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One row of a table.

    Attributes:
        name: What AWS Batch, or an engineer who uses it, can do.
        where: Public names that have it: `JobQueue`, an option `JobQueue(priority)`, a member `JobQueue.on_blocked`.
        note: What is worth knowing; why there is nothing, where `where` is empty.
    """

    name: str
    where: tuple[str, ...]
    note: str


def features(path: Path) -> Mapping[str, Sequence[Feature]]:
    """Read the features of a page, by their headings."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        section["heading"]: [
            Feature(name=row["name"], where=tuple(row.get("where", ())), note=row.get("note", ""))
            for row in section["row"]
        ]
        for section in data["section"]
    }


def sources() -> Sequence[Path]:
    """The files that the tables are made from."""
    return sorted(FOLDER.glob("*.toml"))


def page(path: Path) -> str:
    """Make the text of a page."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = [f"# {data['title']}", "", data["introduction"].strip(), ""]
    lines += [f"Written from [{path.name}]({path.name}) by `make docs`."]
    for heading, rows in features(path).items():
        lines += ["", f"## {heading}", "", "| Feature | Where | |", "| --- | --- | --- |"]
        lines += [f"| {row.name} | {_names(row.where)} | {row.note} |" for row in rows]
    left_out = data.get("left_out", ())
    if left_out:
        lines += ["", "## Properties without an option", "", "| Property in CloudFormation | Why |", "| --- | --- |"]
        lines += [f"| `{entry['property']}` | {entry['reason']} |" for entry in left_out]
    return "\n".join(lines) + "\n"


def _names(where: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in where) or "not here"


def main() -> None:
    """Write every page beside the file that it is made from."""
    for path in sources():
        path.with_suffix(".md").write_text(page(path), encoding="utf-8")
    sys.stdout.write(f"Wrote {len(sources())} pages to {FOLDER.name}/\n")


if __name__ == "__main__":
    main()
