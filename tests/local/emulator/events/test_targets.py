from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer

BATCH = {"source": ["aws.batch"], "detail-type": ["Batch Job State Change"]}


@pytest.fixture(scope="module")
def batch(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("events")


def submit(server: LocalServer, batch: tuple[str, str], name: str, **fields: Any) -> str:  # noqa: ANN401
    answer = server.client("batch").submit_job(jobName=name, jobQueue=batch[0], jobDefinition=batch[1], **fields)
    return str(answer["jobId"])


def put_target(server: LocalServer, rule: str, pattern: dict[str, Any], target: dict[str, Any]) -> None:
    events = server.client("events")
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "target", **target}])


def test_every_state_change_reaches_a_rule_in_order(server: LocalServer, batch: tuple[str, str]) -> None:
    url = server.queue_for_rule("all-states", {**BATCH, "detail": {"jobName": ["ordered"]}})

    job = submit(server, batch, "ordered")

    found = server.messages(url, until=lambda all_: any(one["detail"]["status"] == "SUCCEEDED" for one in all_))
    statuses = [one["detail"]["status"] for one in found]
    assert statuses == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    last = found[-1]
    assert last["source"] == "aws.batch"
    assert (last["account"], last["region"]) == (server.aws.account, server.aws.region)
    assert last["resources"] == [last["detail"]["jobArn"]]
    assert last["detail"]["jobId"] == job
    assert last["detail"]["container"]["exitCode"] == 0


def test_a_subscriber_sees_what_rules_see(server: LocalServer, batch: tuple[str, str]) -> None:
    seen: list[str] = []
    stop = server.aws.subscribe(lambda event: seen.append(event["detail"]["jobName"] + event["detail"]["status"]))

    submit(server, batch, "watched-")
    eventually(lambda: True if "watched-SUCCEEDED" in seen else None)
    stop()
    submit(server, batch, "unseen-")
    submit(server, batch, "unseen-")

    assert not any(entry.startswith("unseen-") for entry in seen)


def test_a_rule_submits_a_job_with_parameters_from_the_event(server: LocalServer, batch: tuple[str, str]) -> None:
    put_target(
        server,
        "start-job",
        {"source": ["my.app"]},
        {
            "Arn": batch[0],
            "RoleArn": f"arn:aws:iam::{server.aws.account}:role/events",
            "BatchParameters": {
                "JobName": "from-rule",
                "JobDefinition": batch[1],
                "ArrayProperties": {"Size": 2},
                "RetryStrategy": {"Attempts": 3},
            },
            "InputTransformer": {
                "InputPathsMap": {"key": "$.detail.key"},
                "InputTemplate": '{"Parameters": {"Key": <key>}, '
                '"ContainerOverrides": {"Environment": [{"Name": "KEY", "Value": <key>}]}}',
            },
        },
    )

    entry = {"Source": "my.app", "DetailType": "request", "Detail": json.dumps({"key": "a/b"})}
    assert server.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    client = server.client("batch")

    def job() -> dict[str, Any] | None:
        filters = [{"name": "JOB_NAME", "values": ["from-rule"]}]
        found = client.list_jobs(jobQueue=batch[0], filters=filters)["jobSummaryList"]
        return dict(client.describe_jobs(jobs=[found[0]["jobId"]])["jobs"][0]) if found else None

    found = eventually(job)
    assert found["arrayProperties"]["size"] == 2
    assert found["parameters"] == {"Key": "a/b"}
    assert found["retryStrategy"]["attempts"] == 3
    eventually(
        lambda: (
            True if any(one.environment(one.container).get("KEY") == "a/b" for one in server.runner.attempts) else None
        )
    )


def test_a_log_group_receives_events(server: LocalServer) -> None:
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/aws/events/audit")
    arn = f"arn:aws:logs:{server.aws.region}:{server.aws.account}:log-group:/aws/events/audit"
    put_target(server, "to-logs", {"source": ["my.audit"]}, {"Arn": arn})

    server.client("events").put_events(Entries=[{"Source": "my.audit", "DetailType": "d", "Detail": '{"n": 1}'}])

    def line() -> dict[str, Any] | None:
        found = logs.filter_log_events(logGroupName="/aws/events/audit")["events"]
        return dict(json.loads(found[0]["message"])) if found else None

    assert eventually(line)["detail"] == {"n": 1}


def test_only_built_in_sources_may_be_aws(server: LocalServer) -> None:
    entry = {"Source": "aws.batch", "DetailType": "Batch Job State Change", "Detail": "{}"}

    answer = server.client("events").put_events(Entries=[entry])

    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_executions_tell_their_status(server: LocalServer) -> None:
    url = server.queue_for_rule("executions", {"source": ["aws.states"]})

    server.run_machine({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}, {"a": 1})

    found = server.messages(url, until=lambda all_: len(all_) == 2)
    assert [one["detail"]["status"] for one in found] == ["RUNNING", "SUCCEEDED"]


def test_a_bucket_of_a_stack_sends_object_events(server: LocalServer) -> None:
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "events-bucket",
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        },
    }
    server.stack("bucket-events", {"Resources": {"Bucket": bucket}})
    url = server.queue_for_rule("objects", {"source": ["aws.s3"], "detail-type": ["Object Created"]})

    server.client("s3").put_object(Bucket="events-bucket", Key="in/a b.json", Body=b"{}")

    detail = server.messages(url, until=bool)[0]["detail"]
    assert detail["bucket"]["name"] == "events-bucket"
    assert detail["object"]["key"] == "in/a b.json"
    assert detail["reason"] == "PutObject"


def test_a_loop_of_rule_and_job_is_stopped(server: LocalServer, batch: tuple[str, str]) -> None:
    done = {**BATCH, "detail": {"status": ["SUCCEEDED"], "jobName": ["looping"]}}
    parameters = {"JobName": "looping", "JobDefinition": batch[1]}
    put_target(server, "loop", done, {"Arn": batch[0], "BatchParameters": parameters})

    submit(server, batch, "looping")

    refused = eventually(lambda: server.aws.refused_deliveries or None)
    assert "event loop: rule loop does not reach" in refused[0]
    filters = [{"name": "JOB_NAME", "values": ["looping"]}]
    found = server.client("batch").list_jobs(jobQueue=batch[0], filters=filters)["jobSummaryList"]
    assert len(found) == 21
    server.client("events").disable_rule(Name="loop")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (
            {
                "Arn": "arn:aws:batch:us-east-1:123456789012:job-queue/missing",
                "RoleArn": "arn:aws:iam::123456789012:role/events",
                "BatchParameters": {"JobName": "a", "JobDefinition": "missing"},
            },
            "SDK_CLIENT_ERROR",
        ),
        ({"Arn": "arn:aws:logs:us-east-1:123456789012:log-group:/missing"}, "NO_RESOURCE"),
        ({"Arn": "arn:aws:lambda:us-east-1:123456789012:function:missing"}, "NO_RESOURCE"),
    ],
)
def test_what_is_not_delivered_becomes_a_dead_letter(server: LocalServer, target: dict[str, Any], code: str) -> None:
    sqs = server.client("sqs")
    service = target["Arn"].split(":")[2]
    url = sqs.create_queue(QueueName=f"letters-{service}")["QueueUrl"]
    letters = f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:letters-{service}"
    source = f"my.{service}"
    put_target(server, f"failing-{service}", {"source": [source]}, {**target, "DeadLetterConfig": {"Arn": letters}})

    server.client("events").put_events(Entries=[{"Source": source, "DetailType": "d", "Detail": '{"n": 1}'}])

    def letter() -> dict[str, Any] | None:
        found = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
        return dict(found[0]) if found else None

    found = eventually(letter)
    about = {name: value["StringValue"] for name, value in found["MessageAttributes"].items()}
    assert json.loads(found["Body"])["detail"] == {"n": 1}
    assert (about["ERROR_CODE"], about["TARGET_ARN"]) == (code, target["Arn"])
    assert about["RULE_ARN"].endswith(f":rule/failing-{service}")
    assert "missing" in about["ERROR_MESSAGE"]
