"""Which resources and condition keys a request to AWS Batch is judged on."""

from __future__ import annotations

from typing import Any

import pytest

from batchwright.local.emulator import shapes
from batchwright.local.emulator.iam import batch_access
from batchwright.local.emulator.iam.spellings import Asked, spell

PREFIX = "arn:aws:batch:us-east-1:123456789012:"
ARN = {"region": "us-east-1", "account": "123456789012"}


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        (
            "SubmitJob",
            {"jobQueue": "q", "jobDefinition": "d:3"},
            [("job-definition/d:3", "job-definition/d"), ("job-queue/q",)],
        ),
        (
            "SubmitJob",
            {"jobQueue": PREFIX + "job-queue/q", "jobDefinition": "d"},
            [("job-definition/d",), ("job-queue/q",)],
        ),
        ("DeregisterJobDefinition", {"jobDefinition": "d:3"}, [("job-definition/d:3",)]),
        ("TerminateJob", {"jobId": "1:7", "reason": "r"}, [("job/1:7",)]),
        (
            "CreateJobQueue",
            {
                "jobQueueName": "q",
                "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "a"}, {"computeEnvironment": "b"}],
            },
            [("job-queue/q",), ("compute-environment/a",), ("compute-environment/b",)],
        ),
        ("UpdateComputeEnvironment", {"computeEnvironment": "e"}, [("compute-environment/e",)]),
        ("TagResource", {"resourceArn": PREFIX + "job/1", "tags": {}}, [("job/1",)]),
        ("DescribeSchedulingPolicies", {"arns": [PREFIX + "scheduling-policy/a"]}, [("scheduling-policy/a",)]),
        ("DescribeJobs", {"jobs": ["1"]}, []),
        ("ListJobs", {"jobQueue": "q"}, []),
        ("SubmitJob", {"jobQueue": 7, "jobDefinition": None}, [("job-queue/7",)]),
    ],
)
def test_what_a_request_names(operation: str, request_: dict[str, Any], expected: list[tuple[str, ...]]) -> None:
    found = batch_access.named(operation, request_, **ARN)

    assert found == [tuple(PREFIX + one for one in spellings) for spellings in expected]


def test_every_operation_of_the_table_exists() -> None:
    members = {
        operation: set(shapes.request("batch", operation).members)
        for operation in batch_access._NAMED
        if operation in shapes.operations("batch")
    }

    assert set(members) == set(batch_access._NAMED)
    for operation, entries in batch_access._NAMED.items():
        assert {member.split(".")[0] for member, _ in entries} <= members[operation]


def test_condition_keys() -> None:
    request = {
        "shareIdentifier": "low",
        "containerProperties": {
            "image": "busybox",
            "privileged": True,
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/jobs"}},
        },
        "eksProperties": {"podProperties": {"containers": [{"image": "a"}, {"image": "b"}]}},
    }

    assert batch_access.conditions(request) == {
        "batch:ShareIdentifier": "low",
        "batch:Image": "busybox",
        "batch:Privileged": "true",
        "batch:LogDriver": "awslogs",
        "batch:AWSLogsGroup": "/jobs",
        "batch:EKSImage": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("service", "arn", "body", "expected"),
    [
        ("events", "arn:aws:events:r:1:rule/default/a", b"{}", [("arn:aws:events:r:1:rule/a",)]),
        ("events", "arn:aws:events:r:1:rule/own/a", b"not json", [("arn:aws:events:r:1:rule/own/a",)]),
        (
            "logs",
            "arn:aws:logs:r:1:log-group:/g",
            b'{"logStreamName": "s"}',
            [
                (
                    "arn:aws:logs:r:1:log-group:/g:log-stream:s",
                    "arn:aws:logs:r:1:log-group:/g:*",
                    "arn:aws:logs:r:1:log-group:/g",
                )
            ],
        ),
        ("ecr", "*", b'{"repositoryNames": ["a/b", 3]}', [("arn:aws:ecr:r:1:repository/a/b",)]),
        ("ecr", "*", b'{"repositoryName": "a"}', [("arn:aws:ecr:r:1:repository/a",)]),
        ("ecr", "*", b'{"resourceArn": "arn:repository"}', [("arn:repository",)]),
        ("ecr", "*", b"{}", [("*",)]),
        ("states", "*", b'{"mapRunArn": "arn:run"}', [("arn:run",)]),
        ("scheduler", "arn:s:schedule/default/a", b'{"GroupName": "g"}', [("arn:s:schedule/g/a",)]),
        (
            "ssm",
            "*",
            b'{"Names": ["/a/b", "c"]}',
            [("arn:aws:ssm:r:1:parameter/a/b",), ("arn:aws:ssm:r:1:parameter/c",)],
        ),
        ("s3", "arn:aws:s3:::b", b"", None),
    ],
)
def test_spellings_of_other_services(
    service: str, arn: str, body: bytes, expected: list[tuple[str, ...]] | None
) -> None:
    assert spell(service, Asked(arn=arn, body=body, query={}, region="r", account="1")) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/clusters/c/access-entries/arn:aws:iam::2:role/service/AWSServiceRoleForBatch/access-policies",
            "arn:aws:eks:r:1:access-entry/c/role/2/AWSServiceRoleForBatch/entry",
        ),
        ("/clusters/c/access-entries/arn:aws:iam::2:user/me", "arn:aws:eks:r:1:access-entry/c/user/2/me/entry"),
        ("/clusters/c", "arn:cluster"),
    ],
)
def test_an_access_entry_is_judged_on_its_own_arn(path: str, expected: str) -> None:
    asked = Asked(arn="arn:cluster", body=b"", query={}, region="r", account="1", path=path)

    assert spell("eks", asked) == [(expected,)]
