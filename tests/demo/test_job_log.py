from __future__ import annotations

from itertools import pairwise

import pytest

from tools.demo.job_log import JobLog, span


def test_jobs_come_parent_first_and_children_by_index(recorded: JobLog) -> None:
    assert [job.title for job in recorded.jobs] == ["embed (array)", "embed [0]", "embed [1]", "embed [2]"]
    assert [job.index for job in recorded.workers] == [0, 1, 2]


def test_counts_and_attempts_are_of_the_children_alone(recorded: JobLog) -> None:
    assert recorded.counts() == {"SUCCEEDED": 2, "FAILED": 1}
    assert [job.attempts for job in recorded.workers] == [1, 2, 1]
    assert recorded.settled


def test_periods_cover_a_job_from_its_submission_to_its_end(recorded: JobLog) -> None:
    for job in recorded.jobs:
        periods = job.periods()
        assert all(one.end == following.start for one, following in pairwise(periods))
        assert sum(period.seconds for period in periods) == pytest.approx(job.changes[-1].at - job.changes[0].at)


def test_dated_states_have_their_own_time_and_not_that_of_the_event(recorded: JobLog) -> None:
    start = span(recorded.jobs)[0]
    first = recorded.workers[0]
    assert [(change.state, change.at - start) for change in first.changes] == [
        ("SUBMITTED", pytest.approx(0.0, abs=1e-3)),
        ("RUNNABLE", pytest.approx(0.2, abs=1e-3)),
        ("STARTING", pytest.approx(1.0, abs=1e-3)),
        ("RUNNING", pytest.approx(2.0, abs=1e-3)),
        ("SUCCEEDED", pytest.approx(5.0, abs=1e-3)),
    ]


def test_a_late_event_does_not_push_what_follows_it() -> None:
    log = JobLog()
    detail = {"jobId": "a", "jobName": "a", "status": "STARTING"}
    log.add({"detail-type": "Batch Job State Change", "detail": detail}, received=50.0)
    log.add(
        {"detail-type": "Batch Job State Change", "detail": detail | {"status": "RUNNING", "startedAt": 40_000}},
        received=51.0,
    )
    assert [change.at for change in log.jobs[0].changes] == [40.0, 40.0]


def test_seconds_in_each_state_count_every_stay(recorded: JobLog) -> None:
    seconds = recorded.periods()
    assert {state: len(found) for state, found in seconds.items()} == {
        "SUBMITTED": 3,
        "RUNNABLE": 4,
        "STARTING": 4,
        "RUNNING": 4,
    }
    assert sum(seconds["RUNNING"]) == pytest.approx(3.0 + 3.0 + 2.0 + 6.0, abs=0.01)


def test_what_failed_is_kept_with_its_log(recorded: JobLog) -> None:
    failed = recorded.workers[2]
    assert (failed.state, failed.reason, failed.exit_code) == ("FAILED", "no manifest", 21)
    assert (failed.log_group, failed.log_stream) == ("/jobs", "log/job:2")


def test_a_log_without_events_and_one_with_others_is_empty() -> None:
    log = JobLog()
    log.add({"detail-type": "Something else", "detail": {}}, received=1.0)
    assert (log.jobs, log.counts(), log.settled, span(log.jobs)) == ([], {}, True, (0.0, 0.0))
