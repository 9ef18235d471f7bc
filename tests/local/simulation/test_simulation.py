"""Small workloads whose course is worked out by hand: 4 vCPUs, jobs of one vCPU unless they say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.simulation.parts import environment, fargate_definition, job_definition, queue

from batchwright.checks import InputError
from batchwright.local.simulation import End
from batchwright.model.problems import ConfigurationError

if TYPE_CHECKING:
    from local.simulation.parts import Prepare, Run

HOUR = 3600


def test_ten_jobs_at_once_run_in_three_waves(run: Run) -> None:
    report = run({"name": "a", "array": 10, "duration_seconds": 10})

    (stream,), (environment,), (queue,) = report.streams, report.environments, report.queues
    assert report.end is End.COMPLETE
    assert report.makespan_seconds == 30
    assert (stream.jobs, stream.succeeded, stream.failed, stream.attempts, stream.never_ran) == (10, 10, 0, 10, 0)
    assert stream.waits is not None
    # Four did not wait, four for one wave, two for two.
    assert (stream.waits.mean, stream.waits.p50, stream.waits.p90, stream.waits.max) == (8, 10, 20, 20)
    assert queue.waits == stream.waits
    assert queue.peak_waiting == 6
    assert queue.mean_waiting == pytest.approx((6 * 10 + 2 * 10) / 30)
    assert environment.used_vcpu_hours * HOUR == pytest.approx(100)
    assert stream.vcpu_hours == pytest.approx(environment.used_vcpu_hours)
    assert environment.peak_vcpus == 4
    assert environment.mean_vcpus == pytest.approx(100 / 30)
    assert environment.paid_vcpu_hours is None


def test_a_steady_stream_waits_longer_and_longer_when_there_is_too_little(run: Run) -> None:
    report = run(
        {"name": "a", "count": 6, "arrival": {"every_seconds": 5}, "duration_seconds": 12}, max_vcpus={"Environment": 2}
    )

    # Two run at a time: 0-12, 5-17, 12-24, 17-29, 24-36, 29-41.
    waits = report.streams[0].waits
    assert report.makespan_seconds == pytest.approx(41)
    assert waits is not None
    assert waits.mean == pytest.approx(2)
    assert waits.max == pytest.approx(4)


def test_a_large_job_at_the_head_holds_back_the_small_ones_behind_it(run: Run) -> None:
    report = run(
        {"name": "first", "duration_seconds": 10},
        {"name": "large", "duration_seconds": 10, "vcpus": 4, "start_seconds": 1},
        {"name": "small", "duration_seconds": 10, "start_seconds": 2},
    )

    assert report.makespan_seconds == pytest.approx(30)
    waits = [stream.waits.max for stream in report.streams if stream.waits]
    assert waits == [0, pytest.approx(9), pytest.approx(18)]


def test_a_stream_begins_when_the_other_has_ended(run: Run) -> None:
    report = run(
        {"name": "a", "count": 8, "duration_seconds": 10},
        {"name": "b", "array": 2, "duration_seconds": 5, "after": {"stream": "a"}, "start_seconds": 1},
    )

    assert report.makespan_seconds == pytest.approx(26)
    assert report.streams[1].waits is not None
    assert report.streams[1].waits.max == pytest.approx(0)


def test_a_stream_after_failed_jobs_is_not_submitted_unless_any_end_will_do(run: Run) -> None:
    failing = {"name": "a", "duration_seconds": 10, "exit_codes": {"3": 1}}
    held = run(failing, {"name": "b", "duration_seconds": 5, "after": {"stream": "a"}})
    gone_on = run(failing, {"name": "b", "duration_seconds": 5, "after": {"stream": "a", "ended": True}})

    assert held.end is End.COMPLETE
    assert (held.streams[1].submitted, held.streams[1].never_ran) == (0, 1)
    assert held.streams[1].why == "not submitted: jobs of a failed"
    assert gone_on.streams[1].succeeded == 1


def test_children_follow_children(run: Run) -> None:
    report = run(
        {"name": "a", "array": 2, "duration_seconds": {"uniform": [10, 20]}},
        {"name": "b", "array": 2, "duration_seconds": 5, "after": {"stream": "a", "each": True}},
    )

    # The second of a does not hold back the first of b.
    assert report.streams[1].waits is not None
    assert report.streams[1].waits.max == 0
    assert 15 < report.makespan_seconds < 25


def test_jobs_whose_dependency_failed_fail_without_an_attempt(run: Run) -> None:
    report = run(
        {"name": "a", "count": 3, "duration_seconds": 10, "exit_codes": {"1": 1}},
        {"name": "b", "duration_seconds": 5, "after": {"stream": "a", "each": True}},
    )

    b = report.streams[1]
    assert (b.jobs, b.submitted, b.failed, b.cancelled, b.never_ran, b.attempts) == (3, 3, 3, 3, 3, 0)
    assert list(b.failures.values()) == [3]


def test_attempts_are_made_again(run: Run) -> None:
    report = run({"name": "a", "array": 4, "duration_seconds": 10, "exit_codes": {"1": 1}, "attempts": 3})

    stream = report.streams[0]
    assert (stream.failed, stream.attempts, stream.retried, stream.never_ran) == (4, 12, 8, 0)
    assert report.makespan_seconds == 30
    assert stream.vcpu_hours * HOUR == pytest.approx(120)


def test_a_part_of_the_attempts_fails(run: Run) -> None:
    report = run({"name": "a", "array": 2000, "duration_seconds": 1, "exit_codes": {"1": 0.2, "2": 0.1}})

    assert report.streams[0].failed == pytest.approx(600, rel=0.1)


def test_an_attempt_ends_at_its_timeout(run: Run) -> None:
    report = run({"name": "a", "duration_seconds": 500, "timeout_seconds": 60})

    assert report.makespan_seconds == 60
    assert report.streams[0].failed == 1
    assert report.environments[0].used_vcpu_hours * HOUR == pytest.approx(60)


def test_a_job_that_fits_nowhere_is_named_with_the_reason(run: Run) -> None:
    report = run({"name": "a", "duration_seconds": 10, "vcpus": 8}, {"name": "b", "duration_seconds": 10})

    assert report.end is End.STUCK
    assert "MISCONFIGURATION" in (report.streams[0].why or "")
    assert report.streams[0].waits is None
    assert any("nothing more can happen" in note for note in report.notes)


def test_a_workload_without_end_stops_at_the_horizon(run: Run) -> None:
    report = run({"name": "a", "count": 3, "duration_seconds": 7200, "vcpus": 4}, horizon_hours=3)

    assert report.end is End.HORIZON
    assert report.simulated_seconds == pytest.approx(3 * HOUR)
    stream = report.streams[0]
    assert (stream.succeeded, stream.attempts, stream.never_ran) == (1, 2, 1)
    # What still runs counts up to the horizon.
    assert report.environments[0].used_vcpu_hours == pytest.approx(12)
    assert any("horizon of 3 hours" in note for note in report.notes)


def test_it_stops_when_asked(prepare: Prepare) -> None:
    simulation = prepare({"name": "a", "count": 10_000, "arrival": {"every_seconds": 1}, "duration_seconds": 1})
    simulation.stop()
    report = simulation.run()

    assert report.end is End.INTERRUPTED
    assert 0 < report.streams[0].succeeded < 10_000


def test_progress_is_told(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchwright.local.simulation.simulation._NEWS_SECONDS", -1)
    told: list[Any] = []
    prepare({"name": "a", "count": 1000, "arrival": {"every_seconds": 1}, "duration_seconds": 1}).run(told.append)

    ended = [each.ended for each in told]
    assert ended == sorted(ended)
    assert ended[-1] > 0
    assert {each.jobs for each in told} == {1000}


def test_submitting_takes_the_time_that_the_api_asks_for(run: Run) -> None:
    report = run({"name": "a", "count": 6000, "duration_seconds": 0}, submissions_per_second=50)

    assert report.makespan_seconds == pytest.approx(5999 / 50)
    assert any("Submitting took" in note and "arrays" in note for note in report.notes)


def test_the_second_environment_takes_what_the_first_cannot(run: Run) -> None:
    report = run(
        {"name": "a", "array": 6, "duration_seconds": 10},
        resources={"More": environment(8), "Queue": queue("Environment", "More")},
    )

    assert report.makespan_seconds == 10
    assert [each.peak_vcpus for each in report.environments] == [4, 2]


def test_shares_are_accounted_for(run: Run) -> None:
    policy = {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 60}}}
    report = run(
        {"name": "a", "count": 400, "duration_seconds": 10, "shares": {"blue": 3, "green": 1}, "priority": 1},
        resources={"Policy": policy, "Queue": queue("Environment", SchedulingPolicyArn={"Ref": "Policy"})},
    )

    assert [share.share for share in report.shares] == ["blue", "green"]
    assert sum(share.part for share in report.shares) == pytest.approx(1)
    assert report.shares[0].part == pytest.approx(0.75, abs=0.1)


def test_a_multi_node_job_is_as_long_as_its_main_node(run: Run) -> None:
    container = {
        "Image": "a",
        "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "512"}],
    }
    nodes = {"MainNode": 0, "NumNodes": 3, "NodeRangeProperties": [{"TargetNodes": "0:", "Container": container}]}
    definition = {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {"Type": "multinode", "NodeProperties": nodes},
    }
    report = run({"name": "a", "duration_seconds": 10}, resources={"Job": definition})

    assert report.makespan_seconds == pytest.approx(10)
    assert (report.streams[0].succeeded, report.streams[0].attempts) == (1, 1)
    assert report.environments[0].used_vcpu_hours * HOUR == pytest.approx(30)


def test_queue_and_definition_are_found_by_what_the_templates_submit(run: Run) -> None:
    meant = job_definition(vcpus="2") | {"Metadata": {"batchwright": {"queue": {"Ref": "Second"}}}}
    report = run(
        {"name": "a", "definition": "Meant", "duration_seconds": 10},
        resources={"Meant": meant, "Second": queue("Environment")},
    )

    assert report.streams[0].queue == "Second"
    assert report.environments[0].peak_vcpus == 2


@pytest.mark.parametrize(
    ("jobs", "resources", "words"),
    [
        ([{"queue": "Qeue"}], {}, ["jobs[0].queue = 'Qeue'", "Queue"]),
        ([{"definition": "x"}, {"queue": "y"}], {}, ["jobs[0].definition", "jobs[1].queue"]),
        ([{}], {"Other": job_definition()}, ["one job definition", "Job, Other"]),
        ([{}], {"Environment": environment({"Ref": "Size"})}, ["Environment.MaxvCpus", '"max_vcpus"']),
        ([{"shares": "blue"}], {}, ["jobs[0]", "shareIdentifier"]),
        ([{"array": 3}], {"Job": fargate_definition()}, ["s0", "SubmitJob", "FARGATE"]),
    ],
)
def test_what_does_not_fit_the_templates_is_refused(
    prepare: Prepare, jobs: list[dict[str, Any]], resources: dict[str, Any], words: list[str]
) -> None:
    streams = [{"name": f"s{number}", "duration_seconds": 1, **job} for number, job in enumerate(jobs)]
    with pytest.raises(ConfigurationError) as raised:
        prepare(*streams, resources=resources)

    assert [word for word in words if word not in str(raised.value)] == []


def test_a_template_that_is_none_is_refused(prepare: Prepare) -> None:
    with pytest.raises(InputError):
        prepare({"duration_seconds": 1}, template=".")
