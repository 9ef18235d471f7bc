"""A mistake is told in the same words by a constructor, by the validation plugin and by the command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from support.parts import environment_of, image_of, job_of, queue_of
from support.synthesis import new_stack

from batchwright import (
    Architecture,
    ArrayStep,
    ConfigurationError,
    Instances,
    JobQueue,
    Pipeline,
    RetryRule,
    RetryStrategy,
    TimeLimits,
)
from batchwright.batch_rules import BatchRules
from batchwright.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batchwright import Problem

ROLE = "arn:aws:iam::123456789012:role/role"
Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Mistake:
    """One mistake, made with our constructs and written by hand.

    Attributes:
        rule: The rule that finds it.
        field: What the constructor calls what is wrong.
        build: Makes it with our constructs.
        resources: A template with it and no other.
    """

    rule: str
    field: str
    build: Callable[[cdk.Stack], object]
    resources: Resources


def resource(kind: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": f"AWS::Batch::{kind}", "Properties": properties}


def definition(vcpus: str = "1", memory: str = "2048", platform: str = "EC2", **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    container: dict[str, Any] = {
        "Image": image_of().uri,
        "ResourceRequirements": [{"Type": "VCPU", "Value": vcpus}, {"Type": "MEMORY", "Value": memory}],
        **properties.pop("container", {}),
    }
    if platform == "FARGATE":
        container["ExecutionRoleArn"] = ROLE
    return resource(
        "JobDefinition",
        Type="container",
        PlatformCapabilities=[platform],
        ContainerProperties=container,
        **{"Timeout": {"AttemptDurationSeconds": 3600}, **properties},
    )


def environment(kind: str, family: str = "m7i") -> dict[str, Any]:
    compute: dict[str, Any] = {"Type": kind, "MaxvCpus": 16, "Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    if kind == "EC2":
        compute |= {"MinvCpus": 0, "InstanceTypes": [family], "InstanceRole": ROLE}
    return resource("ComputeEnvironment", Type="MANAGED", ComputeResources=compute)


def queue(*environments: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    order = [{"Order": place, "ComputeEnvironment": {"Ref": name}} for place, name in enumerate(environments, start=1)]
    return resource("JobQueue", **{"Priority": 1, **properties}, ComputeEnvironmentOrder=order)


def submitted(job: dict[str, Any], **arguments: Any) -> Resources:  # noqa: ANN401
    """A state machine that submits the job to a queue of EC2 hosts."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Parameters": {"JobName": "job", "JobDefinition": "${Job}", "JobQueue": "${Queue}", **arguments},
        "End": True,
    }
    text = json.dumps({"StartAt": "Run", "States": {"Run": state}})
    machine = {"DefinitionString": {"Fn::Sub": text}, "RoleArn": ROLE}
    return {
        "Environment": environment("EC2"),
        "Queue": queue("Environment"),
        "Job": job,
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
    }


def retry(*rules: dict[str, str], attempts: int = 3) -> dict[str, Any]:
    return {"Attempts": attempts, "EvaluateOnExit": [*rules, {"Action": "EXIT", "OnReason": "*"}]}


def retries(stack: cdk.Stack, **patterns: str) -> object:
    rules = (RetryRule(action="RETRY", **patterns), RetryRule(action="EXIT", on_reason="*"))  # type: ignore[arg-type]
    return job_of(stack, "EC2", retries=RetryStrategy(attempts=3, rules=rules))


def mixed(stack: cdk.Stack) -> object:
    environments = [environment_of(stack, "EC2", "One"), environment_of(stack, "FARGATE", "Two")]
    return JobQueue(stack, "Queue", environments=environments)


MISTAKES = {
    "a size that Fargate does not have": Mistake(
        "BW301",
        "memory",
        lambda stack: job_of(stack, "FARGATE", memory=cdk.Size.mebibytes(1000)),
        {"Job": definition(memory="1000", platform="FARGATE")},
    ),
    "vCPUs that Fargate does not have": Mistake(
        "BW301",
        "vcpus",
        lambda stack: job_of(stack, "FARGATE", vcpus=3),
        {"Job": definition(vcpus="3", platform="FARGATE")},
    ),
    "a part of a vCPU on EC2": Mistake(
        "BW306", "vcpus", lambda stack: job_of(stack, "EC2", vcpus=1.5), {"Job": definition(vcpus="1.5")}
    ),
    "a timeout of 30 seconds": Mistake(
        "BW307",
        "timeout",
        lambda stack: job_of(stack, "EC2", timeout=cdk.Duration.seconds(30)),
        {"Job": definition(Timeout={"AttemptDurationSeconds": 30})},
    ),
    "20 attempts": Mistake(
        "BW308",
        "retries.attempts",
        lambda stack: job_of(stack, "EC2", retries=RetryStrategy(attempts=20)),
        {"Job": definition(RetryStrategy={"Attempts": 20})},
    ),
    "letters in an exit code": Mistake(
        "BW309",
        "retries.rules[0].on_exit_code",
        lambda stack: retries(stack, on_exit_code="1x"),
        {"Job": definition(RetryStrategy=retry({"Action": "RETRY", "OnExitCode": "1x"}))},
    ),
    "a hyphen in a reason": Mistake(
        "BW309",
        "retries.rules[0].on_status_reason",
        lambda stack: retries(stack, on_status_reason="host-gone*"),
        {"Job": definition(RetryStrategy=retry({"Action": "RETRY", "OnStatusReason": "host-gone*"}))},
    ),
    "a variable of Batch's own": Mistake(
        "BW312",
        "environment",
        lambda stack: job_of(stack, "EC2", environment={"AWS_BATCH_JOB_ID": "x"}),
        {"Job": definition(container={"Environment": [{"Name": "AWS_BATCH_JOB_ID", "Value": "x"}]})},
    ),
    "EC2 and Fargate in one queue": Mistake(
        "BW201",
        "environments",
        mixed,
        {"A": environment("EC2"), "B": environment("FARGATE"), "Queue": queue("A", "B")},
    ),
    "a priority of 2000": Mistake(
        "BW203",
        "priority",
        lambda stack: JobQueue(stack, "Queue", environments=[environment_of(stack, "EC2")], priority=2000),
        {"Environment": environment("EC2"), "Queue": queue("Environment", Priority=2000)},
    ),
    "Graviton and x86 in one queue": Mistake(
        "BW207",
        "environments",
        lambda stack: JobQueue(
            stack,
            "Queue",
            environments=[
                environment_of(stack, "EC2", "One"),
                environment_of(stack, "EC2", "Two", instances=Instances.graviton()),
            ],
        ),
        {"A": environment("EC2"), "B": environment("EC2", "m7g"), "Queue": queue("A", "B")},
    ),
    "a time limit of a minute": Mistake(
        "BW204",
        "time_limits",
        lambda stack: JobQueue(
            stack,
            "Queue",
            environments=[environment_of(stack, "EC2")],
            time_limits=TimeLimits(capacity_seconds=60),
        ),
        {
            "Environment": environment("EC2"),
            "Queue": queue(
                "Environment",
                JobStateTimeLimitActions=[
                    {
                        "Action": "CANCEL",
                        "MaxTimeSeconds": 60,
                        "Reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
                        "State": "RUNNABLE",
                    }
                ],
            ),
        },
    ),
    "an image of another architecture": Mistake(
        "BW404",
        "image",
        lambda stack: job_of(stack, "EC2", image=image_of(Architecture.ARM64)),
        submitted(definition(container={"RuntimePlatform": {"CpuArchitecture": "ARM64"}})),
    ),
    "more vCPUs than there are": Mistake(
        "BW402",
        "vcpus",
        lambda stack: job_of(stack, "EC2", vcpus=64, queue=queue_of(stack, "EC2", max_vcpus=16)),
        submitted(definition(vcpus="64")),
    ),
    "GPUs on hosts without": Mistake(
        "BW403",
        "gpus",
        lambda stack: job_of(stack, "EC2", gpus=1, queue=queue_of(stack, "EC2", max_vcpus=16)),
        submitted(
            definition(
                container={
                    "ResourceRequirements": [
                        {"Type": "VCPU", "Value": "1"},
                        {"Type": "MEMORY", "Value": "2048"},
                        {"Type": "GPU", "Value": "1"},
                    ]
                }
            )
        ),
    ),
    "an array of 20,000": Mistake(
        "BW406",
        "Run.size",
        lambda stack: Pipeline(stack, "Pipeline", steps=ArrayStep(job_of(stack, "EC2"), size=20_000, name="Run")),
        submitted(definition(), ArrayProperties={"Size": 20_000}),
    ),
}


def problem_of(mistake: Mistake) -> Problem:
    with pytest.raises(ConfigurationError) as caught:
        mistake.build(new_stack())
    (problem,) = [each for each in caught.value.problems if each.field.startswith(mistake.field)]
    return problem


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Every mistake in a stack of its own, of one app with the plugin: where it was synthesized, and the report."""
    folder = tmp_path_factory.mktemp("assembly")
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    for number, mistake in enumerate(MISTAKES.values()):
        stack = cdk.Stack(app, f"Mistake{number}")
        for name, each in mistake.resources.items():
            made = cdk.CfnResource(stack, name, type=each["Type"], properties=each["Properties"])
            made.override_logical_id(name)
    cdk.Validations.of(app).add_plugins(BatchRules())
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    (report,) = json.loads((folder / "validation-report.json").read_text())["pluginReports"]
    violations: list[dict[str, Any]] = report["violations"]
    return folder, violations


@pytest.mark.parametrize("name", MISTAKES)
def test_the_plugin_says_what_the_constructor_says(name: str, assembly: tuple[Path, list[dict[str, Any]]]) -> None:
    mistake, stack = MISTAKES[name], f"Mistake{list(MISTAKES).index(name)}"
    violations = [
        each
        for each in assembly[1]
        if each["violatingConstructs"][0]["constructPath"].startswith(f"{stack}/") and each["severity"] == "error"
    ]

    assert [each["ruleName"] for each in violations] == [mistake.rule]
    problem = problem_of(mistake)
    assert problem.allowed in violations[0]["description"]
    assert violations[0]["suggestedFix"] == problem.fix


@pytest.mark.parametrize("name", MISTAKES)
def test_the_command_says_what_the_constructor_says(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake = MISTAKES[name]
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"Resources": mistake.resources}))

    code = main(["check", str(file), "--format", "json"])

    findings = [each for each in json.loads(capsys.readouterr().out) if each["severity"] == "error"]
    assert code == 1
    assert [each["rule"] for each in findings] == [mistake.rule]
    problem = problem_of(mistake)
    assert problem.allowed in findings[0]["message"]
    assert findings[0]["fix"] == problem.fix


def test_the_command_finds_in_the_assembly_what_the_plugin_found(
    assembly: tuple[Path, list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(assembly[0]), "--format", "json"])

    found = [(each["rule"], each["message"], each["fix"]) for each in json.loads(capsys.readouterr().out)]
    told = [(each["ruleName"], each["description"], each["suggestedFix"]) for each in assembly[1]]
    assert sorted(found) == sorted(told)
