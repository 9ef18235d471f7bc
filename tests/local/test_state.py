"""A local AWS that is as it was after a restart."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.assemblies import REPOSITORY, Assembly
from support.local_server import ScriptedHandle, ScriptedRunner, eventually

from batchwright.local import LocalAws, LocalAwsError
from batchwright.local.engine import Exit, Started

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine import Attempt

_CODE = "import os\ndef handler(event, context):\n    return {'seen': event['n'], 'table': os.environ['TABLE']}\n"
_TRUST = {"Version": "2012-10-17", "Statement": []}


def start(folder: Path, **options: Any) -> LocalAws:  # noqa: ANN401
    return LocalAws(runner="process", state_dir=folder, **options)


def scripted(folder: Path, **options: Any) -> LocalAws:  # noqa: ANN401
    return LocalAws(runner="process", batch_runner=ScriptedRunner(), state_dir=folder, **options)


def assembly(folder: Path, *, priority: int = 1) -> Path:
    """A system with a bit of everything; its job greets."""
    program = folder / "asset.abc"
    program.mkdir(parents=True, exist_ok=True)
    (program / "Dockerfile").write_text("FROM scratch\n")
    (program / "process.json").write_text('{"command": ["python", "-c", "print(\'hello from a job\')"]}')
    image = {
        "source": {"directory": "asset.abc"},
        "destinations": {"here": {"repositoryName": REPOSITORY, "imageTag": "abc"}},
    }
    name = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/" + REPOSITORY + ":abc"
    return Assembly(folder).stack("System", _template(name, priority), images={"abc": image}).folder


def _template(image: str, priority: int) -> dict[str, Any]:
    compute = {"Type": "EC2", "MaxvCpus": 4, "MinvCpus": 0, "InstanceTypes": ["m7i"], "InstanceRole": "role"}
    container = {
        "Image": {"Fn::Sub": image},
        "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "128"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": {"Ref": "Logs"}}},
    }
    passing = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    target = {"Id": "queue", "Arn": {"Fn::GetAtt": ["Messages", "Arn"]}}
    resources = {
        "Bucket": ("AWS::S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}}),
        "Table": (
            "AWS::DynamoDB::Table",
            {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        ),
        "Messages": ("AWS::SQS::Queue", {}),
        "Topic": ("AWS::SNS::Topic", {}),
        "Secret": ("AWS::SecretsManager::Secret", {"SecretString": "hush"}),
        "Parameter": ("AWS::SSM::Parameter", {"Type": "String", "Value": "seven"}),
        "Key": ("AWS::KMS::Key", {"KeyPolicy": {"Version": "2012-10-17", "Statement": []}}),
        "Role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": _TRUST}),
        "Logs": ("AWS::Logs::LogGroup", {"RetentionInDays": 7}),
        "Function": (
            "AWS::Lambda::Function",
            {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": _CODE},
                "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
            },
        ),
        "Machine": (
            "AWS::StepFunctions::StateMachine",
            {"DefinitionString": json.dumps(passing), "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
        ),
        "Rule": ("AWS::Events::Rule", {"EventPattern": {"source": ["mine"]}, "Targets": [target]}),
        "Vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.9.0.0/16"}),
        "Subnet": ("AWS::EC2::Subnet", {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.9.1.0/24"}),
        "Environment": (
            "AWS::Batch::ComputeEnvironment",
            {"Type": "managed", "ComputeResources": {**compute, "Subnets": [{"Ref": "Subnet"}]}},
        ),
        "Policy": ("AWS::Batch::SchedulingPolicy", {"FairsharePolicy": {"ShareDecaySeconds": 600}}),
        "Licenses": ("AWS::Batch::ConsumableResource", {"ResourceType": "REPLENISHABLE", "TotalQuantity": 3}),
        "Queue": (
            "AWS::Batch::JobQueue",
            {
                "JobQueueName": "greetings",
                "Priority": priority,
                "ComputeEnvironmentOrder": [{"ComputeEnvironment": {"Ref": "Environment"}, "Order": 1}],
            },
        ),
        "Job": (
            "AWS::Batch::JobDefinition",
            {"Type": "container", "JobDefinitionName": "greet", "ContainerProperties": container},
        ),
    }
    shown = ("Bucket", "Table", "Messages", "Topic", "Secret", "Parameter", "Key", "Logs", "Function", "Machine")
    return {
        "Resources": {name: {"Type": kind, "Properties": values} for name, (kind, values) in resources.items()},
        "Outputs": {name: {"Value": {"Ref": name}} for name in shown},
    }


# What is asked before and after: service, operation, arguments.
_QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("batch", "describe_compute_environments", {}),
    ("batch", "describe_job_definitions", {}),
    ("batch", "describe_job_queues", {}),
    ("batch", "list_consumable_resources", {}),
    ("batch", "list_scheduling_policies", {}),
    ("batch", "list_jobs", {"jobQueue": "greetings", "jobStatus": "SUCCEEDED"}),
    ("cloudformation", "describe_stack_events", {"StackName": "System"}),
    ("cloudformation", "describe_stacks", {}),
    ("cloudformation", "get_template", {"StackName": "System"}),
    ("cloudformation", "list_stack_resources", {"StackName": "System"}),
    ("dynamodb", "list_tables", {}),
    ("ec2", "describe_security_groups", {}),
    ("ec2", "describe_subnets", {}),
    ("ec2", "describe_vpcs", {}),
    ("events", "list_rules", {}),
    ("iam", "list_roles", {}),
    ("kms", "list_keys", {}),
    ("lambda", "list_functions", {}),
    ("logs", "describe_log_groups", {}),
    ("s3", "list_buckets", {}),
    ("scheduler", "list_schedules", {}),
    ("secretsmanager", "list_secrets", {}),
    ("sns", "list_topics", {}),
    ("sqs", "list_queues", {}),
    ("ssm", "describe_parameters", {}),
    ("stepfunctions", "list_state_machines", {}),
)


def answers(aws: LocalAws) -> dict[str, Any]:
    found = {}
    for service, operation, arguments in _QUESTIONS:
        answer = getattr(aws.client(service), operation)(**arguments)
        answer.pop("ResponseMetadata")
        found[f"{service}.{operation}"] = answer
    return found


def run_job(aws: LocalAws) -> dict[str, Any]:
    batch = aws.client("batch")
    ident = batch.submit_job(jobName="one", jobQueue="greetings", jobDefinition="greet")["jobId"]
    job = aws.batch.wait(ident, 60)
    assert job is not None
    return job


def fill(aws: LocalAws, outputs: dict[str, str]) -> dict[str, Any]:
    """Use the system; returns what later questions need."""
    s3, bucket = aws.client("s3"), outputs["Bucket"]
    for body in (b"first", b"second" * 1000):
        s3.put_object(Bucket=bucket, Key="ä/key", Body=body, Metadata={"m": "1"}, Tagging="t=1")
    aws.client("dynamodb").put_item(TableName=outputs["Table"], Item={"id": {"S": "$"}, "raw": {"B": b"\0\xff"}})
    sealed = aws.client("kms").encrypt(KeyId=outputs["Key"], Plaintext=b"plain")["CiphertextBlob"]
    aws.client("sqs").send_message(QueueUrl=outputs["Messages"], MessageBody="waits")
    aws.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sqs:us-east-1:123456789012:nothing", "RoleArn": "arn:aws:iam::123456789012:role/r"},
    )
    states = aws.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=outputs["Machine"], input='{"a": 1}')["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "SUCCEEDED" or None)
    return {"execution": execution, "job": run_job(aws), "sealed": sealed}


def check(aws: LocalAws, outputs: dict[str, str], used: dict[str, Any]) -> None:
    """Everything is there, and works."""
    s3, bucket = aws.client("s3"), outputs["Bucket"]
    found = s3.get_object(Bucket=bucket, Key="ä/key")
    assert (found["Body"].read(), found["Metadata"]) == (b"second" * 1000, {"m": "1"})
    first = s3.list_object_versions(Bucket=bucket)["Versions"][-1]
    assert s3.get_object(Bucket=bucket, Key="ä/key", VersionId=first["VersionId"])["Body"].read() == b"first"
    assert s3.get_object_tagging(Bucket=bucket, Key="ä/key")["TagSet"] == [{"Key": "t", "Value": "1"}]
    item = aws.client("dynamodb").get_item(TableName=outputs["Table"], Key={"id": {"S": "$"}})["Item"]
    assert item["raw"]["B"] == b"\0\xff"
    assert aws.client("kms").decrypt(CiphertextBlob=used["sealed"])["Plaintext"] == b"plain"
    assert aws.client("secretsmanager").get_secret_value(SecretId=outputs["Secret"])["SecretString"] == "hush"
    assert aws.client("ssm").get_parameter(Name=outputs["Parameter"])["Parameter"]["Value"] == "seven"
    answer = aws.client("lambda").invoke(FunctionName=outputs["Function"], Payload=b'{"n": 3}')
    assert json.loads(answer["Payload"].read()) == {"seen": 3, "table": outputs["Table"]}
    states = aws.client("stepfunctions")
    assert json.loads(states.describe_execution(executionArn=used["execution"])["output"]) == {"a": 1}
    assert states.get_execution_history(executionArn=used["execution"])["events"]
    assert aws.client("batch").describe_jobs(jobs=[used["job"]["jobId"]])["jobs"] == [used["job"]]
    stream = used["job"]["container"]["logStreamName"]
    events = aws.client("logs").get_log_events(logGroupName=outputs["Logs"], logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["hello from a job"]


def messages(aws: LocalAws, url: str) -> list[str]:
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in found]


def test_everything_is_as_it_was_and_goes_on(tmp_path: Path) -> None:
    app, folder = assembly(tmp_path / "cdk.out"), tmp_path / "state"
    with start(folder) as aws:
        outputs = aws.deploy(app)["System"]
        used = fill(aws, outputs)
        before, endpoint = answers(aws), aws.endpoint
    for _ in range(2):
        with start(folder) as aws:
            assert aws.endpoint == endpoint
            assert answers(aws) == before
            check(aws, outputs, used)
            before = answers(aws)
    with start(folder) as aws:
        assert messages(aws, outputs["Messages"]) == ["waits"]
        aws.client("events").put_events(Entries=[{"Source": "mine", "DetailType": "d", "Detail": "{}"}])
        eventually(lambda: messages(aws, outputs["Messages"]) or None)
        assert run_job(aws)["status"] == "SUCCEEDED"
        assembly(tmp_path / "cdk.out", priority=7)
        assert aws.deploy(app)["System"] == outputs
    with start(folder) as aws:
        assert aws.client("batch").describe_job_queues()["jobQueues"][0]["priority"] == 7
        for version in aws.client("s3").list_object_versions(Bucket=outputs["Bucket"])["Versions"]:
            aws.client("s3").delete_object(Bucket=outputs["Bucket"], Key="ä/key", VersionId=version["VersionId"])
        aws.destroy(app)
        assert aws.client("batch").describe_job_queues()["jobQueues"] == []
    with start(folder) as aws:
        left = aws.client("cloudformation").list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]
        assert [stack["StackName"] for stack in left] == ["CDKToolkit"]
        assert aws.client("batch").describe_jobs(jobs=[used["job"]["jobId"]])["jobs"] == [used["job"]]


def batch_parts(aws: LocalAws) -> None:
    batch = aws.client("batch")
    batch.create_compute_environment(
        computeEnvironmentName="e",
        type="MANAGED",
        computeResources={"type": "FARGATE", "maxvCpus": 4, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    )
    order = [{"order": 1, "computeEnvironment": "e"}]
    batch.create_job_queue(jobQueueName="q", priority=1, computeEnvironmentOrder=order)
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    for _ in range(3):
        batch.register_job_definition(
            jobDefinitionName="d",
            type="container",
            platformCapabilities=["FARGATE"],
            containerProperties={
                "image": "busybox",
                "executionRoleArn": f"arn:aws:iam::{aws.account}:role/r",
                "resourceRequirements": needs,
            },
        )


class FirstHangs(ScriptedRunner):
    """The first attempt of each job lasts until it is stopped."""

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> ScriptedHandle:
        if attempt.number > 1:
            return super().start(attempt, on_started=on_started, on_exit=on_exit)
        self.attempts.append(attempt)
        handle = ScriptedHandle(self)

        def run() -> None:
            on_started(Started())
            handle.stopped.wait(30)
            on_exit(Exit(exit_code=137))

        threading.Thread(target=run, daemon=True).start()
        return handle


def test_jobs_go_on_after_an_end_and_one_that_ran_has_lost_its_host(tmp_path: Path) -> None:
    first, second = FirstHangs(), FirstHangs()
    with LocalAws(runner="process", batch_runner=first, state_dir=tmp_path / "s") as aws:
        batch_parts(aws)
        submit = aws.client("batch").submit_job
        running = submit(jobName="r", jobQueue="q", jobDefinition="d")["jobId"]
        again = submit(jobName="a", jobQueue="q", jobDefinition="d", retryStrategy={"attempts": 2})["jobId"]
        pending = submit(jobName="p", jobQueue="q", jobDefinition="d", dependsOn=[{"jobId": again}])["jobId"]
        eventually(lambda: len(first.attempts) == 2 or None)
        told: list[str] = []
        aws.subscribe(lambda event: told.append(event["detail"]["status"]))
    assert "FAILED" not in told
    with LocalAws(runner="process", batch_runner=second, state_dir=tmp_path / "s") as aws:
        assert aws.batch.wait(running, 5)["status"] == "FAILED"  # type: ignore[index]
        (lost,) = aws.client("batch").describe_jobs(jobs=[running])["jobs"]
        assert re.fullmatch(r"Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.", lost["statusReason"])
        assert [attempt["statusReason"] for attempt in lost["attempts"]] == [lost["statusReason"]]
        assert aws.batch.wait(again, 30)["status"] == "SUCCEEDED"  # type: ignore[index]
        eventually(lambda: len(second.attempts) == 2 or None)
        aws.client("batch").terminate_job(jobId=pending, reason="enough")
        assert aws.batch.wait(pending, 30)["status"] == "FAILED"  # type: ignore[index]
        assert [attempt.job_id for attempt in second.attempts] == [again, pending]


def test_an_execution_that_ran_is_aborted(tmp_path: Path) -> None:
    states = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
    with scripted(tmp_path / "s") as aws:
        client = aws.client("stepfunctions")
        machine = client.create_state_machine(
            name="m", definition=json.dumps(states), roleArn="arn:aws:iam::123456789012:role/r"
        )["stateMachineArn"]
        execution = client.start_execution(stateMachineArn=machine)["executionArn"]
    with scripted(tmp_path / "s") as aws:
        found = aws.client("stepfunctions").describe_execution(executionArn=execution)
        assert (found["status"], found["error"]) == ("ABORTED", "LocalAws.Ended")
        history = aws.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
        assert history[-1]["type"] == "ExecutionAborted"
        assert found["stopDate"] >= found["startDate"]


@pytest.mark.parametrize("status", ["CREATE", "UPDATE"])
def test_a_stack_in_the_middle_of_a_change_can_be_deployed_again(tmp_path: Path, status: str) -> None:
    app = assembly(tmp_path / "cdk.out")
    with start(tmp_path / "s") as aws:
        aws.deploy(app)
        stacks = sys.modules["ministack.services.cloudformation"]._stacks.all_values()
        (stack,) = [each for each in stacks if each["StackName"] == "System"]
        stack["StackStatus"] = f"{status}_IN_PROGRESS"
    assembly(tmp_path / "cdk.out", priority=7)
    with start(tmp_path / "s") as aws:
        found = aws.client("cloudformation")
        settled = "CREATE_FAILED" if status == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        eventually(lambda: found.describe_stacks(StackName="System")["Stacks"][0]["StackStatus"] == settled or None)
        aws.deploy(app)
        assert aws.client("batch").describe_job_queues()["jobQueues"][0]["priority"] == 7


def test_what_fell_due_in_between_is_not_made_up_for(tmp_path: Path) -> None:
    with scripted(tmp_path / "s") as aws:
        url = aws.client("sqs").create_queue(QueueName="told")["QueueUrl"]
        target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:told", "RoleArn": "arn:aws:iam::123456789012:role/r"}
        schedule = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
        scheduler = aws.client("scheduler")
        scheduler.create_schedule(Name="past", ScheduleExpression="at(2020-01-01T00:00:00)", **schedule)
        scheduler.create_schedule(Name="often", ScheduleExpression="rate(1 hour)", **schedule)
        eventually(lambda: len(aws._machinery.emulator._schedules._due) == 2 or None)
        aws.client("sqs").purge_queue(QueueUrl=url)
    with scripted(tmp_path / "s") as aws:
        aws._machinery.emulator._schedules.look()
        assert messages(aws, url) == []


def test_a_function_of_the_api_keeps_its_code(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n" + "#" * 5000)
    with scripted(tmp_path / "s") as aws:
        role = "arn:aws:iam::123456789012:role/r"
        code = {"ZipFile": packed.getvalue()}
        aws.client("lambda").create_function(
            FunctionName="f", Runtime="python3.12", Handler="index.handler", Role=role, Code=code, Publish=True
        )
    with scripted(tmp_path / "s") as aws:
        for version in ("1", "$LATEST"):
            answer = aws.client("lambda").invoke(FunctionName="f", Qualifier=version, Payload=b'"x"')
            assert answer["Payload"].read() == b'"x"'


def test_another_port_takes_the_place_of_the_one_before_in_urls(tmp_path: Path) -> None:
    with scripted(tmp_path / "s") as aws:
        aws.client("sqs").create_queue(QueueName="q")
        port = int(aws.endpoint.rpartition(":")[2])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with scripted(tmp_path / "s") as aws:
            assert not aws.endpoint.endswith(f":{port}")
            url = aws.client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
            assert url.startswith(aws.endpoint)
            aws.client("sqs").send_message(QueueUrl=url, MessageBody="m")


def test_batch_in_another_region_is_kept_too(tmp_path: Path) -> None:
    with scripted(tmp_path / "s") as aws:
        aws.client("batch", "eu-west-1").create_scheduling_policy(name="p")
    with scripted(tmp_path / "s") as aws:
        assert aws.client("batch").list_scheduling_policies()["schedulingPolicies"] == []
        found = aws.client("batch", "eu-west-1").list_scheduling_policies()["schedulingPolicies"]
        assert [each["arn"].rpartition("/")[2] for each in found] == ["p"]


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir(mode=0o755)
    with scripted(folder) as aws:
        aws.client("secretsmanager").create_secret(Name="s", SecretString="hush" * 1000)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}


class TestRefusals:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        with scripted(tmp_path / "s") as aws:
            aws.client("s3").create_bucket(Bucket="kept")
            aws.client("s3").put_object(Bucket="kept", Key="k", Body=b"x" * 5000)
        return tmp_path / "s"

    def refused(self, folder: Path, said: str, **options: Any) -> None:  # noqa: ANN401
        files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
        with pytest.raises(LocalAwsError) as error:
            scripted(folder, **options)
        assert said in str(error.value)
        assert "\n" not in str(error.value)
        assert {path: path.read_bytes() for path in files} == files

    def test_another_account_or_region(self, folder: Path) -> None:
        said = "is of account 123456789012 in us-east-1, not of 111111111111 in eu-west-1: start with those, or give"
        self.refused(folder, said, account="111111111111", region="eu-west-1")
        with scripted(folder) as aws:
            assert aws.client("s3").list_buckets()["Buckets"][0]["Name"] == "kept"

    def test_another_version(self, folder: Path) -> None:
        manifest = json.loads((folder / "state.json").read_text())
        for change in ({"ministack": "0.1"}, {"format": 99, "unheard": 1}):
            (folder / "state.json").write_text(json.dumps({**manifest, **change}))
            self.refused(folder, "install that version, or give another folder and deploy again")

    def test_a_list_of_files_without_its_checksum_or_with_a_changed_letter(self, folder: Path) -> None:
        text = (folder / "state.json").read_text()
        for damaged in (
            text.replace("batch/us-east-1", "batch/us-east-3", 1),
            text.replace('"us-east-1": ', '"us-east-1": 1'),
            json.dumps({name: value for name, value in json.loads(text).items() if name != "check"}),
        ):
            assert damaged != text
            (folder / "state.json").write_text(damaged)
            self.refused(folder, "is damaged (state.json): rename before.json to state.json there")
        (folder / "state.json").write_text(text)
        with scripted(folder) as aws:
            aws.client("s3").list_buckets()

    def test_a_list_of_files_that_is_gone(self, folder: Path) -> None:
        text = (folder / "state.json").read_text()
        (folder / "state.json").unlink()
        self.refused(folder, "is damaged (state.json is missing): rename before.json to state.json there")
        (folder / "before.json").unlink()
        self.refused(folder, "is damaged (state.json is missing): put a copy in its place, or give another folder")
        (folder / "state.json").write_text(text)
        with scripted(folder) as aws:
            aws.client("s3").list_buckets()

    def test_a_journal_that_is_gone(self, folder: Path) -> None:
        for path in (folder / "journal").iterdir():
            path.unlink()
        self.refused(folder, "is missing): rename before.json to state.json there")

    @pytest.mark.parametrize("content", ["", "[]", "{", "{}", "\x00", '{"format": 1}'])
    def test_a_damaged_list_of_files(self, folder: Path, content: str) -> None:
        (folder / "state.json").write_text(content)
        before = (folder / "before.json").read_text()
        self.refused(folder, "is damaged (state.json): rename before.json to state.json there to go on from the save")
        (folder / "state.json").write_text(before)
        with scripted(folder) as aws:
            aws.client("s3").list_buckets()

    @pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"y"), lambda path: path.unlink()])
    def test_a_damaged_file(self, folder: Path, damage: Callable[[Path], object]) -> None:
        manifest = json.loads((folder / "state.json").read_text())
        for name in (manifest["parts"]["service/s3"], manifest["parts"]["images"], *manifest["blobs"]):
            path = folder / "content" / name
            content = path.read_bytes()
            damage(path)
            self.refused(folder, f"is damaged (content/{name})")
            path.write_bytes(content)
        with scripted(folder) as aws:
            assert aws.client("s3").get_object(Bucket="kept", Key="k")["Body"].read() == b"x" * 5000

    def test_a_folder_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("mine")
        self.refused(tmp_path, "has files of something else (thesis.txt): give a folder of its own")
        self.refused(tmp_path / "thesis.txt", "cannot be used (File exists): give a folder that this user can write")

    def test_a_value_that_is_no_path(self) -> None:
        with pytest.raises(LocalAwsError, match="state_dir: 7 is not allowed; give the path of a folder"):
            scripted(7)  # type: ignore[arg-type]


def in_another_process(folder: Path, then: str) -> subprocess.Popen[str]:
    program = (
        "import sys, time\n"
        "from batchwright.local import LocalAws\n"
        f"aws = LocalAws(runner='process', state_dir={str(folder)!r})\n"
        f"{then}\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_a_second_server_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with in_another_process(tmp_path / "s", "") as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(LocalAwsError, match=rf"in use by the local AWS of process {other.pid}: end that one"):
            scripted(tmp_path / "s")
        other.send_signal(signal.SIGKILL)
    with scripted(tmp_path / "s") as aws:
        assert aws.client("s3").list_buckets()["Buckets"] == []


def test_a_state_that_cannot_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(tmp_path / "s") as aws:
        aws.client("s3").create_bucket(Bucket="before")
    aws = scripted(tmp_path / "s")
    aws.client("s3").create_bucket(Bucket="after")
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if path.name == "state.json.new":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(LocalAwsError, match=r"could not be written, it has the state of before: .*No space left"):
        aws.close()
    monkeypatch.undo()
    with scripted(tmp_path / "s") as aws:
        assert [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]] == ["before"]
    assert not any(name.partition(".")[0] == "ministack" for name in sys.modules)


def test_content_that_nothing_names_is_removed(tmp_path: Path) -> None:
    with scripted(tmp_path / "s") as aws:
        aws.client("s3").create_bucket(Bucket="big")
        aws.client("s3").put_object(Bucket="big", Key="k", Body=os.urandom(1_000_000))
    assert sum(path.stat().st_size for path in (tmp_path / "s" / "content").iterdir()) > 1_000_000
    with scripted(tmp_path / "s") as aws:
        aws.client("s3").delete_object(Bucket="big", Key="k")
    with scripted(tmp_path / "s"):
        """What only the save before the last one names."""
    assert sum(path.stat().st_size for path in (tmp_path / "s" / "content").iterdir()) < 300_000


def test_a_program_that_is_gone_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with start(tmp_path / "s") as aws:
        program = tmp_path / "program"
        program.mkdir()
        (program / "process.json").write_text('{"command": ["true"]}')
        aws.programs.register("image:1", program)
    (program / "process.json").unlink()
    with caplog.at_level(logging.WARNING), start(tmp_path / "s") as aws:
        assert aws.programs.find("image:1") is None
    assert "the program of image image:1 is not there any more, deploy again" in caplog.text


def test_nothing_is_kept_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with LocalAws(runner="process", batch_runner=ScriptedRunner()) as aws:
        aws.client("s3").create_bucket(Bucket="gone")
    assert list(tmp_path.iterdir()) == []
