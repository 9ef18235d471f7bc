"""An engine on a simulated clock, with a runner that only knows durations."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from batchwright.local.engine import (
    Attempt,
    BatchEngine,
    CloudModel,
    EngineLimits,
    Exit,
    SimulatedClock,
    Started,
    Timer,
    Transition,
)
from batchwright.local.engine.api.requests import service_model
from batchwright.local.engine.jobs.states import NODE_TRANSITIONS, TRANSITIONS, JobStatus

CLUSTER = "arn:aws:eks:us-east-1:123456789012:cluster/c"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
}


def check_shape(shape: Shape, value: object, where: str = "response") -> None:
    """Fail on a member that AWS's model does not know or that has another type."""
    if isinstance(shape, StructureShape):
        assert isinstance(value, Mapping), f"{where}: {value!r}"
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{where} has unknown members {unknown}"
        for name, item in value.items():
            check_shape(shape.members[name], item, f"{where}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), f"{where}: {value!r}"
        for position, item in enumerate(value):
            check_shape(shape.member, item, f"{where}[{position}]")
    elif isinstance(shape, MapShape):
        assert isinstance(value, Mapping), f"{where}: {value!r}"
        for name, item in value.items():
            assert isinstance(name, str)
            check_shape(shape.value, item, f"{where}.{name}")
    else:
        assert isinstance(value, _TYPES[shape.type_name]), f"{where} is {value!r}, not {shape.type_name}"
        assert shape.type_name == "boolean" or not isinstance(value, bool), where


@dataclass(frozen=True)
class Plan:
    """What the fake runner does with an attempt."""

    seconds: float = 10.0
    exit: Exit = field(default_factory=lambda: Exit(exit_code=0))
    boot: float = 1.0
    stop_seconds: float = 1.0
    started: Started | None = None


class FakeAttempt:
    """Ends after a while, or soon after it was asked to stop."""

    def __init__(self, clock: SimulatedClock, plan: Plan, on_exit: Callable[[Exit], None]) -> None:
        self.clock = clock
        self.plan = plan
        self.on_exit = on_exit
        self.stops: list[tuple[str, float]] = []
        self.timers: list[Timer] = []
        self.ended = False

    def stop(self, reason: str, grace: float) -> None:
        self.stops.append((reason, grace))
        if len(self.stops) == 1 and not self.ended:
            for timer in self.timers:
                timer.cancel()
            self.clock.call_later(self.plan.stop_seconds, lambda: self.on_exit(Exit(exit_code=143)))


class FakeRunner:
    """Runs nothing: calls back as its plan for the attempt says."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.plan: Callable[[Attempt], Plan] = lambda _: Plan()
        self.attempts: list[Attempt] = []
        self.handles: list[FakeAttempt] = []
        self.running = 0
        self.most_running = 0
        self.released: list[str] = []

    def exits(self, *codes: int) -> None:
        """Let attempt n of each job end with the nth code, the last one repeated."""
        self.plan = lambda attempt: Plan(exit=Exit(exit_code=codes[min(attempt.number, len(codes)) - 1]))

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> FakeAttempt:
        plan = self.plan(attempt)
        self.attempts.append(attempt)
        self.running += 1
        self.most_running = max(self.most_running, self.running)

        def end(exited: Exit) -> None:
            self.running -= 1
            handle.ended = True
            on_exit(exited)

        handle = FakeAttempt(self.clock, plan, end)
        self.handles.append(handle)
        if plan.exit.exit_code is not None:
            started = plan.started or Started(
                log_stream_name=attempt.log_stream_name(attempt.container), address="10.0.0.7"
            )
            handle.timers.append(self.clock.call_later(plan.boot, lambda: on_started(started)))
        handle.timers.append(self.clock.call_later(plan.boot + plan.seconds, lambda: end(plan.exit)))
        return handle

    def release(self, network: str) -> None:
        self.released.append(network)

    def order(self) -> list[str]:
        """Names of the jobs in the order in which they were started."""
        return [attempt.job_name for attempt in self.attempts]


class Batch:
    """An engine with an environment, a queue and a definition; each response is checked against AWS's model."""

    def __init__(
        self,
        *,
        limits: EngineLimits | None = None,
        max_vcpus: int = 256,
        cloud: CloudModel | None = None,
        observe: Callable[[Transition], None] | None = None,
        carried_out: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> None:
        self.clock = SimulatedClock()
        self.runner = FakeRunner(self.clock)
        self.events: list[Mapping[str, Any]] = []
        self.transitions: list[Transition] = []
        self.engine = BatchEngine(
            account="123456789012",
            region="us-east-1",
            runner=self.runner,
            emit=self.events.append,
            clock=self.clock,
            limits=limits,
            cloud=cloud,
            observe=observe or self.transitions.append,
            carried_out=carried_out,
        )
        self.engine_made(self.engine)
        self.environment("environment", max_vcpus)
        self.queue("queue", "environment")
        self.register("definition")

    def engine_made(self, engine: BatchEngine) -> None:
        """Called before the first request."""

    def __call__(self, operation: str, /, **request: object) -> dict[str, Any]:
        response = self.engine.handle(operation, request)
        shape = service_model().operation_model(operation).output_shape
        if shape is not None:
            check_shape(shape, response)
        return response

    def environment(self, name: str, max_vcpus: int = 256, kind: str = "EC2") -> str:
        resources = {"type": kind, "maxvCpus": max_vcpus, "subnets": ["subnet-1"]}
        made = self("CreateComputeEnvironment", computeEnvironmentName=name, type="MANAGED", computeResources=resources)
        return str(made["computeEnvironmentArn"])

    def queue(self, name: str, *environments: str, priority: int = 1, **members: object) -> str:
        order = [{"order": n, "computeEnvironment": e} for n, e in enumerate(environments, 1)]
        made = self("CreateJobQueue", jobQueueName=name, priority=priority, computeEnvironmentOrder=order, **members)
        return str(made["jobQueueArn"])

    def register(self, name: str, container: Mapping[str, Any] | None = None, **members: object) -> str:
        base = {
            "image": "image",
            "command": ["run"],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
        }
        return self.register_as(name, containerProperties={**base, **(container or {})}, **members)

    def register_as(self, name: str, **members: object) -> str:
        request: dict[str, object] = {"jobDefinitionName": name, "type": "container", **members}
        return str(self("RegisterJobDefinition", **request)["jobDefinitionArn"])

    def eks(self, queue: str = "eks", *, max_vcpus: int = 256) -> None:
        """An environment on Amazon EKS with a queue of the same name."""
        self(
            "CreateComputeEnvironment",
            computeEnvironmentName=queue,
            type="MANAGED",
            computeResources={"type": "EC2", "maxvCpus": max_vcpus, "subnets": ["subnet-1"]},
            eksConfiguration={"eksClusterArn": CLUSTER, "kubernetesNamespace": "jobs"},
        )
        self.queue(queue, queue)

    def submit(self, name: str = "job", **members: object) -> str:
        request = {"jobName": name, "jobQueue": "queue", "jobDefinition": "definition", **members}
        return str(self("SubmitJob", **request)["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        (found,) = self("DescribeJobs", jobs=[job_id])["jobs"]
        return dict(found)

    def status(self, job_id: str) -> str:
        return str(self.job(job_id)["status"])

    def told(self, job_id: str) -> list[str]:
        """Statuses of the events of a job, in order."""
        return [event["detail"]["status"] for event in self.of_kind() if event["detail"]["jobId"] == job_id]

    def of_kind(self, kind: str = "Batch Job State Change") -> list[Mapping[str, Any]]:
        """The events of a kind."""
        return [event for event in self.events if event["detail-type"] == kind]

    def check_events(self) -> dict[str, list[str]]:
        """Check that every job's events follow the state machine, from SUBMITTED to an end; return them by job.

        The submission is in them too, although it has no event.
        """
        told: dict[str, list[str]] = defaultdict(list)
        detail = service_model().shape_for("JobDetail")
        for event in self.events:
            check_shape(detail, event["detail"], "event.detail")
        for event in self.of_kind():
            told[event["detail"]["jobId"]].append(event["detail"]["status"])
        for job_id, statuses in told.items():
            statuses.insert(0, "SUBMITTED")
            for before, after in itertools.pairwise(statuses):
                allowed = NODE_TRANSITIONS if "#" in job_id else TRANSITIONS
                assert JobStatus(after) in allowed[JobStatus(before)], (job_id, statuses)
            assert JobStatus(statuses[-1]).terminal, (job_id, statuses)
        return told
