"""An account with the Batch resources of templates, inside an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.checks import load
from batchwright.checks.templates import fields, items, number
from batchwright.local.engine import BatchError
from batchwright.local.simulation.api_requests import ApiRequests
from batchwright.local.simulation.crowding import crowding_notes
from batchwright.local.simulation.resources import Finder, engine_names, label_of, refusal
from batchwright.model.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from batchwright.checks.system import Definition, Environment
    from batchwright.checks.templates import Resource
    from batchwright.local.simulation.workload import Stream, Workload

_MINUTE: Final = 60.0
_POLICY: Final = "AWS::Batch::SchedulingPolicy"
_CONSUMABLE: Final = "AWS::Batch::ConsumableResource"
_FIX: Final = "Correct the template; `batchwright check` says more."


@dataclass(frozen=True, slots=True)
class Target:
    """Where a stream goes: names in the engine."""

    queue: str
    definition: str


class Account:
    """The resources that a workload uses, ready to be made in engines.

    Args:
        workload: The workload; its templates are read.

    Attributes:
        targets: Queue and definition of each stream, by its name.
        labels: What people call each environment and queue, by its name in the engine.
        notes: What a reader of the report must know.

    Raises:
        ConfigurationError: It names what the templates do not have, or leaves open what must be known.
        InputError: A template cannot be read.
    """

    def __init__(self, workload: Workload) -> None:
        self._system = system = load(workload.templates)
        kinds = [kind for kind in system.resources if kind.startswith("AWS::Batch::")]
        self._names = engine_names(each for kind in kinds for each in system.of_type(kind))
        self._requests = ApiRequests(self._names)
        self.labels = {name: label_of(resource) for resource, name in self._names.items()}
        problems = Problems("Workload")
        self.targets = self._targets(workload.streams, problems)
        self._sizes = self._chosen_sizes(workload.max_vcpus, problems)
        used = {target.queue for target in self.targets.values()}
        self._queues = [each for each in system.queues if self._names[each.resource] in used]
        self._environments = {each.resource: each for queue in self._queues for each in queue.environments}
        for environment in self._environments.values():
            if environment.managed and environment.max_vcpus is None and environment.resource not in self._sizes:
                label = label_of(environment.resource)
                problems.check(
                    False,
                    field=f"{label}.MaxvCpus",
                    value="known when it is deployed",
                    allowed="a number",
                    fix=f'Add "max_vcpus": {{"{label}": 256}} to the workload.',
                )
        problems.raise_if_any()
        self.notes = (*self._open_ends(), *self._crowded(workload.streams))

    @property
    def environments(self) -> Sequence[str]:
        """Names of the environments in the engine."""
        return [self._names[resource] for resource in self._environments]

    @property
    def scale_down_delay(self) -> float:
        """Seconds for which the templates keep a host that ran a job, at most."""
        compute = (fields(each.properties.get("ComputeResources")) for each in self._environments)
        delays = (number(fields(each.get("ScalingPolicy")).get("MinScaleDownDelayMinutes")) for each in compute)
        return _MINUTE * max((delay or 0.0 for delay in delays), default=0.0)

    def max_vcpus(self, name: str) -> int | None:
        """Return what an environment, by its name in the engine, grows to at most."""
        environment = self._environment_named(name)
        size = self._sizes.get(environment.resource, environment.max_vcpus)
        return None if size is None else int(size)

    def fargate(self, name: str) -> bool:
        """Return whether an environment has tasks of its own and no hosts."""
        return bool(self._environment_named(name).fargate)

    def unmanaged(self, name: str) -> bool:
        """Return whether an environment's hosts are its owner's affair."""
        return self._environment_named(name).managed is False

    def make(self, handle: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> None:
        """Make all resources in an engine.

        Raises:
            ConfigurationError: The engine refuses them as AWS would; with every refusal.
        """
        problems = Problems("Workload")
        for resource, operation, request in self._all_requests():
            try:
                handle(operation, request)
            except BatchError as error:
                allowed = f"what AWS takes: {refusal(error)}"
                problems.check(False, field=label_of(resource), value=operation, allowed=allowed, fix=_FIX)
        problems.raise_if_any()

    def _environment_named(self, name: str) -> Environment:
        return next(each for each in self._environments.values() if self._names[each.resource] == name)

    def _all_requests(self) -> Iterator[tuple[Resource, str, dict[str, Any]]]:
        for resource in self._system.of_type(_CONSUMABLE):
            yield self._named("CreateConsumableResource", "consumableResourceName", resource)
        for resource in self._environments:
            yield self._environment(resource)
        for queue in self._queues:
            name = self._names[queue.resource]
            policy = queue.policy
            if queue.fair_share:
                arn = f"{name}-shares"
                shares = {} if policy is None else self._requests.of("CreateSchedulingPolicy", policy)
                yield policy or queue.resource, "CreateSchedulingPolicy", {**shares, "name": arn}
            _, operation, request = self._named("CreateJobQueue", "jobQueueName", queue.resource)
            request["computeEnvironmentOrder"] = [
                {"order": place, "computeEnvironment": self._names[each.resource]}
                for place, each in enumerate(queue.environments, 1)
            ]
            request.pop("schedulingPolicyArn", None)
            if queue.fair_share:
                request["schedulingPolicyArn"] = f"{name}-shares"
            request.setdefault("priority", 1)
            yield queue.resource, operation, request
        used = {target.definition for target in self.targets.values()}
        for definition in self._system.definitions:
            if self._names[definition.resource] in used:
                yield self._named("RegisterJobDefinition", "jobDefinitionName", definition.resource)

    def _named(self, operation: str, member: str, resource: Resource) -> tuple[Resource, str, dict[str, Any]]:
        request = self._requests.of(operation, resource)
        return resource, operation, {**request, member: self._names[resource]}

    def _environment(self, resource: Resource) -> tuple[Resource, str, dict[str, Any]]:
        _, operation, request = self._named("CreateComputeEnvironment", "computeEnvironmentName", resource)
        if resource in self._sizes:
            size = self._sizes[resource]
            compute = request.get("computeResources", {})
            scaled = {name: min(compute[name], size) for name in ("minvCpus", "desiredvCpus") if name in compute}
            request["computeResources"] = {**compute, **scaled, "maxvCpus": size}
        request.get("computeResources", {}).pop("updateToLatestImageVersion", None)
        return resource, operation, request

    def _targets(self, streams: Sequence[Stream], problems: Problems) -> dict[str, Target]:
        system = self._system
        queues = Finder("job queue", [each.resource for each in system.queues], "JobQueueName")
        definitions = Finder("job definition", [each.resource for each in system.definitions], "JobDefinitionName")
        found: dict[str, Target] = {}
        for place, stream in enumerate(streams):
            definition, wrong = definitions.find(stream.definition, f"jobs[{place}].definition")
            problems.extend(wrong)
            known = [each for each in system.definitions if each.resource is definition]
            meant = self._meant_queue(known[0]) if known and stream.queue is None else None
            if meant is None:
                meant, wrong = queues.find(stream.queue, f"jobs[{place}].queue")
                problems.extend(wrong)
            if definition is not None and meant is not None:
                found[stream.name] = Target(self._names[meant], self._names[definition])
        return found

    def _meant_queue(self, definition: Definition) -> Resource | None:
        """Return the queue that the templates submit a job definition to, when that is one."""
        queues = {each.queue.resource for each in definition.submissions if each.queue is not None}
        return queues.pop() if len(queues) == 1 else None

    def _chosen_sizes(self, given: Mapping[str, int], problems: Problems) -> dict[Resource, int]:
        resources = [each.resource for each in self._system.environments]
        finder = Finder("compute environment", resources, "ComputeEnvironmentName")
        found: dict[Resource, int] = {}
        for name, size in given.items():
            resource, wrong = finder.find(name, f"max_vcpus[{name!r}]")
            problems.extend(wrong)
            if resource is not None:
                found[resource] = size
        return found

    def _open_ends(self) -> Iterator[str]:
        for queue in self._queues:
            listed = items(queue.resource.properties.get("ComputeEnvironmentOrder"))
            if not queue.complete and len(listed) > len(queue.environments):
                missing = len(listed) - len(queue.environments)
                yield f"{label_of(queue.resource)}: {missing} of its environments are in no template, and left out."

    def _crowded(self, streams: Sequence[Stream]) -> Iterator[str]:
        for stream in streams:
            target = self.targets[stream.name]
            definition = next(d for d in self._system.definitions if self._names[d.resource] == target.definition)
            queue = next(each for each in self._queues if self._names[each.resource] == target.queue)
            names = [label_of(each.resource) for each in queue.environments]
            yield from crowding_notes(stream, definition, queue.environments, names)
