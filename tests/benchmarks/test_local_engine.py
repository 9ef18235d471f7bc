from __future__ import annotations

import pytest

from benchmarks.local_engine.benchmark import LocalEngine


@pytest.mark.slow
def test_the_local_engine_is_measured() -> None:
    outcome = LocalEngine(jobs=200).run(runs=1, say=lambda _: None)

    start, time, memory, told = outcome.rows
    assert start.pairs.ours_median > 0
    assert time.pairs.ours_median > 0
    assert memory.pairs.ours_median > 10
    assert told.pairs.ours_median == 100
    assert told.aim is not None
    assert told.aim.reached(told.pairs)
