from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))
LONGEST = 60


def synthesize(example: Path, output: Path, *, context: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run an example as its reader does, with CDK's own template validation, and return its one template."""
    environment = {
        **os.environ,
        "CDK_VALIDATION": "true",
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


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_synthesizes_valid_templates(example: Path, tmp_path: Path) -> None:
    template = synthesize(example, tmp_path)

    types = {resource["Type"] for resource in template["Resources"].values()}
    assert {"AWS::Batch::JobQueue", "AWS::Batch::JobDefinition", "AWS::StepFunctions::StateMachine"} <= types
    report = tmp_path / "validation-report.json"
    assert json.loads(report.read_text())["pluginReports"] == []


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
