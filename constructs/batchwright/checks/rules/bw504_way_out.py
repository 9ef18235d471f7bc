"""BW504: hosts and tasks reach what they need to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import ABSENT, text
from batchwright.checks.views.egress import Networks, hosts_have_addresses, needs_of
from batchwright.model.egress import (
    HOST_SERVICES,
    host_address_problems,
    missing_endpoint_problems,
    task_address_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Definition, Environment, Queue, System

_SUBNETS: Final = "ComputeResources.Subnets"
_ADDRESS: Final = "ContainerProperties.NetworkConfiguration.AssignPublicIp"


def _check(system: System) -> Iterator[Violation]:
    networks = Networks(system)
    jobs: dict[int, list[Definition]] = {}
    for definition in system.definitions:
        for queue in definition.queues:
            yield from _task(definition, queue, networks)
            for environment in queue.environments:
                jobs.setdefault(id(environment), []).append(definition)
    for environment in system.environments:
        if environment.fargate is not None and environment.managed and not environment.eks:
            yield from _environment(environment, jobs.get(id(environment), []), networks)


def _environment(environment: Environment, jobs: list[Definition], networks: Networks) -> Iterator[Violation]:
    around = networks.around(environment)
    if around is None:
        return
    fargate = bool(environment.fargate)
    if around.isolated:
        needed = frozenset() if fargate else HOST_SERVICES
        for definition in jobs:
            needed |= needs_of(definition, fargate=fargate)
        what = "tasks" if fargate else "hosts"
        problems = missing_endpoint_problems(needed, around.endpoints, what=what)
    elif not fargate:
        addresses = hosts_have_addresses(environment)
        problems = host_address_problems(public=around.public, addresses=addresses, present=around.endpoints)
    else:
        return
    for problem in problems:
        yield Violation(resource=environment.resource, path=_SUBNETS, problem=problem)


def _task(definition: Definition, queue: Queue, networks: Networks) -> Iterator[Violation]:
    """A Fargate job whose every environment lies in public subnets only."""
    if not queue.complete or definition.shape != "container" or not all(each.fargate for each in queue.environments):
        return
    around = [networks.around(each) for each in queue.environments]
    if any(each is None or not each.public for each in around):
        return
    assigned = definition.resource.get(_ADDRESS)
    problems = task_address_problems(
        public=bool(around),
        assigned={"ENABLED": True, "DISABLED": False}.get("DISABLED" if assigned is ABSENT else text(assigned) or ""),
        needed=needs_of(definition, fargate=True),
        present=frozenset.intersection(*(each.endpoints for each in around if each)) if around else (),
    )
    for problem in problems:
        yield Violation(resource=definition.resource, path=_ADDRESS, problem=problem)


RULE: Final = Rule(
    id="BW504",
    severity=Severity.ERROR,
    title="Hosts and tasks reach what they need to start",
    what=(
        "Environments on ECS all of whose subnets, with their VPC, routes and endpoints, are in the application. In "
        "public subnets, hosts get a public address and Fargate jobs ask for one. In subnets without a way out, the "
        "VPC has endpoints: of ECS for hosts, and of ECR, S3, CloudWatch Logs, Secrets Manager and Systems Manager as "
        "far as jobs that are submitted there use them. Silent when a part is open, where subnets differ, where a VPC "
        "has peers, transit gateways or the like, and where a nested stack or custom resource is given a part of a "
        "network. It takes every endpoint of the VPC to be in what it is given."
    ),
    why="Hosts never join and jobs stay RUNNABLE, or each attempt fails to pull its image, to log or to read a secret.",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html",
    check=_check,
)
