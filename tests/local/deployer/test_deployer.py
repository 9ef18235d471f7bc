from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, Any

import pytest
from support.assemblies import Assembly, file_asset, queue

from batchwright.local import DeploymentError

if TYPE_CHECKING:
    from pathlib import Path

    from support.local_server import LocalServer


MISSING_ENVIRONMENT = {
    "Type": "AWS::Batch::JobQueue",
    "Properties": {"Priority": 1, "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": "missing"}]},
}


def stacks(server: LocalServer) -> set[str]:
    return {stack["StackName"] for stack in server.client("cloudformation").describe_stacks()["Stacks"]}


def test_outputs_come_back_and_a_second_deployment_changes_nothing(server: LocalServer, tmp_path: Path) -> None:
    template = {"Resources": {"Q": queue("plain-q")}, "Outputs": {"Url": {"Value": {"Ref": "Q"}}}}
    Assembly(tmp_path).stack("Plain", template)

    first = server.aws.deploy(tmp_path)
    second = server.aws.deploy(tmp_path)

    assert first == second
    assert first["Plain"]["Url"].endswith("/plain-q")


def test_a_stack_is_updated_and_destroyed(server: LocalServer, tmp_path: Path) -> None:
    assembly = Assembly(tmp_path).stack("Changing", {"Resources": {"Q": queue("changing-q", VisibilityTimeout=30)}})
    server.aws.deploy(tmp_path)

    assembly.stack("Changing", {"Resources": {"Q": queue("changing-q", VisibilityTimeout=77)}})
    server.aws.deploy(tmp_path)

    sqs = server.client("sqs")
    url = sqs.get_queue_url(QueueName="changing-q")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "77"
    server.aws.destroy(tmp_path)
    assert "Changing" not in stacks(server)
    server.aws.destroy(tmp_path)


def two_stacks(folder: Path) -> Assembly:
    first = {
        "Resources": {"Q": queue()},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}, "Export": {"Name": "first-arn"}}},
    }
    second = {
        "Resources": {
            "P": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "first-arn"}},
            }
        },
        "Outputs": {"Name": {"Value": {"Ref": "P"}}},
    }
    # The dependent one stands first in the manifest.
    return Assembly(folder).stack("Second", second, depends_on=("First",)).stack("First", first)


def test_stacks_go_in_the_order_of_their_dependencies(server: LocalServer, tmp_path: Path) -> None:
    two_stacks(tmp_path)

    outputs = server.aws.deploy(tmp_path)

    assert list(outputs) == ["First", "Second"]
    value = server.client("ssm").get_parameter(Name=outputs["Second"]["Name"])["Parameter"]["Value"]
    assert value == outputs["First"]["Arn"]
    server.aws.destroy(tmp_path, stacks=["First"])
    assert not {"First", "Second"} & stacks(server)


def test_a_named_stack_brings_what_it_needs(server: LocalServer, tmp_path: Path) -> None:
    two_stacks(tmp_path).stack("Other", {"Resources": {"Q": queue()}})

    assert list(server.aws.deploy(tmp_path, stacks=["Second"])) == ["First", "Second"]
    server.aws.destroy(tmp_path)


def test_a_nested_assembly_is_deployed_too(server: LocalServer, tmp_path: Path) -> None:
    Assembly(tmp_path).nested("assembly-Prod").stack("ProdApp", {"Resources": {"Q": queue()}}, stack_name="Prod-App")

    assert list(server.aws.deploy(tmp_path)) == ["Prod-App"]


def test_a_failed_creation_is_told_and_rolled_back_and_can_be_repaired(server: LocalServer, tmp_path: Path) -> None:
    resources = {"Q": queue("left-over"), "Jobs": MISSING_ENVIRONMENT}
    assembly = Assembly(tmp_path).stack("Broken", {"Resources": resources})

    with pytest.raises(DeploymentError) as caught:
        server.aws.deploy(tmp_path)

    error = caught.value
    assert (error.stack, error.logical_id, error.resource_type) == ("Broken", "Jobs", "AWS::Batch::JobQueue")
    assert "missing" in error.reason
    assert str(error).startswith("stack Broken failed at Jobs (AWS::Batch::JobQueue): ")
    assert str(error).endswith("it was rolled back, nothing of it is left")
    assert "left-over" not in str(server.client("sqs").list_queues().get("QueueUrls", []))
    assembly.stack("Broken", {"Resources": {"Q": queue("left-over")}})
    assert server.aws.deploy(tmp_path) == {"Broken": {}}


def test_no_room_to_package_an_asset(server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = Assembly(tmp_path).stack("Full", {"Resources": {"Q": queue()}}, files=file_asset("code", "full"))
    (assembly.folder / "code").mkdir()
    (assembly.folder / "code" / "index.py").write_text("pass")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("batchwright.local.deployer.files._zip", full)
    with pytest.raises(DeploymentError, match=r"code could not be uploaded: .*No space left on device"):
        server.aws.deploy(tmp_path)
    assert "Full" not in stacks(server)


def test_a_failed_update_goes_back(server: LocalServer, tmp_path: Path) -> None:
    assembly = Assembly(tmp_path).stack("Back", {"Resources": {"Q": queue("back-q", VisibilityTimeout=30)}})
    server.aws.deploy(tmp_path)
    bad = {**MISSING_ENVIRONMENT, "DependsOn": "Q"}
    assembly.stack("Back", {"Resources": {"Q": queue("back-q", VisibilityTimeout=60), "Jobs": bad}})

    with pytest.raises(DeploymentError, match="rolled back to its state before the update"):
        server.aws.deploy(tmp_path)

    sqs = server.client("sqs")
    url = sqs.get_queue_url(QueueName="back-q")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "30"


def test_a_refused_template_is_told(server: LocalServer, tmp_path: Path) -> None:
    Assembly(tmp_path).stack("Refused", {"Resources": {"X": {"Type": "AWS::Nothing::Here"}}})

    with pytest.raises(DeploymentError, match=r"stack Refused was refused: .*AWS::Nothing::Here"):
        server.aws.deploy(tmp_path)


def test_parameters_for_all_and_for_one(server: LocalServer, tmp_path: Path) -> None:
    template: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String"}, "Size": {"Type": "String", "Default": "small"}},
        "Resources": {"Q": queue()},
        "Outputs": {"All": {"Value": {"Fn::Sub": "${Stage}-${Size}"}}},
    }
    Assembly(tmp_path).stack("ParamA", template).stack("ParamB", template)

    outputs = server.aws.deploy(tmp_path, parameters={"Stage": "test", "ParamB:Size": "large"})

    assert (outputs["ParamA"]["All"], outputs["ParamB"]["All"]) == ("test-small", "test-large")
    with pytest.raises(DeploymentError, match=r"no stack \(ParamA, ParamB\) declares Stagee"):
        server.aws.deploy(tmp_path, parameters={"Stagee": "x"})


def test_file_assets_are_zipped_and_uploaded_where_the_template_looks(server: LocalServer, tmp_path: Path) -> None:
    source = tmp_path / "asset.code"
    (source / "__pycache__").mkdir(parents=True)
    (source / "__pycache__" / "x.pyc").write_bytes(b"")
    (source / "index.py").write_text("def handler(event, context):\n    return {'n': event['n'] + 1}\n")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {
                "S3Bucket": {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"},
                "S3Key": "c0de.zip",
            },
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        },
    }
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            }
        },
    }
    template = {"Resources": {"F": function, "Role": role}, "Outputs": {"Name": {"Value": {"Ref": "F"}}}}
    Assembly(tmp_path).stack("Code", template, files=file_asset("asset.code", "c0de"))

    name = server.aws.deploy(tmp_path)["Code"]["Name"]

    answer = server.client("lambda").invoke(FunctionName=name, Payload=b'{"n": 41}')
    assert json.loads(answer["Payload"].read()) == {"n": 42}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda folder: None, "is no cloud assembly: it has no manifest.json"),  # noqa: ARG005
        (lambda folder: (folder / "manifest.json").write_text("{"), "is not valid JSON"),
        (
            lambda folder: Assembly(folder).stack("A", {"Resources": {"Q": queue()}}, files=file_asset("gone", "d")),
            "gone is missing; synthesize the app again",
        ),
        (
            lambda folder: (
                Assembly(folder)
                .stack("A", {"Resources": {"Q": queue()}}, depends_on=("B",))
                .stack("B", {"Resources": {"Q": queue()}}, depends_on=("A",))
            ),
            "depend on each other in a circle: A, B",
        ),
    ],
)
def test_a_bad_assembly_is_told(server: LocalServer, tmp_path: Path, make: Any, expected: str) -> None:  # noqa: ANN401
    make(tmp_path)

    with pytest.raises(DeploymentError, match=expected):
        server.aws.deploy(tmp_path)


def test_an_unknown_stack_name_is_told(server: LocalServer, tmp_path: Path) -> None:
    Assembly(tmp_path).stack("Known", {"Resources": {"Q": queue()}})

    with pytest.raises(DeploymentError, match="there is no stack 'Unknown' in the assembly; it has: Known"):
        server.aws.deploy(tmp_path, stacks=["Unknown"])


def test_a_stack_that_takes_too_long_is_told(server: LocalServer, tmp_path: Path) -> None:
    from batchwright.local import Deployer

    waiting = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "20"},
        },
    }
    Assembly(tmp_path).stack("Slow", {"Resources": waiting})
    deployer = Deployer(client=server.client, account=server.aws.account, region=server.aws.region, timeout=0.5)

    with pytest.raises(DeploymentError, match=r"stack Slow is still CREATE_IN_PROGRESS after .* it waits for Wait"):
        deployer.deploy(tmp_path)
