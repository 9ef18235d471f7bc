from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, fargate
from support.submitted_jobs import Json, found, job, on, submitted

from batchwright.checks.rules.bw402_vcpus_fit import RULE


def managed_instances(most: int, *types: str) -> Json:
    """An environment on ECS Managed Instances."""
    requirements = {"AllowedInstanceTypes": list(types)} if types else {}
    provider = {"InstanceLaunchTemplate": {"InstanceRequirements": requirements}}
    kind = {"Type": "ECS_MANAGED_INSTANCES", "InstanceTypes": None}
    return environment({**kind, "MaxvCpus": most, "ManagedInstancesProvider": provider})


AT = ("Job", "ContainerProperties.ResourceRequirements[0].Value")


@pytest.mark.parametrize(
    ("template", "allowed"),
    [
        (submitted(job(32), on("c7i", MaxvCpus=16)), "max_vcpus (16)"),
        (submitted(job(32), on("c7i", MaxvCpus=8), on("c7i", MaxvCpus=16)), "max_vcpus (16)"),
        (submitted(job(8), on("c7i.xlarge", MaxvCpus=256)), "up to 4,"),
        (submitted(job(8), fargate({"MaxvCpus": 4})), "max_vcpus (4)"),
        (submitted(job(8), managed_instances(4)), "max_vcpus (4)"),
        (submitted(job(8), managed_instances(64, "m6i.large", "m6i.xlarge")), "up to 4,"),
    ],
)
def test_more_than_every_environment_has_is_found(template: Json, allowed: str) -> None:
    (violation,) = violations(RULE, template)
    assert (violation.resource.logical_id, violation.path) == AT
    assert allowed in violation.problem.allowed


@pytest.mark.parametrize(
    "template",
    [
        submitted(job(16), on("c7i", MaxvCpus=16)),
        submitted(job(32), on("c7i", MaxvCpus=16), on("c7i", MaxvCpus=32)),
        submitted(job(32), on("c7i", MaxvCpus=16), on("c7i", MaxvCpus=OPEN)),
        submitted(job(8), on("c7i.xlarge", "c7i.2xlarge", MaxvCpus=256)),
        submitted(job(OPEN), on("c7i.xlarge")),
        submitted(job(8), managed_instances(64)),
        submitted(job(8), managed_instances(64, "m6i.*")),
        submitted(job("many"), on("c7i.xlarge")),
    ],
)
def test_what_fits_or_is_open_is_accepted(template: Json) -> None:
    assert not violations(RULE, template)


def test_an_open_limit_still_has_its_instances() -> None:
    assert found(RULE, submitted(job(8), on("c7i.xlarge", MaxvCpus=OPEN))) == [AT]


def test_a_queue_with_environments_from_elsewhere_is_not_judged() -> None:
    template = submitted(job(32), on("c7i"))
    order = template["Resources"]["Queue"]["Properties"]["ComputeEnvironmentOrder"]
    order.append({"Order": 9, "ComputeEnvironment": "arn:aws:batch:eu-west-1:123456789012:compute-environment/other"})
    assert not violations(RULE, template)
