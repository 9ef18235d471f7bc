from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch

from batchwright.batch_rules import BatchRules
from batchwright.checks import all_rules

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct


def job(
    scope: Construct, construct_id: str = "Job", *, memory: str = "2048", final: bool = True
) -> batch.CfnJobDefinition:
    """A Fargate job; with another memory it breaks BW301, without a final retry rule it is warned of by BW310."""
    rules = [{"action": "RETRY", "onStatusReason": "Host EC2*"}, {"action": "EXIT", "onReason": "*"}]
    return batch.CfnJobDefinition(
        scope,
        construct_id,
        type="container",
        platform_capabilities=["FARGATE"],
        timeout={"attemptDurationSeconds": 3600},
        retry_strategy={"attempts": 3, "evaluateOnExit": rules if final else rules[:1]},
        container_properties={
            "image": "public.ecr.aws/docker/library/python:3.13-slim",
            "executionRoleArn": "arn:aws:iam::123456789012:role/role",
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": memory}],
        },
    )


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    made = cdk.App(outdir=str(tmp_path / "cdk.out"), analytics_reporting=False)
    cdk.Validations.of(made).add_plugins(BatchRules())
    return made


def report(app: cdk.App, tmp_path: Path, *, fails: bool) -> dict[str, Any]:
    """Synthesize, and read what the plugin reported; empty when it had nothing to say."""
    if fails:
        with pytest.raises(RuntimeError, match="ValidationFailed"):
            app.synth()
    else:
        app.synth()
    reports: list[dict[str, Any]] = json.loads((tmp_path / "cdk.out/validation-report.json").read_text())[
        "pluginReports"
    ]
    return next((each for each in reports if each["pluginName"] == "BatchRules"), {})


def found(answer: dict[str, Any], kind: str = "violations") -> list[tuple[str, str]]:
    return [
        (violation["ruleName"], place["constructPath"])
        for violation in answer.get(kind) or ()
        for place in violation["violatingConstructs"]
    ]


def test_a_clean_app_is_synthesized(app: cdk.App, tmp_path: Path) -> None:
    job(cdk.Stack(app, "Stack"))

    assert report(app, tmp_path, fails=False) == {}


def test_an_error_ends_the_synthesis_with_construct_value_and_fix(app: cdk.App, tmp_path: Path) -> None:
    job(cdk.Stack(app, "Stack"), memory="1000")

    answer = report(app, tmp_path, fails=True)

    (violation,) = answer["violations"]
    assert violation["severity"] == "error"
    assert "1000 MiB" in violation["description"]
    assert violation["suggestedFix"] == "Use memory=Size.mebibytes(2048)."
    assert violation["ruleMetadata"]["source"].startswith("https://")
    (place,) = violation["violatingConstructs"]
    assert place["constructPath"] == "Stack/Job"
    assert place["constructFqn"] == "aws-cdk-lib.aws_batch.CfnJobDefinition"
    assert place["cloudFormationResource"] == {
        "templatePath": "Stack.template.json",
        "logicalId": "Job",
        "propertyPaths": ["Properties.ContainerProperties.ResourceRequirements[1].Value"],
    }


def test_a_warning_is_shown_and_ends_nothing(app: cdk.App, tmp_path: Path) -> None:
    job(cdk.Stack(app, "Stack"), final=False)

    answer = report(app, tmp_path, fails=False)

    assert answer["conclusion"] == "success"
    assert found(answer) == [("BW310", "Stack/Job")]
    assert answer["violations"][0]["severity"] == "warning"


@pytest.mark.parametrize("at", ["Job", "Stack", "App"])
def test_an_error_is_acknowledged_at_the_construct_or_above(at: str, app: cdk.App, tmp_path: Path) -> None:
    stack = cdk.Stack(app, "Stack")
    scopes = {"App": app, "Stack": stack, "Job": job(stack, memory="1000")}

    cdk.Validations.of(scopes[at]).acknowledge(cdk.Acknowledgment(id="BatchRules::BW301", reason="It is never run."))

    answer = report(app, tmp_path, fails=False)
    assert found(answer) == []
    assert found(answer, "suppressedViolations") == [("BW301", "Stack/Job")]
    assert answer["suppressedViolations"][0]["reason"] == "It is never run."


def test_an_acknowledgement_covers_nothing_else(app: cdk.App, tmp_path: Path) -> None:
    stack = cdk.Stack(app, "Stack")
    known = job(stack, "Known", memory="1000", final=False)
    job(stack, "New", memory="1000")

    cdk.Validations.of(known).acknowledge(cdk.Acknowledgment(id="BatchRules::BW301", reason="It is never run."))

    assert sorted(found(report(app, tmp_path, fails=True))) == [("BW301", "Stack/New"), ("BW310", "Stack/Known")]


def test_stages_and_nested_stacks_are_checked_once_each(app: cdk.App, tmp_path: Path) -> None:
    job(cdk.Stack(app, "Own"), memory="1000")
    for name in ("Test", "Production"):
        stack = cdk.Stack(cdk.Stage(app, name), "Stack")
        job(stack, memory="1000")
        job(cdk.NestedStack(stack, "Nested"), memory="1000")

    places = sorted(path for _, path in found(report(app, tmp_path, fails=True)))

    assert places == [
        "Own/Job",
        "Production/Stack/Job",
        "Production/Stack/Nested/Job",
        "Test/Stack/Job",
        "Test/Stack/Nested/Job",
    ]


def test_with_stages_only_it_sees_them_all(app: cdk.App, tmp_path: Path) -> None:
    for name in ("Test", "Production"):
        job(cdk.Stack(cdk.Stage(app, name), "Stack"), memory="1000")

    assert len(found(report(app, tmp_path, fails=True))) == 2


def test_in_one_stage_it_judges_that_stage(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path / "cdk.out"), analytics_reporting=False)
    stages = [cdk.Stage(app, name) for name in ("Test", "Production")]
    for stage in stages:
        job(cdk.Stack(stage, "Stack"), memory="1000")
    cdk.Validations.of(stages[1]).add_plugins(BatchRules())

    assert found(report(app, tmp_path, fails=True)) == [("BW301", "Production/Stack/Job")]


def test_a_queue_of_another_stack_is_known(app: cdk.App, tmp_path: Path) -> None:
    hosts = batch.CfnComputeEnvironment(
        cdk.Stack(app, "Capacity"),
        "Environment",
        type="MANAGED",
        compute_resources={
            "type": "EC2",
            "maxvCpus": 16,
            "minvCpus": 0,
            "instanceTypes": ["m7i"],
            "instanceRole": "arn:aws:iam::123456789012:instance-profile/hosts",
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
        },
    )
    serverless = batch.CfnComputeEnvironment(
        cdk.Stack(app, "Serverless"),
        "Environment",
        type="MANAGED",
        compute_resources={
            "type": "FARGATE",
            "maxvCpus": 16,
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
        },
    )
    environments = [hosts, serverless]
    batch.CfnJobQueue(
        cdk.Stack(app, "Queues"),
        "Queue",
        priority=1,
        compute_environment_order=[
            {"order": order, "computeEnvironment": environment.attr_compute_environment_arn}
            for order, environment in enumerate(environments, start=1)
        ],
    )

    assert ("BW201", "Queues/Queue") in found(report(app, tmp_path, fails=True))


def test_it_names_itself_and_its_rules() -> None:
    rules = BatchRules()

    assert rules.name == "BatchRules"
    assert rules.version.count(".") == 2
    assert rules.rule_ids == [rule.id for rule in all_rules()]
