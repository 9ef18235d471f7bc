from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from support.assemblies import Assembly, queue

if TYPE_CHECKING:
    from pathlib import Path


def run(folder: Path, source: str, *options: str) -> str:
    (folder / "test_sample.py").write_text(source)
    # No engine: what jobs run in is not the matter here.
    environment = {
        **os.environ,
        "DOCKER_HOST": f"unix://{folder}/no.sock",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", *options, str(folder)]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return ran.stdout + ran.stderr


def test_a_stack_is_there_for_one_test_and_gone_in_the_next(tmp_path: Path) -> None:
    template = {"Resources": {"Q": queue("for-one-test")}, "Outputs": {"Url": {"Value": {"Ref": "Q"}}}}
    Assembly(tmp_path / "cdk.out").stack("Sample", template)

    output = run(
        tmp_path,
        f"""
def test_deployed(deployed_stack, local_aws):
    outputs = deployed_stack({str(tmp_path / "cdk.out")!r})
    assert outputs["Sample"]["Url"].endswith("/for-one-test")
    assert local_aws.runner_kind == "process"

def test_gone(local_aws):
    stacks = local_aws.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]
    assert local_aws.client("sqs").list_queues().get("QueueUrls", []) == []
""",
    )

    assert "2 passed" in output, output


def test_an_app_is_synthesized_and_deployed(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs

def test_app(deployed_stack):
    app = cdk.App()
    stack = cdk.Stack(app, "FromApp")
    queue = sqs.Queue(stack, "Q")
    cdk.CfnOutput(stack, "Name", value=queue.queue_name)
    assert deployed_stack(app)["FromApp"]["Name"].startswith("FromApp-Q")
""",
    )

    assert "1 passed" in output, output


def test_the_options_reach_the_server(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
def test_options(local_aws):
    import boto3, botocore.exceptions, json, pytest
    role = local_aws.client("iam").create_role(RoleName="nobody", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    keys = local_aws.client("sts").assume_role(RoleArn=role, RoleSessionName="nobody")["Credentials"]
    client = boto3.client("sqs", endpoint_url=local_aws.endpoint, region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"])
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        client.list_queues()
    assert local_aws.runner_reason == "jobs run as processes, as asked"
""",
        "--local-aws-iam",
        "--local-aws-runner=process",
        "--local-aws-scope=module",
    )

    assert "1 passed" in output, output


def test_without_the_extra_tests_are_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "from importlib import util\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'ministack' else real(name, *rest)\n"
    )

    output = run(tmp_path, "def test_anything(local_aws):\n    assert False\n")

    assert "1 skipped" in output, output
    assert "ministack is not installed; install it with: pip install 'batchwright[local]'" in output
