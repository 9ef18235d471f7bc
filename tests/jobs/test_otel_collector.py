"""The telemetry sidecar: what it takes, where it sends it, and what it may."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.fake_queues import plain_queue
from support.job_shapes import container, multi_container_job
from support.pipelines import statements_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import JobSecret, NodeGroup, OtelCollector
from batchwright.model import Platform

if TYPE_CHECKING:
    from batchwright import MultiContainerJob

DEFINITION = "AWS::Batch::JobDefinition"


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def job_with(stack: cdk.Stack, collector: OtelCollector, **options: Any) -> MultiContainerJob:  # noqa: ANN401
    program = container(environment=collector.environment, depends_on=collector.started)
    job = multi_container_job(stack, containers=[collector.container(), program], **options)
    collector.grant_send(job)
    return job


def containers_of(stack: cdk.Stack) -> list[dict[str, Any]]:
    (task,) = synthesize(stack).only(DEFINITION)["EcsProperties"]["TaskProperties"]
    containers: list[dict[str, Any]] = task["Containers"]
    return containers


def variables_of(rendered: dict[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in rendered["Environment"]}


def sent(stack: cdk.Stack) -> dict[str, Any]:
    """What the job's programs may do, by action."""
    found = statements_of(synthesize(stack), logical_id_prefix="JobJobRole")
    actions = [(each["Action"], each["Resource"]) for each in found]
    return {action: resource for some, resource in actions for action in ([some] if isinstance(some, str) else some)}


@pytest.mark.parametrize("platform", [Platform.EC2, Platform.FARGATE, Platform.MANAGED_INSTANCES])
def test_a_program_sends_traces_to_the_collector_beside_it(stack: cdk.Stack, platform: Platform) -> None:
    job_with(stack, OtelCollector(), queue=plain_queue(platform))
    collector, program = containers_of(stack)
    assert collector["Essential"] is False
    assert collector["Image"].startswith("public.ecr.aws/aws-observability/aws-otel-collector:v")
    assert program["DependsOn"] == [{"Condition": "START", "ContainerName": collector["Name"]}]
    settings = json.loads(variables_of(collector)["AOT_CONFIG_CONTENT"])
    endpoints = settings["receivers"]["otlp"]["protocols"]
    # Not on the host's address, where other hosts would reach it.
    assert [each["endpoint"] for each in endpoints.values()] == ["127.0.0.1:4317", "127.0.0.1:4318"]
    assert variables_of(program)["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://{endpoints['http']['endpoint']}"
    assert list(settings["service"]["pipelines"]) == ["traces"]
    used = {name for each in settings["service"]["pipelines"].values() for name in each["exporters"]}
    assert used == set(settings["exporters"]) == {"awsxray"}
    assert sent(stack) == {"xray:PutTraceSegments": "*", "xray:PutTelemetryRecords": "*"}
    template = synthesize(stack)
    assert not schema_problems(template.body)
    assert not api_problems("RegisterJobDefinition", template.only(DEFINITION), jobDefinitionName="name")


def test_metrics_go_through_a_log_group(stack: cdk.Stack) -> None:
    group = logs.LogGroup.from_log_group_name(stack, "Metrics", "/metrics")
    job_with(stack, OtelCollector(traces=False, metrics_log_group=group, metrics_namespace="Maze"))
    collector, _ = containers_of(stack)
    settings = json.loads(variables_of(collector)["AOT_CONFIG_CONTENT"])
    assert list(settings["service"]["pipelines"]) == ["metrics"]
    assert settings["exporters"]["awsemf"]["log_group_name"] == "/metrics"
    assert settings["exporters"]["awsemf"]["namespace"] == "Maze"
    assert set(sent(stack)) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert "log-group:/metrics:*" in str(sent(stack))


def test_a_log_group_of_the_stack_is_named(stack: cdk.Stack) -> None:
    group = logs.LogGroup(stack, "Metrics")
    job_with(stack, OtelCollector(metrics_log_group=group, metrics_namespace="Maze"))
    collector, _ = containers_of(stack)
    assert "Metrics" in str(variables_of(collector)["AOT_CONFIG_CONTENT"]["Fn::Join"])


def test_a_configuration_of_ones_own(stack: cdk.Stack) -> None:
    parameter = ssm.StringParameter.from_string_parameter_name(stack, "Settings", "/otel")
    collector = OtelCollector(configuration=JobSecret.from_ssm_parameter(parameter), traces=False)
    job_with(stack, collector)
    rendered, _ = containers_of(stack)
    assert [each["Name"] for each in rendered["Secrets"]] == ["AOT_CONFIG_CONTENT"]
    assert "AOT_CONFIG_CONTENT" not in variables_of(rendered)
    assert sent(stack) == {}
    text = OtelCollector(configuration="receivers: {}").container()
    assert text.environment == {"AOT_CONFIG_CONTENT": "receivers: {}"}


def test_it_stands_beside_the_programs_of_nodes() -> None:
    collector = OtelCollector(name="telemetry", vcpus=2, memory=cdk.Size.gibibytes(1), version="v0.46.0")
    group = NodeGroup(nodes=2, runs=[container(), collector.container()])
    sidecar = group.containers[1]
    assert (sidecar.name, sidecar.vcpus, sidecar.essential) == ("telemetry", 2, False)
    assert sidecar.image.uri.endswith(":v0.46.0")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"traces": False}, ["traces"]),
        ({"traces": "no"}, ["traces"]),
        ({"metrics_namespace": "Maze"}, ["metrics_log_group"]),
        ({"metrics_log_group": "/metrics"}, ["metrics_log_group"]),
        ({"configuration": "receivers: {}", "metrics_namespace": "Maze"}, ["metrics_namespace"]),
        ({"configuration": {"receivers": {}}, "name": 1, "version": None}, ["configuration", "version", "name"]),
    ],
)
def test_refused_by_name(options: dict[str, Any], expected: list[str]) -> None:
    assert fields(refused(lambda: OtelCollector(**options))) == expected


def test_what_makes_no_container_is_refused_with_the_job(stack: cdk.Stack) -> None:
    collector = OtelCollector(vcpus=0, name="a b")
    error = refused(lambda: job_with(stack, collector))
    assert fields(error) == ["containers[0].name", "containers[0].vcpus"]
