from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from support.command import Batchwright, Ran

from batchwright.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def fargate_job(memory: str = "2048", **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    container = {
        "Image": "public.ecr.aws/docker/library/python:3.13-slim",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "NetworkConfiguration": {"AssignPublicIp": "ENABLED"},
        "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": memory}],
    }
    return {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {
            "Type": "container",
            "PlatformCapabilities": ["FARGATE"],
            "ContainerProperties": container,
            "Timeout": {"AttemptDurationSeconds": 3600},
            **properties,
        },
    }


def template(**resources: dict[str, Any]) -> str:
    return json.dumps({"Resources": resources}, indent=2)


@pytest.fixture
def batchwright(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Batchwright:
    """Runs the command in this process."""

    def run(*arguments: str, stdin: str | bytes | None = None) -> Ran:
        if stdin is not None:
            content = stdin.encode() if isinstance(stdin, str) else stdin
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        code = main(list(arguments))
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    file = tmp_path / "clean.json"
    file.write_text(template(Job=fargate_job()))
    return file


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Its resource `Job` breaks BW301, in line 3."""
    file = tmp_path / "wrong.json"
    file.write_text(template(Job=fargate_job(memory="1000")))
    return file
