"""Random histories of one engine: what is done to it, and what must hold all the while."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from local.engine.fair_shares import fair_queue
from local.engine.harness import Batch, Plan
from local.engine.hosts import peak
from local.engine.node_jobs import register
from local.engine.shapes import group, nodes

from batchwright.local.engine import BatchError, CloudModel, EngineLimits, Exit

if TYPE_CHECKING:
    from batchwright.local.engine import Attempt, Transition

QUEUES = ("queue", "second", "fair", "spot", "fargate")
ENVIRONMENTS = ("environment", "other", "spot", "fargate")
ENDED = ("SUCCEEDED", "FAILED")
LIMITS = EngineLimits(keep_finished_seconds=None, max_running=7)

_ident = st.integers(0, 30)
_submit = st.fixed_dictionaries(
    {
        "queue": st.sampled_from(QUEUES),
        "vcpus": st.sampled_from([1, 2, 2, 4, 9]),
        "shape": st.sampled_from(["single", "single", "array", "nodes"]),
        "waits_for": st.lists(st.tuples(_ident, st.sampled_from(["", "N_TO_N", "SEQUENTIAL"])), max_size=2),
        "attempts": st.integers(1, 3),
        "timeout": st.sampled_from([None, 60]),
        "share": st.sampled_from(["a", "b"]),
        "needs": st.sampled_from([0, 0, 1, 2]),
        "seconds": st.sampled_from([0, 5, 90]),
        "code": st.sampled_from([0, 0, 0, 1]),
    }
)
_stop = st.tuples(
    st.sampled_from(["CancelJob", "TerminateJob"]), _ident, st.sampled_from(["", "", ":0", ":1", "#0", "#1"])
)
_environment = st.tuples(
    st.sampled_from(ENVIRONMENTS), st.sampled_from(["ENABLED", "ENABLED", "DISABLED"]), st.integers(1, 9)
)
_queue = st.tuples(
    st.sampled_from(QUEUES), st.sampled_from(["ENABLED", "ENABLED", "DISABLED"]), st.integers(0, 5), st.booleans()
)
steps = st.lists(
    st.one_of(
        *(st.tuples(st.just("submit"), _submit) for _ in range(5)),
        st.tuples(st.just("advance"), st.sampled_from([0, 1, 3, 30, 200])),
        st.tuples(st.just("stop"), _stop),
        st.tuples(st.just("environment"), _environment),
        st.tuples(st.just("queue"), _queue),
        st.tuples(st.just("units"), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.sampled_from(QUEUES)),
        st.tuples(st.just("policy"), st.sampled_from([0, 600])),
        st.tuples(st.just("look"), _ident),
    ),
    min_size=15,
    max_size=40,
)
clouds = st.one_of(
    st.none(),
    st.builds(
        CloudModel,
        boot_seconds=st.sampled_from([0.0, 20.0]),
        idle_seconds=st.sampled_from([0.0, 60.0]),
        task_seconds=st.sampled_from([0.0, 20.0]),
        host_vcpus=st.integers(1, 8),
        spot_reclaims_per_host_hour=st.sampled_from([0.0, 60.0]),
        without_capacity=st.sampled_from([frozenset(), frozenset({"other"})]),
        seed=st.integers(0, 3),
    ),
)


class Watch:
    """Sees every transition as it is made, and fails at the first that must not be.

    Args:
        in_order: Whether jobs of a queue without shares are to start in the order of their submission: with hosts that
            boot, one may be ready before that of an older job.
    """

    def __init__(self, *, in_order: bool) -> None:
        self.in_order = in_order
        self.made: list[Transition] = []
        self.orders: dict[str, int] = {}
        self.status: dict[str, str] = {}
        self.runnable: defaultdict[str, set[str]] = defaultdict(set)
        self.before: dict[str, tuple[str, ...]] = {}
        self.most = Counter({"environment": 6, "other": 4, "spot": 6, "fargate": 4})
        self.held: Counter[str] = Counter()
        self.places: dict[str, tuple[str, float]] = {}

    def __call__(self, change: Transition) -> None:
        self.made.append(change)
        ident, status = change.job_id, change.status
        assert self.status.get(ident) == change.before
        assert self.status.get(ident) not in ENDED or "#" in ident
        self.status[ident] = status
        self.orders.setdefault(ident, len(self.orders))
        if "#" in ident:
            return
        if status == "STARTING":
            self._starts(change)
        elif ident in self.places and status != "RUNNING":
            environment, vcpus = self.places.pop(ident)
            self.held[environment] -= vcpus
        waiting = self.runnable[change.queue]
        (waiting.add if status == "RUNNABLE" else waiting.discard)(ident)

    def _starts(self, change: Transition) -> None:
        ident = change.job_id
        assert change.environment is not None
        self.places[ident] = change.environment, change.vcpus
        self.held[change.environment] += change.vcpus
        assert self.held[change.environment] <= max(self.most[change.environment], change.vcpus)
        for other in (*self.before.get(ident, ()), *self.before.get(ident.partition(":")[0], ())):
            assert self.status[other] == "SUCCEEDED"
        if self.in_order and change.queue != "fair":
            mine = self.orders[ident]
            assert all(self.orders[other] >= mine for other in self.runnable[change.queue])


class History:
    """Carries out the steps; what AWS would refuse is refused, and changes nothing."""

    def __init__(self, cloud: CloudModel | None) -> None:
        self.watch = Watch(in_order=cloud is None)
        self.batch = batch = Batch(max_vcpus=6, cloud=cloud, limits=LIMITS, observe=self.watch)
        self.jobs: list[str] = []
        self.parts: list[str] = []
        self.plans: dict[str, Plan] = {}
        batch.environment("other", 4)
        batch.environment("spot", 6, "SPOT")
        batch.environment("fargate", 4, "FARGATE")
        batch.queue("second", "environment", "other", priority=3)
        batch.queue("spot", "spot", "other", priority=2)
        batch.queue("fargate", "fargate")
        self.policy = fair_queue(batch, shareDecaySeconds=600, computeReservation=20)
        batch("CreateConsumableResource", consumableResourceName="unit", totalQuantity=2)
        register(batch, nodes(2, group(":")), schedulingPriority=1)
        needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
        container = {"executionRoleArn": "r", "resourceRequirements": needs}
        batch.register("fargate", container, platformCapabilities=["FARGATE"], schedulingPriority=1)
        batch.runner.plan = self._plan

    def _plan(self, attempt: Attempt) -> Plan:
        # Asked as an attempt begins: of a job that is about to run, and of no other.
        assert self.watch.status[attempt.job_id] == "STARTING"
        return self.plans.get(attempt.job_name, Plan())

    def do(self, step: tuple[str, Any]) -> None:
        """Carry out one step."""
        try:
            getattr(self, f"_{step[0]}")(step[1])
        except BatchError as error:
            if error.code != "ClientException":
                raise

    def _submit(self, drawn: dict[str, Any]) -> None:
        name, shape = f"j{len(self.plans)}", drawn["shape"]
        self.plans[name] = Plan(seconds=drawn["seconds"], exit=Exit(exit_code=drawn["code"]))
        needs = [{"consumableResource": "unit", "quantity": drawn["needs"]}]
        waits = [self._wait(number, kind, shape) for number, kind in drawn["waits_for"] if self.jobs]
        request: dict[str, Any] = {
            "jobQueue": drawn["queue"],
            "jobDefinition": "fargate" if drawn["queue"] == "fargate" else "definition",
            "retryStrategy": {"attempts": drawn["attempts"]},
            "dependsOn": [_dependency(ident, kind) for ident, kind in waits],
        }
        if drawn["queue"] != "fargate":
            size = [{"type": "VCPU", "value": str(drawn["vcpus"])}]
            request["containerOverrides"] = {"resourceRequirements": size}
        if drawn["timeout"]:
            request["timeout"] = {"attemptDurationSeconds": drawn["timeout"]}
        if drawn["queue"] == "fair":
            request |= {"shareIdentifier": drawn["share"], "schedulingPriorityOverride": drawn["vcpus"]}
        if drawn["needs"]:
            request["consumableResourcePropertiesOverride"] = {"consumableResourceList": needs}
        if shape == "array":
            request["arrayProperties"] = {"size": 2}
        elif shape == "nodes" and drawn["queue"] != "fargate":
            request["jobDefinition"] = "nodes"
            for member in ("containerOverrides", "consumableResourcePropertiesOverride"):
                request.pop(member, None)
        ident = self.batch.submit(name, **request)
        self.jobs.append(ident)
        shape = "single" if shape == "nodes" and drawn["queue"] == "fargate" else shape
        self.parts += {"array": [f"{ident}:0", f"{ident}:1"], "nodes": [f"{ident}#0", f"{ident}#1"]}.get(shape, [])
        self.watch.before[ident] = tuple(one for one, kind in waits if not kind)
        for index in (0, 1):
            one_to_one = [f"{one}:{index}" for one, kind in waits if kind == "N_TO_N"]
            in_turn = [f"{ident}:0"] if index and any(kind == "SEQUENTIAL" for _, kind in waits) else []
            self.watch.before[f"{ident}:{index}"] = (*one_to_one, *in_turn)

    def _wait(self, number: int, kind: str, shape: str) -> tuple[str, str]:
        ident = self._whole(number)
        # Both kinds are for arrays, and one of them for two of the same size.
        fits = shape == "array" and (kind == "SEQUENTIAL" or f"{ident}:1" in self.parts)
        return ident, kind if fits else ""

    def _advance(self, seconds: float) -> None:
        self.batch.clock.advance(seconds)

    def _stop(self, drawn: tuple[str, int, str]) -> None:
        operation, number, part = drawn
        if self.jobs:
            self.batch(operation, jobId=self._whole(number) + part, reason="drawn")

    def _environment(self, drawn: tuple[str, str, int]) -> None:
        name, state, vcpus = drawn
        self.watch.most[name] = max(self.watch.most[name], vcpus)
        self.batch(
            "UpdateComputeEnvironment", computeEnvironment=name, state=state, computeResources={"maxvCpus": vcpus}
        )

    def _queue(self, drawn: tuple[str, str, int, bool]) -> None:
        name, state, priority, longer = drawn
        request: dict[str, Any] = {"jobQueue": name, "state": state, "priority": priority}
        if name != "fargate":
            environments = ["other", "environment"] if longer else ["environment"]
            order = [{"order": n, "computeEnvironment": each} for n, each in enumerate(environments)]
            request["computeEnvironmentOrder"] = order
        self.batch("UpdateJobQueue", **request)

    def _delete(self, name: str) -> None:
        self.batch("UpdateJobQueue", jobQueue=name, state="DISABLED")
        self.batch("DeleteJobQueue", jobQueue=name)
        policy = {"schedulingPolicyArn": self.policy} if name == "fair" else {}
        self.batch.queue(name, "fargate" if name == "fargate" else "environment", **policy)

    def _units(self, quantity: int) -> None:
        self.batch("UpdateConsumableResource", consumableResource="unit", operation="SET", quantity=quantity)

    def _policy(self, seconds: int) -> None:
        self.batch("UpdateSchedulingPolicy", arn=self.policy, fairsharePolicy={"shareDecaySeconds": seconds})

    def _look(self, number: int) -> None:
        batch = self.batch
        if self.jobs:
            batch("DescribeJobs", jobs=[self._whole(number), *self.parts][:100])
        for queue in QUEUES:
            batch("GetJobQueueSnapshot", jobQueue=queue)
            for status in self.watch.status.values():
                batch("ListJobs", jobQueue=queue, jobStatus=status)
        batch("ListJobsByConsumableResource", consumableResource="unit")
        for operation in ("DescribeComputeEnvironments", "DescribeJobQueues", "DescribeJobDefinitions"):
            batch(operation)

    def _whole(self, number: int) -> str:
        return self.jobs[number % len(self.jobs)]

    def end(self) -> None:
        """Let all jobs end, those that cannot run too, and look at what is left."""
        batch = self.batch
        batch.clock.run()
        for ident in self.jobs:
            batch("TerminateJob", jobId=ident, reason="the end")
        batch.clock.run()
        self._look(0)
        everything = [*self.jobs, *self.parts]
        assert [batch.status(ident) in ENDED for ident in everything] == [True] * len(everything)
        assert set(self.watch.status) == set(everything)
        assert {ident: batch.status(ident) for ident in everything} == self.watch.status
        self._check_told()
        attempts = [(attempt.job_id, attempt.number) for attempt in batch.runner.attempts]
        assert len(set(attempts)) == len(attempts)
        assert (batch.runner.running, +self.watch.held, self.watch.places) == (0, Counter(), {})
        assert all(host.ended_at is not None for host in batch.engine.hosts)
        for name, most in self.watch.most.items():
            hosts = [host for host in batch.engine.hosts if host.environment == name]
            assert peak(hosts) <= most + max((host.vcpus for host in hosts), default=0)
        assert batch("DescribeConsumableResource", consumableResource="unit")["inUseQuantity"] == 0
        for queue in QUEUES:
            found = batch("GetJobQueueSnapshot", jobQueue=queue)
            assert found["frontOfQueue"]["jobs"] == []
            assert found["queueUtilization"]["totalCapacityUsage"][0]["quantity"] == 0

    def _check_told(self) -> None:
        """There is an event for each transition but the submission, in the same order."""
        self.batch.check_events()
        told = [(event["detail"]["jobId"], event["detail"]["status"]) for event in self.batch.of_kind()]
        assert told == [(t.job_id, str(t.status)) for t in self.watch.made if t.before is not None]


def _dependency(ident: str, kind: str) -> dict[str, str]:
    if kind == "SEQUENTIAL":
        return {"type": kind}
    return {"jobId": ident, **({"type": kind} if kind else {})}
