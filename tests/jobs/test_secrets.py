"""Secrets of containers and logs, and credentials of registries: named in the definition, read by the right role."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from support.cloudformation_schema import schema_problems
from support.fake_queues import PLATFORMS, plain_job
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import JobImage, JobSecret, LogDriver
from batchwright.model import Platform

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"


def db(stack: cdk.Stack) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_complete_arn(stack, "Db", ARN)


def container_of(template: Template) -> dict[str, Any]:
    definition = template.only("AWS::Batch::JobDefinition")
    container: dict[str, Any] = (
        definition.get("ContainerProperties") or (definition["EcsProperties"]["TaskProperties"][0]["Containers"][0])
    )
    return container


def allowed(template: Template, role: str) -> dict[str, list[Any]]:
    """Actions of a role of the job, each with the resources that it is allowed on."""
    found: dict[str, list[Any]] = {}
    for policy in template.of_type("AWS::IAM::Policy").values():
        if not any(role in each["Ref"] for each in policy["Roles"]):
            continue
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                found.setdefault(action, []).append(statement["Resource"])
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_secret_is_read_by_the_execution_role_alone(platform: Platform) -> None:
    stack = new_stack()
    plain_job(stack, platform, secrets={"DB_PASSWORD": JobSecret.from_secrets_manager(db(stack))})
    template = synthesize(stack)
    assert not schema_problems(template.body)
    assert container_of(template)["Secrets"] == [{"Name": "DB_PASSWORD", "ValueFrom": ARN}]
    reading = allowed(template, "ExecutionRole")
    assert reading["secretsmanager:GetSecretValue"] == [ARN]
    assert not allowed(template, "JobRole")


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        ({"field": "password"}, f"{ARN}:password::"),
        ({"version_stage": "AWSPREVIOUS"}, f"{ARN}::AWSPREVIOUS:"),
        ({"field": "password", "version_id": "1"}, f"{ARN}:password::1"),
    ],
)
def test_a_part_or_a_version_of_a_secret(parts: dict[str, str], address: str) -> None:
    stack = new_stack()
    plain_job(stack, Platform.EC2, secrets={"P": JobSecret.from_secrets_manager(db(stack), **parts)})
    assert container_of(synthesize(stack))["Secrets"] == [{"Name": "P", "ValueFrom": address}]


def test_a_parameter_with_its_key() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    parameter = ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Token", parameter_name="/app/token", encryption_key=key
    )
    plain_job(stack, Platform.FARGATE, secrets={"TOKEN": JobSecret.from_ssm_parameter(parameter)})
    template = synthesize(stack)
    (secret,) = container_of(template)["Secrets"]
    assert secret["ValueFrom"]["Fn::Join"][1][-1].endswith("parameter/app/token")
    reading = allowed(template, "ExecutionRole")
    assert reading["ssm:GetParameters"] == [secret["ValueFrom"]]
    assert reading["kms:Decrypt"] == [{"Fn::GetAtt": [next(iter(template.of_type("AWS::KMS::Key"))), "Arn"]}]


@pytest.mark.parametrize(
    ("secrets", "field"),
    [
        ({"AWS_BATCH_TOKEN": JobSecret(secret=object())}, "secrets"),  # type: ignore[arg-type]
        ({"TOKEN": ARN}, "secrets['TOKEN']"),
        ({"TOKEN": JobSecret()}, "secrets['TOKEN']"),
        ({"TOKEN": JobSecret(secret="db")}, "secrets['TOKEN']"),  # type: ignore[arg-type]
        ({"TOKEN": JobSecret(parameter="/db")}, "secrets['TOKEN']"),  # type: ignore[arg-type]
        ([JobSecret()], "secrets"),
    ],
)
def test_what_is_no_secret_is_named(secrets: Any, field: str) -> None:  # noqa: ANN401
    assert field in fields(refused(lambda: plain_job(new_stack(), Platform.EC2, secrets=secrets)))


@pytest.mark.parametrize("part", ["a:b", "", 3])
def test_a_part_of_a_secret_is_text_without_colons(part: Any) -> None:  # noqa: ANN401
    stack = new_stack()
    secrets = {"P": JobSecret.from_secrets_manager(db(stack), field=part)}
    assert fields(refused(lambda: plain_job(stack, Platform.EC2, secrets=secrets))) == ["secrets['P'].field"]


def test_a_variable_is_secret_or_not() -> None:
    stack = new_stack()
    secrets = {"P": JobSecret.from_secrets_manager(db(stack))}
    error = refused(lambda: plain_job(stack, Platform.EC2, secrets=secrets, environment={"P": "1"}))
    assert fields(error) == ["secrets['P']"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_private_registry(platform: Platform) -> None:
    stack = new_stack()
    image = JobImage.from_registry("registry.example.com/team/app:1", credentials=db(stack))
    plain_job(stack, platform, image=image)
    template = synthesize(stack)
    assert not schema_problems(template.body)
    assert container_of(template)["RepositoryCredentials"] == {"CredentialsParameter": ARN}
    assert allowed(template, "ExecutionRole")["secretsmanager:GetSecretValue"] == [ARN]


class TestLogDriver:
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_more_options_of_cloudwatch(self, platform: Platform) -> None:
        stack = new_stack()
        driver = LogDriver(options={"mode": "non-blocking", "awslogs-stream-prefix": "mine"})
        job = plain_job(stack, platform, log_driver=driver)
        log = container_of(synthesize(stack))["LogConfiguration"]
        assert log["LogDriver"] == "awslogs"
        assert log["Options"].keys() == {"awslogs-group", "awslogs-region", "awslogs-stream-prefix", "mode"}
        assert log["Options"]["awslogs-stream-prefix"] == "mine"
        assert job.log_group is not None

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_another_driver_with_a_secret_has_no_log_group(self, platform: Platform) -> None:
        stack = new_stack()
        token = JobSecret.from_secrets_manager(db(stack), field="token")
        driver = LogDriver(name="splunk", options={"splunk-url": "https://s"}, secret_options={"splunk-token": token})
        job = plain_job(stack, platform, log_driver=driver)
        template = synthesize(stack)
        assert not schema_problems(template.body)
        assert container_of(template)["LogConfiguration"] == {
            "LogDriver": "splunk",
            "Options": {"splunk-url": "https://s"},
            "SecretOptions": [{"Name": "splunk-token", "ValueFrom": f"{ARN}:token::"}],
        }
        assert job.log_group is None
        assert not template.of_type("AWS::Logs::LogGroup")
        assert allowed(template, "ExecutionRole").keys() >= {"secretsmanager:GetSecretValue"}

    @pytest.mark.parametrize(
        ("platform", "driver", "field"),
        [
            (Platform.FARGATE, LogDriver(name="json-file"), "log_driver.name"),
            (Platform.EC2, LogDriver(name="awsfirelens"), "log_driver.name"),
            (Platform.EC2, LogDriver(name="papertrail"), "log_driver.name"),
            (Platform.EC2, LogDriver(options={"max-size": 10}), "log_driver.options['max-size']"),  # type: ignore[dict-item]
            (Platform.EC2, LogDriver(secret_options={"t": "s"}), "log_driver.secret_options['t']"),  # type: ignore[dict-item]
            (Platform.EC2, "splunk", "log_driver"),
        ],
    )
    def test_wrong_drivers_are_named(self, platform: Platform, driver: Any, field: str) -> None:  # noqa: ANN401
        assert fields(refused(lambda: plain_job(new_stack(), platform, log_driver=driver))) == [field]

    def test_a_log_group_is_for_cloudwatch(self) -> None:
        stack = new_stack()
        group = cdk.aws_logs.LogGroup(stack, "Group")
        driver = LogDriver(name="journald")
        error = refused(lambda: plain_job(stack, Platform.EC2, log_driver=driver, log_group=group))
        assert fields(error) == ["log_group"]
