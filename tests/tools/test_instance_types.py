from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tools.instance_types import COLUMNS, describe, main, merge, read, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def described(name: str = "m9x.large", **changes: object) -> dict[str, Any]:
    """A type as `DescribeInstanceTypes` describes it, with what the table takes."""
    return {
        "InstanceType": name,
        "VCpuInfo": {"DefaultVCpus": 2},
        "MemoryInfo": {"SizeInMiB": 8192},
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "NetworkInfo": {"NetworkPerformance": "Up to 12.5 Gigabit", "NetworkCards": [{"PeakBandwidthInGbps": 12.5}]},
        "CurrentGeneration": True,
        "BareMetal": False,
        **changes,
    }


def gpus(maker: str, count: int, logical: int) -> dict[str, Any]:
    return {
        "Gpus": [{"Manufacturer": maker, "Count": count, "LogicalGpuCount": logical, "MemoryInfo": {"SizeInMiB": 9}}]
    }


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({}, "network_gbps", "12.5"),
        ({"NetworkInfo": {"NetworkPerformance": "4x 100 Gigabit"}}, "network_gbps", "400"),
        (
            {"NetworkInfo": {"NetworkPerformance": "High", "NetworkCards": [{"PeakBandwidthInGbps": 1.2}]}},
            "network_gbps",
            "1.2",
        ),
        ({"ProcessorInfo": {"SupportedArchitectures": ["i386", "x86_64"]}}, "architecture", "x86_64"),
        ({"ProcessorInfo": {"SupportedArchitectures": ["arm64"]}}, "architecture", "arm64"),
        ({"GpuInfo": gpus("NVIDIA", 8, 8)}, "gpus", "8"),
        ({"GpuInfo": gpus("NVIDIA", 8, 8)}, "gpu_memory_mib", "72"),
        ({"GpuInfo": gpus("NVIDIA", 0, 1)}, "gpus", "1"),
        ({"GpuInfo": gpus("AMD", 1, 1)}, "gpus", "0"),
        ({"InstanceStorageInfo": {"TotalSizeInGB": 950, "Disks": [{"Count": 2}]}}, "disks", "2"),
        ({"CurrentGeneration": False}, "current", "0"),
        ({"BareMetal": True}, "bare_metal", "1"),
        (
            {"NetworkInfo": {"NetworkPerformance": "100 Gigabit", "EfaInfo": {"MaximumEfaInterfaces": 1}}},
            "efa_interfaces",
            "1",
        ),
    ],
)
def test_a_description_becomes_a_row(changes: dict[str, Any], column: str, value: str) -> None:
    written = row(described(**changes))
    assert written is not None
    assert dict(zip(COLUMNS, written.split(","), strict=True))[column] == value


def test_macs_are_left_out() -> None:
    assert row(described(ProcessorInfo={"SupportedArchitectures": ["arm64_mac"]})) is None


class StubbedEc2:
    """An EC2 client with two pages of types."""

    def get_paginator(self, operation: str, /) -> StubbedEc2:
        assert operation == "describe_instance_types"
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        yield {"InstanceTypes": [described("a.large"), described("b.large")]}
        yield {"InstanceTypes": [described("c.large")]}


def test_every_page_is_read() -> None:
    assert [each["InstanceType"] for each in describe(StubbedEc2())] == ["a.large", "b.large", "c.large"]


def test_rows_of_other_types_stay() -> None:
    before = merge([described("b.large"), described("a.large")], source="one")
    after = merge([described("b.large", BareMetal=True), described("c.large")], source="two", before=before)
    assert after.splitlines()[:2] == ["# Source: two", "# Source: one"]
    assert [line.partition(",")[0] for line in after.splitlines()[2:]] == ["type", "a.large", "b.large", "c.large"]
    assert "b.large,2,8192,0,0,0,0,0,12.5,x86_64,1,1" in after


def test_a_source_is_named_while_rows_of_it_stay() -> None:
    before = merge([described("a.large")], source="one")
    after = merge([described("a.large")], source="two", before=before)
    assert after.splitlines()[0] == "# Source: two"
    assert "one" not in after


def test_an_empty_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="stays as it is"):
        merge([], source="nothing", before="type\n")


@pytest.mark.parametrize(
    "wrap", [lambda one: {"InstanceTypes": [one]}, lambda one: {"m9x.large": one}, lambda one: [one]]
)
@pytest.mark.parametrize("name", ["types.json", "types.json.gz"])
def test_files_are_read(tmp_path: Path, name: str, wrap: Callable[[object], object]) -> None:
    content = json.dumps(wrap(described())).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert read(tmp_path / name) == [described()]


@pytest.mark.parametrize("content", ["5", "[5]", '{"InstanceTypes": {}}'])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "types.json").write_text(content)
    with pytest.raises(ValueError, match="describe-instance-types"):
        read(tmp_path / "types.json")


def test_the_table_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, file = tmp_path / "table.csv", tmp_path / "types.json"
    file.write_text(json.dumps([described()]))
    assert main(["--from", str(file), "--source", "a file", "--table", str(table)]) == 0
    assert table.read_text().splitlines()[0] == "# Source: a file"
    assert "1 types" in capsys.readouterr().out
    assert sorted(tmp_path.iterdir()) == [table, file]


def test_a_file_without_its_source_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--from", str(tmp_path / "types.json")])
    assert "--source" in capsys.readouterr().err
