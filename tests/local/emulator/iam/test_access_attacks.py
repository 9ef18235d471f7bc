"""What a role, a stolen key or nobody at all tries to get past the checks."""

from __future__ import annotations

import http.client
import json
import logging
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def enforced(server: LocalServer) -> Iterator[None]:
    server.aws.enforce_iam(True)
    yield
    server.aws.enforce_iam(False)


@pytest.fixture(scope="module")
def batch(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("attacked")


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> Json:  # noqa: ANN401
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def keys(server: LocalServer, name: str, *statements: Json, service: str = "ecs-tasks.amazonaws.com") -> Json:
    role = server.role(name, service=service, statements=list(statements))
    return dict(server.client("sts").assume_role(RoleArn=role, RoleSessionName="attack")["Credentials"])


def client(server: LocalServer, service: str, credentials: Json) -> Any:  # noqa: ANN401
    return boto3.client(
        service,
        endpoint_url=server.aws.endpoint,
        region_name=server.aws.region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )


def refusal(call: Any, *arguments: Any, **options: Any) -> Json:  # noqa: ANN401
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    return dict(caught.value.response["Error"])


def unsigned(server: LocalServer, method: str, path: str, body: bytes | None = None) -> int:
    port = int(server.aws.endpoint.rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SecretAccessKey": "guessed"}, "InvalidSignatureException"),
        ({"SessionToken": "guessed"}, "UnrecognizedClientException"),
        ({"SessionToken": None}, "UnrecognizedClientException"),
        ({"AccessKeyId": "AKIAGUESSED", "SessionToken": None}, "UnrecognizedClientException"),
        ({"AccessKeyId": "123456789012", "SessionToken": None}, "UnrecognizedClientException"),
        ({"AccessKeyId": "999999999999", "SessionToken": None}, "UnrecognizedClientException"),
    ],
    ids=["secret", "token", "no-token", "key", "account", "other-account"],
)
def test_keys_that_were_not_issued_are_refused(
    server: LocalServer, batch: tuple[str, str], change: Json, code: str, request: pytest.FixtureRequest
) -> None:
    queue, definition = batch
    stolen = keys(server, f"stolen-{request.node.callspec.id}", allow("*"))

    error = refusal(
        client(server, "batch", {**stolen, **change}).submit_job, jobName="a", jobQueue=queue, jobDefinition=definition
    )

    assert error["Code"] == code


def test_requests_without_a_signature_reach_nothing(server: LocalServer) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="unsigned")
    s3.put_object(Bucket="unsigned", Key="k", Body=b"secret")

    asked = [
        ("GET", "/"),
        ("PUT", "/unsigned-new"),
        ("GET", "/unsigned/k"),
        ("PUT", "/unsigned/x"),
        ("DELETE", "/unsigned"),
    ]

    assert {line: unsigned(server, *line) for line in asked} == dict.fromkeys(asked, 403)


@pytest.mark.parametrize("path", ["reset", "config", "sqs/messages", "ses/messages", "sns/sms-messages"])
def test_the_test_interface_of_the_emulator_is_closed(server: LocalServer, path: str) -> None:
    assert unsigned(server, "POST", f"/_ministack/{path}", b"{}") == 404
    assert unsigned(server, "GET", f"/_ministack/{path}") == 404


def test_each_resource_is_judged_on_its_own_tags(server: LocalServer, batch: tuple[str, str]) -> None:
    queue, definition = batch
    server.client("batch").tag_resource(resourceArn=definition, tags={"team": "search"})
    own = {"StringEquals": {"aws:ResourceTag/team": "search"}}
    attacker = client(server, "batch", keys(server, "tags", allow("batch:SubmitJob", Condition=own)))
    submission = {"jobName": "a", "jobQueue": queue, "jobDefinition": definition}

    error = refusal(attacker.submit_job, **submission)

    assert f"on resource: {queue} because" in error["Message"]
    server.client("batch").tag_resource(resourceArn=queue, tags={"team": "search"})
    assert attacker.submit_job(**submission)["jobId"]


def container(**roles: str) -> Json:
    sizes = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
    return {"image": "busybox", "resourceRequirements": sizes, **roles}


def test_a_role_is_passed_only_by_who_may_pass_it(server: LocalServer) -> None:
    job = server.role("passed", service="ecs-tasks.amazonaws.com")
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    register = allow("batch:RegisterJobDefinition")
    definitions: list[Json] = [
        {"type": "container", "containerProperties": container(jobRoleArn=job)},
        {"type": "container", "containerProperties": container(executionRoleArn=job)},
        {
            "type": "multinode",
            "nodeProperties": {
                "mainNode": 0,
                "numNodes": 2,
                "nodeRangeProperties": [{"targetNodes": "0:1", "container": container(jobRoleArn=job)}],
            },
        },
    ]
    may = client(server, "batch", keys(server, "may-pass", register, allow("iam:PassRole", job, Condition=to_tasks)))
    may_not = client(server, "batch", keys(server, "may-not-pass", register))

    for number, definition in enumerate(definitions):
        name = f"passing-{number}"
        error = refusal(may_not.register_job_definition, jobDefinitionName=name, **definition)
        assert error["Code"] == "AccessDeniedException"
        assert f"is not authorized to perform: iam:PassRole on resource: {job} because" in error["Message"]
        assert may.register_job_definition(jobDefinitionName=name, **definition)["revision"] == 1
    plain = {"type": "container", "containerProperties": container()}
    assert may_not.register_job_definition(jobDefinitionName="without-role", **plain)["revision"] == 1


def test_a_role_is_passed_only_to_the_service_it_may_be_passed_to(server: LocalServer) -> None:
    passed = server.role("for-states", service="states.amazonaws.com")
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    statements = allow("states:*"), allow("iam:PassRole", "*", Condition=to_lambda)
    states = client(server, "stepfunctions", keys(server, "confused", *statements))
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}

    error = refusal(states.create_state_machine, name="m", definition=json.dumps(machine), roleArn=passed)

    assert f"iam:PassRole on resource: {passed}" in error["Message"]


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([{**allow("batch:SubmitJob"), "Effect": "Deny"}], "with an explicit deny in an identity-based policy"),
        ([{"Effect": "Allow", "NotAction": "batch:Submit*", "Resource": "*"}], "because no identity-based policy"),
        ([{"Effect": "Allow", "Action": "batch:*", "NotResource": "arn:aws:batch:*:*:job-queue/*"}], "job-queue/"),
        ([allow("batch:Describe*")], "because no identity-based policy allows the batch:SubmitJob action"),
        ([], "because no identity-based policy allows the batch:SubmitJob action"),
    ],
    ids=["deny", "not-action", "not-resource", "other-action", "nothing"],
)
def test_statements(
    server: LocalServer, batch: tuple[str, str], statements: list[Json], reason: str, request: pytest.FixtureRequest
) -> None:
    queue, definition = batch
    extra = [allow("batch:SubmitJob")] if request.node.callspec.id == "deny" else []
    name = f"statements-{request.node.callspec.id}"
    asking = client(server, "batch", keys(server, name, *statements, *extra))

    error = refusal(asking.submit_job, jobName="a", jobQueue=queue, jobDefinition=definition)

    assert error["Code"] == "AccessDeniedException"
    assert f"assumed-role/{name}/attack is not authorized to perform: batch:SubmitJob on" in error["Message"]
    assert reason in error["Message"]


def test_a_boundary_and_a_session_policy_narrow_a_role(server: LocalServer) -> None:
    narrow = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*")]})
    iam = server.client("iam")
    boundary = iam.create_policy(PolicyName="narrow", PolicyDocument=narrow)["Policy"]["Arn"]
    role = server.role("narrowed", service="ecs-tasks.amazonaws.com", statements=[allow("*")])
    session = {"RoleArn": role, "RoleSessionName": "attack"}
    by_session = server.client("sts").assume_role(**session, Policy=narrow)["Credentials"]

    refusal(client(server, "batch", by_session).describe_job_queues)
    whole = server.client("sts").assume_role(**session)["Credentials"]
    client(server, "batch", whole).describe_job_queues()
    iam.put_role_permissions_boundary(RoleName="narrowed", PermissionsBoundary=boundary)
    refusal(client(server, "batch", whole).describe_job_queues)


def test_a_policy_of_aws_that_is_not_known_is_told_once(server: LocalServer, caplog: pytest.LogCaptureFixture) -> None:
    credentials = keys(server, "managed")
    policy = "arn:aws:iam::aws:policy/AWSBatchFullAccess"
    server.client("iam").attach_role_policy(RoleName="managed", PolicyArn=policy)
    asking = client(server, "batch", credentials)

    with caplog.at_level(logging.WARNING, "batchwright.local.iam"):
        refusal(asking.describe_job_queues)
        refusal(asking.describe_job_queues)

    assert [record.getMessage().split(" is not known")[0] for record in caplog.records] == [
        "the AWS managed policy AWSBatchFullAccess"
    ]


def test_other_services_name_the_resource(server: LocalServer) -> None:
    nobody = keys(server, "nobody")
    server.client("s3").create_bucket(Bucket="named")
    url = server.client("sqs").create_queue(QueueName="named")["QueueUrl"]

    bucket = refusal(client(server, "s3", nobody).put_object, Bucket="named", Key="k", Body=b"")
    queue = refusal(client(server, "sqs", nobody).send_message, QueueUrl=url, MessageBody="x")

    assert 's3:PutObject on resource: "arn:aws:s3:::named/k" because' in bucket["Message"]
    assert f"on resource: arn:aws:sqs:{server.aws.region}:{server.aws.account}:named because" in queue["Message"]


@pytest.mark.parametrize(
    ("effect", "operator", "allowed"),
    [("Allow", "ArnEquals", True), ("Allow", "ArnNotEquals", False), ("Deny", "ArnEquals", False)],
)
def test_the_principal_of_a_session_is_its_role(
    server: LocalServer, effect: str, operator: str, allowed: bool, request: pytest.FixtureRequest
) -> None:
    name = f"principal-{request.node.callspec.id}"
    role = f"arn:aws:iam::{server.aws.account}:role/{name}"
    condition = {operator: {"aws:PrincipalArn": role}}
    statements = [{**allow("s3:ListAllMyBuckets", Condition=condition), "Effect": effect}]
    if effect == "Deny":
        statements.append(allow("s3:*"))
    s3 = client(server, "s3", keys(server, name, *statements))

    if allowed:
        assert s3.list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    else:
        assert refusal(s3.list_buckets)["Code"] == "AccessDenied"
