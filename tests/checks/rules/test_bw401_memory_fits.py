from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, fargate, maybe
from support.submitted_jobs import Json, as_text, found, job, on, submitted

from batchwright.checks.rules.bw401_memory_fits import RULE

AT = ("Job", "ContainerProperties.ResourceRequirements[1].Value")


def test_memory_beyond_the_largest_instance_is_found_at_the_definition() -> None:
    (violation,) = violations(RULE, submitted(job(1, 8192), on("m4.large")))
    assert (violation.resource.logical_id, violation.path) == AT
    assert violation.problem.value == "8192 MiB"
    assert "8192" in violation.problem.allowed
    assert "Use 7750 MiB" in violation.problem.fix


@pytest.mark.parametrize(
    "template",
    [
        submitted(job(1, 7000), on("m4.large")),
        # Within the last 5 %: a warning of another rule.
        submitted(job(1, 7985), on("m4.large")),
        submitted(job(1, 8192), on("m4.large", "m4.xlarge")),
        submitted(job(1, 8192), on("m4")),
        submitted(job(1, 8192), on("m4.large"), on("m4.xlarge")),
        submitted(job(1, 8192), on("m4.large"), on(OPEN)),
        submitted(job(1, 10**7), environment()),
        submitted(job(1, 10**7), on("m4.large", "optimal")),
        submitted(job(1, 10**7), on("m99.large")),
        submitted(job(1, 10**7), fargate()),
        submitted(job(1, 10**7), {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "UNMANAGED"}}),
        submitted(job(1, OPEN), on("m4.large")),
        submitted(job(1, maybe("8192")), on("m4.large")),
        submitted(job(1, ["8192"]), on("m4.large")),
        submitted(job(1, 8192), on("m4.large"), request={"JobQueue": "elsewhere"}),
        submitted(job(1, 8192), on("m4.large"), request={"JobQueue.$": "$.queue"}),
    ],
)
def test_what_fits_or_is_open_is_accepted(template: Json) -> None:
    assert not violations(RULE, template)


def test_the_submission_is_at_fault_for_what_it_overrides() -> None:
    override = {"ContainerOverrides": {"ResourceRequirements": [{"Type": "MEMORY", "Value": "9000"}]}}
    path = "Definition.States.Submit0.Parameters.ContainerOverrides.ResourceRequirements[0].Value"
    assert found(RULE, submitted(job(1, 2048), on("m4.large"), request=override)) == [("Machine", path)]


@pytest.mark.parametrize(
    "override",
    [
        {"ContainerOverrides": {"ResourceRequirements": [{"Type": "MEMORY", "Value": "4096"}]}},
        {"ContainerOverrides": {"ResourceRequirements": [{"Type": "MEMORY", "Value.$": "$.memory"}]}},
        {"ContainerOverrides": {"ResourceRequirements.$": "$.needs"}},
        {"ContainerOverrides.$": "$.overrides"},
        {"ContainerOverrides": {"Memory": 100}},
    ],
)
def test_an_override_takes_the_place_of_the_definition(override: Json) -> None:
    assert not violations(RULE, submitted(job(1, 8192), on("m4.large"), request=override))


def test_an_override_of_something_else_does_not() -> None:
    override = {"ContainerOverrides": {"ResourceRequirements": [{"Type": "VCPU", "Value": "1"}]}}
    assert found(RULE, submitted(job(1, 8192), on("m4.large"), request=override)) == [AT]


def test_a_definition_as_text_is_read_too() -> None:
    template = submitted(job(1, 8192), on("m4.large"))
    template["Resources"]["Machine"] = as_text(template["Resources"]["Machine"])
    assert found(RULE, template) == [AT]


def test_containers_of_one_task_share_the_host() -> None:
    containers = [
        {"Name": name, "Image": "image", "ResourceRequirements": [{"Type": "MEMORY", "Value": memory}]}
        for name, memory in (("small", "3000"), ("large", "6000"), ("open", OPEN))
    ]
    definition = {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {"Type": "container", "EcsProperties": {"TaskProperties": [{"Containers": containers}]}},
    }
    path = "EcsProperties.TaskProperties[0].Containers[1].ResourceRequirements[0].Value"
    assert found(RULE, submitted(definition, on("m4.large"))) == [("Job", path)]
    assert not violations(RULE, submitted(definition, on("m4.xlarge")))


def test_groups_of_nodes_have_a_host_each() -> None:
    container = {"Image": "image", "ResourceRequirements": [{"Type": "MEMORY", "Value": "6000"}]}
    ranges = [{"TargetNodes": nodes, "Container": container} for nodes in ("0:0", "1:3")]
    properties = {"Type": "multinode", "NodeProperties": {"NumNodes": 4, "MainNode": 0, "NodeRangeProperties": ranges}}
    definition = {"Type": "AWS::Batch::JobDefinition", "Properties": properties}
    assert not violations(RULE, submitted(definition, on("m4.large")))
    assert len(violations(RULE, submitted(definition, on("c4.large")))) == 2
