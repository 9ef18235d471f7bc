from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.benchmark import BenchmarkError
from benchmarks.embedding.benchmark import Embedding, _check_same_work
from benchmarks.embedding.images import read_images, write_photographs, write_tiles
from benchmarks.embedding.memory_aws import MemoryAws
from benchmarks.embedding.side import Side

if TYPE_CHECKING:
    from pathlib import Path


def side(**vectors: list[float]) -> Side:
    return Side(2.0, 1, {name: np.array(vector, "<f4").tobytes() for name, vector in vectors.items()})


def test_it_runs() -> None:
    outcome = Embedding(tiles=6, photographs=2, latency=0.001).run(runs=1, say=lambda _: None)

    assert [row.what for row in outcome.rows] == [
        "tiles, no time for a call",
        "tiles, 1 ms for a call",
        "photographs, no time for a call",
        "photographs, 1 ms for a call",
    ]
    assert all(row.pairs.ours_median > 0 for row in outcome.rows)


def test_images_are_written_and_read_in_one_order(tmp_path: Path) -> None:
    write_tiles(tmp_path / "tiles", count=5)
    write_photographs(tmp_path / "photographs", count=20)

    assert list(read_images(tmp_path / "tiles")) == [f"0000{number}.jpg" for number in range(5)]
    assert len(read_images(tmp_path / "photographs")) == 20


def test_more_tiles_than_there_are_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError):
        write_tiles(tmp_path / "tiles", count=10_000_000)


def test_memory_holds_each_item_once() -> None:
    aws = MemoryAws({"a": b"1"}, latency=0)
    item = {"ImageId": {"S": "a"}}

    aws.put_item(TableName="t", Item=item)
    aws.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": item}}]})

    assert aws.items == {"a": item}
    assert aws.calls == 2
    assert aws.get_object(Bucket="b", Key="a")["Body"].read() == b"1"


def test_the_rate_is_images_by_seconds() -> None:
    assert side(a=[1], b=[1], c=[1]).rate == 1.5


def test_different_work_is_not_compared() -> None:
    ours = side(a=[1, 0])

    _check_same_work(ours, side(a=[0.99, 0]), images=1)
    with pytest.raises(BenchmarkError, match=r"of 2 images the pipeline wrote 1 and the loop 1"):
        _check_same_work(ours, ours, images=2)
    with pytest.raises(BenchmarkError, match=r"the two vectors of a have the cosine 0\.000"):
        _check_same_work(ours, replace(side(a=[0, 1])), images=1)
