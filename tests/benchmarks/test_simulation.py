from __future__ import annotations

from benchmarks.simulation.benchmark import SimulatedJobs


def test_simulated_jobs_are_measured() -> None:
    outcome = SimulatedJobs(jobs=2000).run(runs=1, say=lambda _: None)

    time, memory, each = outcome.rows
    assert time.pairs.ours_median > 0
    assert memory.pairs.ours_median > 10
    assert each.pairs.ours_median == time.pairs.ours_median / 2000 * 1e6
    assert all(row.aim for row in outcome.rows)
