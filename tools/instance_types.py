"""Writes the table of EC2 instance types again: `python -m tools.instance_types --region us-east-1 --region us-west-2`.

It asks `ec2:DescribeInstanceTypes`, which needs credentials and costs nothing, or reads descriptions from a file
(`--from FILE`). Regions differ in what they offer, so rows of types that these do not offer stay as they are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from batchwright.model.instances import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COLUMNS: Final = (
    "type",
    "vcpus",
    "memory_mib",
    "gpus",
    "gpu_memory_mib",
    "efa_interfaces",
    "disks",
    "disk_gb",
    "network_gbps",
    "architecture",
    "current",
    "bare_metal",
)
_SOURCE: Final = "# Source: "
# macOS hosts run no containers of Batch.
_ARCHITECTURES: Final = ("arm64", "x86_64")
# `100 Gigabit`, `Up to 12.5 Gigabit`, `4x 100 Gigabit`.
_BANDWIDTH: Final = re.compile(r"(?:(?P<cards>\d+)x )?(?P<gigabits>\d+(?:\.\d+)?) Gigabit")


class Paginator(Protocol):
    """What this needs of boto3's paginator."""

    def paginate(self) -> Iterable[Mapping[str, Any]]:
        """Give the pages one by one."""


class Ec2(Protocol):
    """What this needs of boto3's EC2 client."""

    def get_paginator(self, operation: str, /) -> Paginator:
        """Give the paginator of an operation."""


def describe(client: Ec2) -> Iterator[Mapping[str, Any]]:
    """Ask EC2 for every instance type of the client's Region."""
    for page in client.get_paginator("describe_instance_types").paginate():
        yield from page["InstanceTypes"]


def read(path: Path) -> list[Mapping[str, Any]]:
    """Read descriptions from a file, also gzipped: what `aws ec2 describe-instance-types` prints, or the same by name.

    Raises:
        ValueError: It is neither.
    """
    opened = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    found = json.loads(opened)
    described = found.get("InstanceTypes", list(found.values())) if isinstance(found, dict) else found
    if not isinstance(described, list) or not all(isinstance(one, dict) and "InstanceType" in one for one in described):
        message = f"{path}: expected the JSON that `aws ec2 describe-instance-types` prints."
        raise ValueError(message)
    return described


def row(described: Mapping[str, Any]) -> str | None:
    """Write one type as a line of the table; None when Batch cannot use it (macOS)."""
    architecture = next((a for a in _ARCHITECTURES if a in described["ProcessorInfo"]["SupportedArchitectures"]), None)
    if architecture is None:
        return None
    gpus = [gpu for gpu in described.get("GpuInfo", {}).get("Gpus", []) if gpu["Manufacturer"] == "NVIDIA"]
    # A part of a GPU has the count 0, and one logical GPU.
    counts = [(max(gpu["Count"], gpu.get("LogicalGpuCount", 0)), gpu["MemoryInfo"]["SizeInMiB"]) for gpu in gpus]
    storage = described.get("InstanceStorageInfo", {})
    network = described["NetworkInfo"]
    values = (
        described["InstanceType"],
        described["VCpuInfo"]["DefaultVCpus"],
        described["MemoryInfo"]["SizeInMiB"],
        sum(count for count, _ in counts),
        sum(count * memory for count, memory in counts),
        network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
        sum(disk["Count"] for disk in storage.get("Disks", [])),
        storage.get("TotalSizeInGB", 0),
        f"{_gigabits(network):g}",
        architecture,
        int(described["CurrentGeneration"]),
        int(described["BareMetal"]),
    )
    return ",".join(map(str, values))


def _gigabits(network: Mapping[str, Any]) -> float:
    match = _BANDWIDTH.search(network["NetworkPerformance"])
    if match:
        return float(match["gigabits"]) * int(match["cards"] or 1)
    # The oldest types say `High` or `Moderate`.
    return float(sum(card.get("PeakBandwidthInGbps", 0) for card in network.get("NetworkCards", [])))


def merge(described: Iterable[Mapping[str, Any]], *, source: str, before: str = "") -> str:
    """Write the table: what is described now, and the rows of the table before for all other types.

    Args:
        described: Descriptions as `DescribeInstanceTypes` gives them.
        source: Where they come from, for the table's first lines.
        before: The table as it was; its sources stay named while rows of it stay.

    Raises:
        ValueError: Nothing that Batch can use is described.
    """
    lines = before.splitlines()
    kept = {line.partition(",")[0]: line for line in lines if not line.startswith(("#", COLUMNS[0]))}
    fresh = {line.partition(",")[0]: line for line in map(row, described) if line is not None}
    if not fresh:
        message = "No instance type was described; the table stays as it is."
        raise ValueError(message)
    old = [line.removeprefix(_SOURCE) for line in lines if line.startswith(_SOURCE)] if kept.keys() - fresh else []
    sources = dict.fromkeys([source, *old])
    rows = sorted({**kept, **fresh}.values(), key=lambda line: line.partition(",")[0])
    return "\n".join([*(f"{_SOURCE}{each}" for each in sources), ",".join(COLUMNS), *rows, ""])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.instance_types", description="Write the table again.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--region", action="append", help="ask EC2 in this Region; may be given more than once")
    where.add_argument("--from", dest="file", type=Path, help="read descriptions from this file instead")
    parser.add_argument("--source", help="where the file comes from, and of which day; needed with --from")
    parser.add_argument("--table", type=Path, default=TABLE, help="the table to write")
    options = parser.parse_args(arguments)
    if options.file and not options.source:
        parser.error("--from needs --source: say where the file comes from, and of which day.")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _options(arguments)
    described: list[Mapping[str, Any]] = []
    if options.file:
        described, source = read(options.file), options.source
    else:
        import boto3  # Only this way needs it.

        for region in options.region:
            described.extend(describe(boto3.client("ec2", region_name=region)))
        source = f"ec2:DescribeInstanceTypes, {', '.join(options.region)}, {dt.datetime.now(tz=dt.UTC):%Y-%m-%d}"
    before = options.table.read_text(encoding="utf-8") if options.table.exists() else ""
    after = merge(described, source=source, before=before)
    # Written whole or not at all.
    draft = options.table.with_suffix(".new")
    draft.write_text(after, encoding="utf-8")
    draft.replace(options.table)
    print(f"{options.table}: {sum(not line.startswith('#') for line in after.splitlines()) - 1} types.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
