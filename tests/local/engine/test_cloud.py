from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.harness import Plan
from local.engine.node_jobs import register
from local.engine.shapes import group, nodes

from batchwright.local.engine import API_TPS, BatchError, CloudModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def size(vcpus: int) -> dict[str, Any]:
    return {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": str(vcpus)}]}}


def started(batch: Batch, job: str) -> float:
    """Seconds from the submission to the first attempt's STARTING."""
    at = {t.status: t.at for t in reversed(batch.transitions) if t.job_id == job}
    return float(at["STARTING"] - at["SUBMITTED"])


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"boot_seconds": -1}, "boot_seconds"),
        ({"idle_seconds": float("nan")}, "idle_seconds"),
        ({"task_seconds": float("inf")}, "task_seconds"),
        ({"spot_reclaims_per_host_hour": -0.1}, "spot_reclaims_per_host_hour"),
        ({"host_vcpus": 0}, "host_vcpus"),
        ({"submit_tps": 0}, "submit_tps"),
    ],
)
def test_refused_models(members: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CloudModel(**members)  # type: ignore[arg-type]


def test_without_a_model_jobs_start_at_once(batch: Batch) -> None:
    job = batch.submit()
    batch.clock.run()
    assert started(batch, job) == 0
    assert batch.engine.hosts == ()


def test_a_job_waits_runnable_for_its_host(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=120))
    job = batch.submit()
    batch.clock.advance(119)
    assert batch.status(job) == "RUNNABLE"
    assert "statusReason" not in batch.job(job)
    batch.clock.advance(1)
    assert batch.status(job) == "STARTING"
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    (host,) = batch.engine.hosts
    assert host.environment == "environment"
    assert host.vcpus == 16
    assert host.ready_at is not None
    assert host.ready_at - host.asked_at == 120


def test_a_host_is_filled_before_the_next_is_asked_for(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(host_vcpus=4))
    for _ in range(9):
        batch.submit()
    batch.clock.advance(0)
    assert len(batch.engine.hosts) == 3
    batch.clock.run()
    assert len(batch.runner.attempts) == 9


def test_a_running_host_takes_the_next_job_at_once(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(idle_seconds=300))
    batch.submit()
    batch.clock.advance(200)
    job = batch.submit()
    batch.clock.run()
    assert started(batch, job) == 0
    assert len(batch.engine.hosts) == 1


@pytest.mark.parametrize(("pause", "hosts"), [(59, 1), (61, 2)])
def test_an_idle_host_ends(make_batch: Callable[..., Batch], pause: int, hosts: int) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=120, idle_seconds=60))
    batch.submit()
    # 120 s of boot, 1 s of start, 10 s of work.
    batch.clock.advance(131 + pause)
    batch.submit()
    batch.clock.run()
    assert len(batch.engine.hosts) == hosts
    assert all(host.ended_at is not None for host in batch.engine.hosts)


def test_min_vcpus_are_there_before_the_first_job(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel())
    resources = {"type": "EC2", "minvCpus": 20, "maxvCpus": 64, "subnets": ["s"]}
    batch("CreateComputeEnvironment", computeEnvironmentName="warm", type="MANAGED", computeResources=resources)
    batch.queue("warm", "warm")
    batch.clock.advance(86_400)
    job = batch.submit(jobQueue="warm")
    batch.clock.run()
    assert started(batch, job) == 0
    assert [host.vcpus for host in batch.engine.hosts] == [16, 4]
    assert all(host.ended_at is None for host in batch.engine.hosts)


def test_jobs_move_to_room_that_comes_up_sooner(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(host_vcpus=1, boot_seconds=120))
    batch.runner.plan = lambda _: Plan(seconds=10, boot=0)
    batch.submit("first")
    batch.clock.advance(120)
    second = batch.submit("second")
    batch.clock.run()
    assert started(batch, second) == 10


def test_a_cancelled_job_gives_its_place_on_a_host_back(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(host_vcpus=1), max_vcpus=1)
    first, second = batch.submit("first"), batch.submit("second")
    batch.clock.advance(60)
    batch("CancelJob", jobId=first, reason="r")
    batch.clock.run()
    assert (batch.status(first), batch.status(second)) == ("FAILED", "SUCCEEDED")
    assert started(batch, second) == 120
    assert len(batch.engine.hosts) == 1


def test_instance_types_say_how_large_hosts_are(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(host_vcpus=8))
    resources = {
        "type": "EC2",
        "maxvCpus": 64,
        "subnets": ["s"],
        "instanceTypes": ["m7g.large", "m7g.xlarge", "m7g.8xlarge"],
    }
    batch("CreateComputeEnvironment", computeEnvironmentName="typed", type="MANAGED", computeResources=resources)
    batch.queue("typed", "typed")
    batch.submit(jobQueue="typed", **size(1))
    batch.submit(jobQueue="typed", **size(20))
    batch.clock.run()
    assert [host.vcpus for host in batch.engine.hosts] == [4, 32]


@pytest.mark.parametrize(
    ("types", "vcpus", "sizes"),
    [
        # Open: such as jobs fill, so that hosts stay within the limit of 64.
        (["optimal"], 10, {10}),
        (["optimal"], 3, {15, 3, 6}),
        (["optimal"], 32, {32}),
        (["c7i.2xlarge", "c7i.3xlarge", "c7i.4xlarge"], 2, {16}),
        (["m7i.2xlarge", "m7i.4xlarge"], 5, {16}),
        (["m5.12xlarge", "m5.4xlarge"], 12, {16}),
    ],
)
def test_hosts_are_such_as_jobs_fill_best(
    make_batch: Callable[..., Batch], types: list[str], vcpus: int, sizes: set[int]
) -> None:
    batch = make_batch(cloud=CloudModel())
    resources = {"type": "EC2", "maxvCpus": 64, "subnets": ["s"], "instanceTypes": types}
    batch("CreateComputeEnvironment", computeEnvironmentName="typed", type="MANAGED", computeResources=resources)
    batch.queue("typed", "typed")
    needs = [{"type": "VCPU", "value": str(vcpus)}]
    for _ in range(30):
        batch.submit(jobQueue="typed", containerOverrides={"resourceRequirements": needs})
    batch.clock.advance(125)
    assert {use.vcpus for use in batch.engine.hosts} <= sizes
    if types == ["optimal"]:
        assert sum(use.vcpus for use in batch.engine.hosts) <= 64


def test_nodes_of_a_job_start_together_on_hosts_of_their_own(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(host_vcpus=1))
    register(batch, nodes(3, group(":")))
    job = batch.submit(jobDefinition="nodes")
    batch.clock.advance(119)
    assert batch.status(job) == "RUNNABLE"
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert len(batch.engine.hosts) == 3


def test_unmanaged_environments_have_hosts_already(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel())
    batch("CreateComputeEnvironment", computeEnvironmentName="own", type="UNMANAGED", unmanagedvCpus=4, serviceRole="r")
    batch.queue("own", "own")
    job = batch.submit(jobQueue="own")
    batch.clock.run()
    assert started(batch, job) == 0


def fargate(batch: Batch, kind: str) -> None:
    batch.environment("fargate", 16, kind)
    batch.queue("fargate", "fargate")
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    batch.register("f", {"executionRoleArn": "r", "resourceRequirements": needs}, platformCapabilities=["FARGATE"])


def test_every_task_on_fargate_waits(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(task_seconds=30))
    fargate(batch, "FARGATE")
    first = batch.submit(jobQueue="fargate", jobDefinition="f")
    batch.clock.run()
    second = batch.submit(jobQueue="fargate", jobDefinition="f")
    batch.clock.run()
    assert (started(batch, first), started(batch, second)) == (30, 30)
    assert batch.engine.hosts == ()


SPOT = CloudModel(boot_seconds=60, spot_reclaims_per_host_hour=1.5, seed=7)


def run_spot(batch: Batch, jobs: int = 40) -> list[str]:
    batch.environment("spot", 64, "SPOT")
    batch.queue("spot", "spot")
    batch.runner.plan = lambda _: Plan(seconds=900)
    retry = {
        "attempts": 10,
        "evaluateOnExit": [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}],
    }
    ids = [batch.submit(jobQueue="spot", retryStrategy=retry) for _ in range(jobs)]
    batch.clock.run()
    return ids


def test_spot_hosts_are_taken_back_and_the_usual_retry_helps(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=SPOT)
    ids = run_spot(batch)
    assert {batch.status(ident) for ident in ids} == {"SUCCEEDED"}
    reclaimed = {host.instance_id for host in batch.engine.hosts if host.reclaimed}
    assert reclaimed
    lost = [a for ident in ids for a in batch.job(ident)["attempts"] if "exitCode" not in a["container"]]
    assert lost
    assert {a["statusReason"] for a in lost} <= {f"Host EC2 (instance {host}) terminated." for host in reclaimed}
    batch.check_events()
    assert batch.runner.running == 0


def test_without_a_retry_the_job_fails_with_awss_reason(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=0, spot_reclaims_per_host_hour=1000.0))
    batch.environment("spot", 64, "SPOT")
    batch.queue("spot", "spot")
    batch.runner.plan = lambda _: Plan(seconds=86_400)
    job = batch.submit(jobQueue="spot")
    batch.clock.run()
    (host,) = batch.engine.hosts
    assert host.reclaimed
    assert batch.job(job)["statusReason"] == f"Host EC2 (instance {host.instance_id}) terminated."
    assert host.instance_id.startswith("i-")
    assert len(host.instance_id) == 19


@pytest.mark.parametrize(("option", "taken"), [("SPOT", True), ("ON_DEMAND", False), (None, False)])
def test_managed_instances_on_spot_are_taken_back(
    make_batch: Callable[..., Batch], option: str | None, taken: bool
) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=0, spot_reclaims_per_host_hour=1000.0))
    launch = {
        "ec2InstanceProfileArn": "arn",
        "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
        **({} if option is None else {"capacityOptionType": option}),
    }
    provider = {"infrastructureRoleArn": "arn", "instanceLaunchTemplate": launch}
    resources = {"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 8, "managedInstancesProvider": provider}
    batch("CreateComputeEnvironment", computeEnvironmentName="mi", type="MANAGED", computeResources=resources)
    batch.queue("mi", "mi")
    batch.register("m", platformCapabilities=["MANAGED_INSTANCES"])
    batch.runner.plan = lambda _: Plan(seconds=86_400)
    batch.submit(jobQueue="mi", jobDefinition="m")
    batch.clock.run()
    (host,) = batch.engine.hosts
    assert host.reclaimed is taken


@pytest.mark.parametrize(("ran", "kept"), [(True, 1_200), (False, 60)])
def test_a_host_that_ran_a_job_stays_for_the_scale_down_delay(
    make_batch: Callable[..., Batch], ran: bool, kept: float
) -> None:
    """The delay is not for hosts that never ran one."""
    batch = make_batch(cloud=CloudModel(boot_seconds=100, idle_seconds=60))
    resources = {
        "type": "EC2", "maxvCpus": 8, "subnets": ["s"], "instanceTypes": ["c7i.xlarge"],
        "scalingPolicy": {"minScaleDownDelayMinutes": 20},
    }  # fmt: skip
    batch("CreateComputeEnvironment", computeEnvironmentName="slow", type="MANAGED", computeResources=resources)
    batch.queue("slow", "slow")
    batch.runner.plan = lambda _: Plan(boot=0, seconds=10)
    job = batch.submit(jobQueue="slow")
    batch.clock.advance(50)
    if not ran:
        batch("CancelJob", jobId=job, reason="changed my mind")
    batch.clock.run()
    (host,) = batch.engine.hosts
    assert host.ready_at is not None
    assert host.ended_at is not None
    assert host.ended_at - host.ready_at == pytest.approx(kept + (10 if ran else 0))


def test_a_task_on_fargate_spot_is_interrupted(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(spot_reclaims_per_host_hour=1000.0))
    fargate(batch, "FARGATE_SPOT")
    batch.runner.plan = lambda _: Plan(seconds=86_400)
    job = batch.submit(jobQueue="fargate", jobDefinition="f")
    batch.clock.run()
    assert batch.status(job) == "FAILED"
    assert batch.job(job)["statusReason"] == "Your Spot Task was interrupted."


@pytest.mark.parametrize("kind", ["EC2", "FARGATE"])
def test_on_demand_capacity_stays(make_batch: Callable[..., Batch], kind: str) -> None:
    batch = make_batch(cloud=CloudModel(spot_reclaims_per_host_hour=1000.0))
    fargate(batch, "FARGATE")
    batch.runner.plan = lambda _: Plan(seconds=86_400)
    job = batch.submit() if kind == "EC2" else batch.submit(jobQueue="fargate", jobDefinition="f")
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_a_job_that_is_terminated_as_its_host_goes_keeps_the_users_reason(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=0, spot_reclaims_per_host_hour=1000.0, seed=1))
    batch.environment("spot", 64, "SPOT")
    batch.queue("spot", "spot")
    batch.runner.plan = lambda _: Plan(seconds=86_400, stop_seconds=30)
    job = batch.submit(jobQueue="spot", retryStrategy={"attempts": 5})
    batch.clock.advance(0)
    batch("TerminateJob", jobId=job, reason="mine")
    batch.clock.run()
    assert batch.job(job)["statusReason"] == "mine"
    assert len(batch.runner.attempts) == 1


def test_the_same_seed_gives_the_same_run(make_batch: Callable[..., Batch]) -> None:
    runs = []
    for seed in (7, 7, 8):
        batch = make_batch(cloud=CloudModel(boot_seconds=60, spot_reclaims_per_host_hour=4.0, seed=seed))
        run_spot(batch)
        runs.append((batch.engine.hosts, [(t.status, t.at, t.attempt) for t in batch.transitions]))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_api_throttles(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(submit_tps=API_TPS))
    for _ in range(50):
        batch.submit()
    with pytest.raises(BatchError) as caught:
        batch.submit()
    assert (caught.value.code, caught.value.http_status) == ("TooManyRequestsException", 429)
    batch.clock.advance(0.1)
    for _ in range(5):
        batch.submit()
    with pytest.raises(BatchError, match="Too Many Requests"):
        batch.submit()
