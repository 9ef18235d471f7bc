from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer


@pytest.fixture(scope="module")
def role(server: LocalServer) -> str:
    statements = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::guarded/*"}]
    s3 = server.client("s3")
    s3.create_bucket(Bucket="guarded")
    s3.put_object(Bucket="guarded", Key="k", Body=b"secret")
    return server.role("reader", service="ecs-tasks.amazonaws.com", statements=statements)


@pytest.fixture
def enforced(server: LocalServer) -> Iterator[None]:
    server.aws.enforce_iam(True)
    yield
    server.aws.enforce_iam(False)


def as_role(server: LocalServer, role: str, service: str) -> Any:  # noqa: ANN401
    keys = server.client("sts").assume_role(RoleArn=role, RoleSessionName="job")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=server.aws.endpoint,
        region_name=server.aws.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_a_role_may_do_what_its_policy_says_and_no_more(server: LocalServer, role: str, enforced: None) -> None:
    s3 = as_role(server, role, "s3")

    assert s3.get_object(Bucket="guarded", Key="k")["Body"].read() == b"secret"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="guarded", Key="k", Body=b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        as_role(server, role, "batch").describe_job_queues()


def test_without_enforcement_everything_is_allowed(server: LocalServer, role: str) -> None:
    as_role(server, role, "s3").put_object(Bucket="guarded", Key="other", Body=b"x")


def test_root_may_do_everything(server: LocalServer, enforced: None) -> None:
    server.client("s3").put_object(Bucket="guarded", Key="root", Body=b"x")
    server.client("batch").describe_job_queues()


def test_a_bucket_that_asks_for_tls_can_be_used(server: LocalServer, role: str, enforced: None) -> None:
    import json

    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::guarded", "arn:aws:s3:::guarded/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    server.client("s3").put_bucket_policy(Bucket="guarded", Policy=policy)

    assert as_role(server, role, "s3").get_object(Bucket="guarded", Key="k")["Body"].read() == b"secret"


@pytest.fixture(scope="module")
def submitter(server: LocalServer) -> tuple[str, str, str]:
    """A role that may submit one definition to one queue, with one share; its ARN, the queue and the definition."""
    queue, definition = server.batch_queue("guarded")
    statements = [
        {
            "Effect": "Allow",
            "Action": "batch:SubmitJob",
            "Resource": [definition.rpartition(":")[0] + ":*", queue],
        },
        {
            "Effect": "Deny",
            "Action": "batch:SubmitJob",
            "Resource": "*",
            "Condition": {"StringEquals": {"batch:ShareIdentifier": "high"}},
        },
        {
            "Effect": "Allow",
            "Action": "batch:TerminateJob",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "search"}},
        },
    ]
    return server.role("submitter", service="lambda.amazonaws.com", statements=statements), queue, definition


def test_submitting_is_judged_on_definition_and_queue(
    server: LocalServer, submitter: tuple[str, str, str], enforced: None
) -> None:
    role, queue, definition = submitter
    other_queue, other = server.batch_queue("unguarded")
    batch = as_role(server, role, "batch")

    assert batch.submit_job(jobName="a", jobQueue=queue, jobDefinition=definition)["jobId"]
    for refused, named in (((other_queue, definition), other_queue), ((queue, other), other)):
        with pytest.raises(ClientError) as caught:
            batch.submit_job(jobName="a", jobQueue=refused[0], jobDefinition=refused[1])
        error = caught.value.response["Error"]
        assert error["Code"] == "AccessDeniedException"
        assert f"is not authorized to perform: batch:SubmitJob on resource: {named} because" in error["Message"]


def test_condition_keys_of_batch_count(server: LocalServer, submitter: tuple[str, str, str], enforced: None) -> None:
    role, queue, definition = submitter
    batch = as_role(server, role, "batch")

    with pytest.raises(ClientError, match="with an explicit deny"):
        batch.submit_job(jobName="a", jobQueue=queue, jobDefinition=definition, shareIdentifier="high")


def test_tags_of_a_resource_count(server: LocalServer, submitter: tuple[str, str, str], enforced: None) -> None:
    role, queue, definition = submitter
    root, batch = server.client("batch"), as_role(server, role, "batch")
    jobs = [
        root.submit_job(jobName="a", jobQueue=queue, jobDefinition=definition, tags={"team": team})["jobId"]
        for team in ("search", "other")
    ]

    batch.terminate_job(jobId=jobs[0], reason="mine")
    with pytest.raises(ClientError, match="AccessDenied"):
        batch.terminate_job(jobId=jobs[1], reason="not mine")


def test_a_log_group_is_judged_as_policies_spell_it(server: LocalServer, enforced: None) -> None:
    arn = f"arn:aws:logs:{server.aws.region}:{server.aws.account}:log-group:/guarded"
    statements = [
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"{arn}:*"},
        {"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": arn},
    ]
    role = server.role("logger", service="ecs-tasks.amazonaws.com", statements=statements)
    server.client("logs").create_log_group(logGroupName="/guarded")
    logs = as_role(server, role, "logs")

    logs.create_log_stream(logGroupName="/guarded", logStreamName="s")
    logs.put_log_events(logGroupName="/guarded", logStreamName="s", logEvents=[{"timestamp": 1, "message": "m"}])
    logs.filter_log_events(logGroupName="/guarded")
    with pytest.raises(ClientError, match="AccessDenied"):
        logs.create_log_group(logGroupName="/other")
