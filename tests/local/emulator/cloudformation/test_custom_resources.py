from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.emulator.cloudformation.custom_answers import problem_of

if TYPE_CHECKING:
    from support.local_server import LocalServer

HANDLER = """
import json, urllib.request

def handler(event, context):
    if "Records" in event:
        event = json.loads(event["Records"][0]["Sns"]["Message"])
    if event["ResourceProperties"].get("Fail") == "true":
        raise RuntimeError("this handler is broken")
    asked = event["ResourceProperties"]
    if "Log" in asked:
        import boto3
        boto3.client("sqs").send_message(QueueUrl=asked["Log"], MessageBody=json.dumps(event))
    refused = "Refuse" in asked and event["RequestType"] == asked.get("RefuseOf", "Create")
    body = json.dumps({
        "Status": "FAILED" if refused else "SUCCESS", "Reason": asked.get("Refuse", ""),
        "PhysicalResourceId": asked.get("Id", "made"), "StackId": event["StackId"],
        "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Answer": event["ResourceProperties"]["Question"] + "!"},
    }).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"), timeout=10)
"""


def function(server: LocalServer) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("index.py", HANDLER)
    client = server.client("lambda")
    names = [entry["FunctionName"] for entry in client.list_functions()["Functions"]]
    if "custom" not in names:
        client.create_function(
            FunctionName="custom",
            Runtime="python3.13",
            Role=server.role("custom-role", service="lambda.amazonaws.com"),
            Handler="index.handler",
            Code={"ZipFile": package.getvalue()},
        )
    return f"arn:aws:lambda:{server.aws.region}:{server.aws.account}:function:custom"


def template(token: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    resource = {"Type": "Custom::Thing", "Properties": {"ServiceToken": token, **properties}}
    return {"Resources": {"Thing": resource}, "Outputs": {"Answer": {"Value": {"Fn::GetAtt": ["Thing", "Answer"]}}}}


def test_a_handler_answers(server: LocalServer) -> None:
    stack = server.stack("answers", template(function(server), Question="why"))

    assert server.outputs(stack) == {"Answer": "why!"}


def test_a_handler_that_raises_fails_the_stack_at_once(server: LocalServer) -> None:
    stack = server.stack("raises", template(function(server), Question="why", Fail=True))

    assert stack["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
    events = server.client("cloudformation").describe_stack_events(StackName="raises")["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert any("RuntimeError: this handler is broken" in reason for reason in reasons)


def test_a_bucket_is_emptied_before_it_goes(server: LocalServer) -> None:
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "empties-itself",
            "VersioningConfiguration": {"Status": "Enabled"},
            "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
        },
    }
    empties = {
        "Type": "Custom::S3AutoDeleteObjects",
        "Properties": {"ServiceToken": "arn:aws:lambda:us-east-1:1:function:x", "BucketName": {"Ref": "Bucket"}},
    }
    server.stack("empties", {"Resources": {"Bucket": bucket, "Empties": empties}})
    s3, formation = server.client("s3"), server.client("cloudformation")
    for body in (b"1", b"2"):
        s3.put_object(Bucket="empties-itself", Key="a", Body=body)
    s3.delete_object(Bucket="empties-itself", Key="a")

    formation.delete_stack(StackName="empties")
    formation.get_waiter("stack_delete_complete").wait(
        StackName="empties", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )

    assert "empties-itself" not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_the_default_group_of_a_vpc_is_closed(server: LocalServer) -> None:
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}},
        "Closed": {
            "Type": "Custom::VpcRestrictDefaultSG",
            "Properties": {
                "ServiceToken": "arn:aws:lambda:us-east-1:1:function:x",
                "DefaultSecurityGroupId": {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]},
                "Account": {"Ref": "AWS::AccountId"},
            },
        },
    }
    outputs = {"Group": {"Value": {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}}}
    stack = server.stack("closed", {"Resources": resources, "Outputs": outputs})

    groups = server.client("ec2").describe_security_groups(GroupIds=[server.outputs(stack)["Group"]])["SecurityGroups"]
    assert (groups[0]["IpPermissions"], groups[0]["IpPermissionsEgress"]) == ([], [])


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "Invalid Response object"),
        ([], "Invalid Response object"),
        ({}, "Invalid Response object"),
        ({"Status": "DONE", "PhysicalResourceId": "a"}, "Invalid Response object"),
        ({"Status": "SUCCESS"}, "Invalid PhysicalResourceId"),
        ({"Status": "SUCCESS", "PhysicalResourceId": ""}, "Invalid PhysicalResourceId"),
        ({"Status": "SUCCESS", "PhysicalResourceId": "a" * 1025}, "Invalid PhysicalResourceId"),
        ({"Status": "FAILED", "Reason": "mine"}, "mine"),
        ({"Status": "SUCCESS", "PhysicalResourceId": "a", "Data": {"A": "a" * 4096}}, "Response object is too long."),
        ({"Status": "SUCCESS", "PhysicalResourceId": "a"}, None),
        ({"Status": "FAILED", "PhysicalResourceId": "a", "Reason": "mine"}, None),
    ],
)
def test_answers_that_cloudformation_does_not_take(answer: object, problem: str | None) -> None:
    found = problem_of(answer)

    assert found == problem if problem is None else str(found).startswith(problem)


def test_a_creation_that_failed_is_deleted_with_its_physical_id(server: LocalServer) -> None:
    token = function(server)
    url = server.client("sqs").create_queue(QueueName="custom-calls")["QueueUrl"]

    stack = server.stack("half-made", template(token, Question="why", Log=url, Refuse="not today"))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    calls = server.messages(url, until=lambda found: len(found) == 2)
    assert [(call["RequestType"], call.get("PhysicalResourceId")) for call in calls] == [
        ("Create", None),
        ("Delete", "made"),
    ]
    events = server.client("cloudformation").describe_stack_events(StackName="half-made")["StackEvents"]
    assert "not today" in [event.get("ResourceStatusReason") for event in events]


def test_an_update_that_failed_under_a_new_id_goes_back_from_there_and_the_new_one_is_deleted(
    server: LocalServer,
) -> None:
    token = function(server)
    url = server.client("sqs").create_queue(QueueName="moved-calls")["QueueUrl"]
    server.stack("moved", template(token, Question="why", Log=url, Id="first"))

    stack = server.stack(
        "moved", template(token, Question="how", Log=url, Id="second", Refuse="not today", RefuseOf="Update")
    )

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    calls = server.messages(url, until=lambda found: len(found) == 4)
    assert [
        (call["RequestType"], call.get("PhysicalResourceId"), call["ResourceProperties"]["Question"]) for call in calls
    ] == [("Create", None, "why"), ("Update", "first", "how"), ("Update", "second", "why"), ("Delete", "second", "how")]
    resource = server.client("cloudformation").describe_stack_resource(StackName="moved", LogicalResourceId="Thing")
    assert resource["StackResourceDetail"]["PhysicalResourceId"] == "first"


def test_a_topic_is_asked_as_a_function_is(server: LocalServer) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(Name="custom-topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function(server))

    stack = server.stack("topical", template(topic, Question="who"))

    assert server.outputs(stack) == {"Answer": "who!"}


def test_a_function_behind_a_topic_that_raises_fails_the_stack_at_once(server: LocalServer) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(Name="broken-topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function(server))

    server.stack("topic-raises", template(topic, Question="who", Fail=True))

    assert "RuntimeError: this handler is broken" in reason_of_failure(server, "topic-raises")


def test_a_topic_that_does_not_exist_fails_the_stack_at_once(server: LocalServer) -> None:
    gone = f"arn:aws:sns:{server.aws.region}:{server.aws.account}:gone"

    server.stack("topic-gone", template(gone, Question="who"))

    assert "Topic does not exist" in reason_of_failure(server, "topic-gone")


def reason_of_failure(server: LocalServer, stack: str) -> str:
    events = server.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return next(event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED")


def test_an_old_bucket_is_emptied_only_when_the_update_has_succeeded(server: LocalServer) -> None:
    def resources(bucket: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        properties = {"BucketName": bucket, "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]}
        empties = {"ServiceToken": "arn:aws:lambda:us-east-1:1:function:x", "BucketName": {"Ref": "Bucket"}}
        return {
            "Resources": {
                "Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties},
                "Empties": {"Type": "Custom::S3AutoDeleteObjects", "Properties": empties},
                **more,
            }
        }

    server.stack("renamed", resources("first-name"))
    server.client("s3").put_object(Bucket="first-name", Key="a", Body=b"1")
    fails = {
        "Type": "Custom::Thing",
        "DependsOn": "Empties",
        "Properties": {"ServiceToken": "arn:aws:sns:us-east-1:1:x"},
    }

    stack = server.stack("renamed", resources("second-name", Fails=fails))

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert server.client("s3").get_object(Bucket="first-name", Key="a")["Body"].read() == b"1"
