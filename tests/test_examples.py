from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from batchwright.checks import load, run

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))
LONGEST = 60

ENVIRONMENT, QUEUE, JOB = (f"AWS::Batch::{kind}" for kind in ("ComputeEnvironment", "JobQueue", "JobDefinition"))
NVIDIA = [{"ImageType": "ECS_AL2023_NVIDIA"}]
_PATHS = [f"/dev/infiniband/uverbs{number}" for number in range(2)]
EFA = [{"ContainerPath": path, "HostPath": path} for path in _PATHS]
SHOWS: dict[str, tuple[str, str, list[Any]]] = {
    "alignment_on_spot": (ENVIRONMENT, "ComputeResources.Type", ["EC2", "SPOT"]),
    "choice_and_parallel": (JOB, "Type", ["container"] * 4),
    "eks_pod": (JOB, "EksProperties.PodProperties.ServiceAccountName", ["imaging"]),
    "existing_vpc": ("AWS::EC2::VPCEndpoint", "VpcId", ["vpc-01234567"] * 7),
    "fargate_with_files": (JOB, "ContainerProperties.EphemeralStorage.SizeInGiB", [100]),
    "gpu_inference": (ENVIRONMENT, "ComputeResources.Ec2Configuration", [NVIDIA]),
    "host_parts": (JOB, "ContainerProperties.Volumes.1.Host.SourcePath", ["/scratch"]),
    "licence_tokens": (JOB, "ConsumableResourceProperties.ConsumableResourceList.0.Quantity", [2]),
    "licensed_hosts": (ENVIRONMENT, "Type", ["unmanaged"]),
    "managed_instances": (ENVIRONMENT, "ComputeResources.Type", ["ECS_MANAGED_INSTANCES"]),
    "million_jobs": ("AWS::Events::Rule", "ScheduleExpression", ["rate(1 day)"]),
    "model_server": (JOB, "EcsProperties.TaskProperties.0.Containers.1.DependsOn.0.Condition", ["START"]),
    "mpi_over_efa": (JOB, "NodeProperties.NodeRangeProperties.0.Container.LinuxParameters.Devices", [EFA]),
    "office_hours": ("AWS::Scheduler::Schedule", "ScheduleExpressionTimezone", ["Etc/UTC", *["Europe/Berlin"] * 2]),
    "own_host_part": (ENVIRONMENT, "ComputeResources.Type", ["EC2", "SPOT"]),
    "quickstart": (JOB, "RetryStrategy.Attempts", [3, 3]),
    "s3_triggered": (ENVIRONMENT, "ComputeResources.Type", ["FARGATE", "FARGATE_SPOT"]),
    "shared_queue": ("AWS::Batch::SchedulingPolicy", "FairsharePolicy.ShareDistribution.1.WeightFactor", [1]),
    "training_queue": (
        "AWS::Batch::QuotaShare",
        "ResourceSharingConfiguration.Strategy",
        ["LEND_AND_BORROW", "LEND_AND_BORROW"],
    ),
}
"""What is in the template of each example, besides its queue: a property of a type of resource, and its values."""


def synthesize(example: Path, output: Path, *, context: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run an example as its reader does, and return its one template; `test_nag.py` has CDK's own validation of it."""
    environment = {
        **os.environ,
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps(context or {}),
    }
    done = subprocess.run(
        [sys.executable, example], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    (template,) = output.glob("*.template.json")
    body: dict[str, Any] = json.loads(template.read_text())
    return body


def values(template: dict[str, Any], resource_type: str, path: str) -> list[Any]:
    """The values of a property of all resources of a type."""
    found = []
    for resource in template["Resources"].values():
        if resource["Type"] == resource_type:
            value = resource["Properties"]
            for key in path.split("."):
                value = value[int(key)] if isinstance(value, list) else value.get(key, {})
            found += [value] if value != {} else []
    return sorted(found, key=str)


def test_each_example_shows_something() -> None:
    assert [path.stem for path in EXAMPLES] == list(SHOWS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_synthesizes_what_it_shows_and_no_rule_objects(example: Path, tmp_path: Path) -> None:
    template = synthesize(example, tmp_path)

    resource_type, path, expected = SHOWS[example.stem]
    assert values(template, resource_type, path) == expected
    assert values(template, QUEUE, "State") == ["ENABLED"]
    assert [finding.message for finding in run(load([tmp_path]))] == []


def test_an_existing_vpc_is_used_as_it_is(tmp_path: Path) -> None:
    example = next(path for path in EXAMPLES if path.stem == "s3_triggered")
    subnets = ["subnet-1", "subnet-2"]

    template = synthesize(
        example, tmp_path, context={"vpc": {"id": "vpc-1", "zones": ["eu-west-1a", "eu-west-1b"], "subnets": subnets}}
    )

    resources = template["Resources"].values()
    assert not [resource for resource in resources if resource["Type"] in {"AWS::EC2::VPC", "AWS::EC2::Subnet"}]
    environments = [resource for resource in resources if resource["Type"] == "AWS::Batch::ComputeEnvironment"]
    assert [one["Properties"]["ComputeResources"]["Subnets"] for one in environments] == [subnets, subnets]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_says_what_it_shows(example: Path) -> None:
    text = example.read_text(encoding="utf-8")

    assert text.startswith('"""')
    assert len(text.splitlines()) < LONGEST
