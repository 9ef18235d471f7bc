from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

import batchwright.assets
from batchwright import ShippedFunction, lambda_folder

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = "AWS::Lambda::Function"


def template_of(**options: Any) -> Template:  # noqa: ANN401 a function's options
    stack = new_stack()
    ShippedFunction(stack, "Function", name="split_manifest", **options)
    return synthesize(stack)


def test_it_runs_on_graviton_with_a_log_of_its_own() -> None:
    template = template_of()
    function = template.only(FUNCTION)
    (log_group,) = template.of_type("AWS::Logs::LogGroup")
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == "handler.handler"
    assert function["Runtime"].startswith("python3.")
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": log_group}}
    assert template.only("AWS::Logs::LogGroup")["RetentionInDays"] == 90


def test_options_reach_the_template() -> None:
    template = template_of(
        environment={"BUCKET": "images"},
        timeout_minutes=15,
        memory_mib=1024,
        log_retention=cdk.aws_logs.RetentionDays.ONE_WEEK,
    )
    function = template.only(FUNCTION)
    assert function["Environment"] == {"Variables": {"BUCKET": "images"}}
    assert (function["Timeout"], function["MemorySize"]) == (900, 1024)
    assert template.only("AWS::Logs::LogGroup")["RetentionInDays"] == 7


def test_it_may_write_its_log_and_nothing_else_until_granted() -> None:
    template = template_of()
    assert "ManagedPolicyArns" not in template.only("AWS::IAM::Role")
    (statement,) = template.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    (log_group,) = template.of_type("AWS::Logs::LogGroup")
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == {"Fn::GetAtt": [log_group, "Arn"]}


def test_it_is_granted_permissions_directly() -> None:
    stack = new_stack()
    function = ShippedFunction(stack, "Function", name="split_manifest")
    s3.Bucket(stack, "Bucket").grant_read(function)
    actions = str(synthesize(stack).only("AWS::IAM::Policy"))
    assert "s3:GetObject*" in actions


def test_what_tools_leave_behind_does_not_change_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(
        lambda_folder("split_manifest"), tmp_path / "lambdas" / "split_manifest", ignore=shutil.ignore_patterns(".*")
    )
    monkeypatch.setattr(batchwright.assets, "_CHECKOUT", tmp_path)
    key = template_of().only(FUNCTION)["Code"]["S3Key"]
    for name in (".mypy_cache/3.11/x.json", "__pycache__/handler.cpython-311.pyc", "README.md", "tests/test_x.py"):
        (tmp_path / "lambdas" / "split_manifest" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lambdas" / "split_manifest" / name).write_text("left behind")
    assert template_of().only(FUNCTION)["Code"]["S3Key"] == key
    (tmp_path / "lambdas" / "split_manifest" / "handler.py").write_text("def handler(event, context): ...\n")
    assert template_of().only(FUNCTION)["Code"]["S3Key"] != key


@pytest.mark.parametrize("timeout", [0, 16])
def test_the_timeout_is_1_to_15_minutes(timeout: int) -> None:
    assert fields(refused(lambda: template_of(timeout_minutes=timeout))) == ["timeout_minutes"]


@pytest.mark.parametrize("memory", [127, 10_241])
def test_memory_is_128_to_10240_mib(memory: int) -> None:
    assert fields(refused(lambda: template_of(memory_mib=memory))) == ["memory_mib"]


def test_all_problems_at_once() -> None:
    assert fields(refused(lambda: template_of(timeout_minutes=0, memory_mib=0))) == ["timeout_minutes", "memory_mib"]


def test_a_function_that_does_not_ship_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"'nothing'; there are: .*split_manifest"):
        ShippedFunction(new_stack(), "Function", name="nothing")
