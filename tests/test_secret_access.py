"""Secrets with a key of their own: who may decrypt them, in one stack and across several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from support.fake_queues import plain_job
from support.parts import environment_of
from support.synthesis import Template

from batchwright import HostLaunchTemplate, HostOptions, JobImage, JobSecret, Platform, RegistryLogin
from batchwright.secret_access import grant_read_secret

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def stacks() -> tuple[cdk.Stack, cdk.Stack]:
    app = cdk.App(analytics_reporting=False)
    return cdk.Stack(app, "Vault"), cdk.Stack(app, "Jobs")


def encrypted(stack: cdk.Stack) -> secretsmanager.Secret:
    return secretsmanager.Secret(stack, "Secret", encryption_key=kms.Key(stack, "Key"))


def template_of(stack: cdk.Stack) -> Template:
    """All stacks of the application are written: a cycle among them shows."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    return Template(app.synth().get_stack_by_name(stack.stack_name).template)


def decrypting(template: Template) -> list[dict[str, Any]]:
    statements = [
        statement
        for policy in template.of_type("AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    return [each for each in statements if each["Action"] == "kms:Decrypt"]


def with_secret(stack: cdk.Stack, secret: secretsmanager.ISecret) -> None:
    plain_job(stack, Platform.EC2, secrets={"PASSWORD": JobSecret.from_secrets_manager(secret)})


def with_credentials(stack: cdk.Stack, secret: secretsmanager.ISecret) -> None:
    image = JobImage.from_registry("registry.example.com/tool:1", credentials=secret)
    plain_job(stack, Platform.EC2, image=image)


def with_login(stack: cdk.Stack, secret: secretsmanager.ISecret) -> None:
    template = HostLaunchTemplate(stack, "Template", parts=[RegistryLogin(secrets=[secret])])
    environment_of(stack, "EC2", hosts=HostOptions(launch_template=template))


READERS = [with_secret, with_credentials, with_login]


@pytest.mark.parametrize("reader", READERS)
def test_a_key_in_another_stack_makes_no_cycle(
    stacks: tuple[cdk.Stack, cdk.Stack], reader: Callable[[cdk.Stack, secretsmanager.ISecret], None]
) -> None:
    vault, jobs = stacks
    reader(jobs, encrypted(vault))
    (statement,) = decrypting(template_of(jobs))
    assert "Fn::ImportValue" in statement["Resource"]
    service = statement["Condition"]["StringEquals"]["kms:ViaService"]
    assert service == {"Fn::Join": ["", ["secretsmanager.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]}


@pytest.mark.parametrize("reader", READERS)
def test_within_a_stack_the_key_says_it(
    stacks: tuple[cdk.Stack, cdk.Stack], reader: Callable[[cdk.Stack, secretsmanager.ISecret], None]
) -> None:
    _, jobs = stacks
    reader(jobs, encrypted(jobs))
    template = template_of(jobs)
    assert not decrypting(template)
    named = [each.get("Condition") for each in template.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]]
    assert [condition for condition in named if condition and "kms:ViaService" in condition["StringEquals"]]


def test_an_imported_key_is_allowed_by_the_role(stacks: tuple[cdk.Stack, cdk.Stack]) -> None:
    _, jobs = stacks
    key = kms.Key.from_key_arn(jobs, "Key", KEY_ARN)
    secret = secretsmanager.Secret.from_secret_attributes(
        jobs, "Secret", secret_complete_arn=SECRET_ARN, encryption_key=key
    )
    with_secret(jobs, secret)
    (statement,) = decrypting(template_of(jobs))
    assert statement["Resource"] == KEY_ARN
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}


def test_a_secret_known_by_a_part_of_its_arn_is_read(stacks: tuple[cdk.Stack, cdk.Stack]) -> None:
    vault, jobs = stacks
    secret = secretsmanager.Secret.from_secret_attributes(
        jobs, "Secret", secret_partial_arn=SECRET_ARN[:-7], encryption_key=kms.Key(vault, "Key")
    )
    role = iam.Role(jobs, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    assert grant_read_secret(secret, role).success
    (policy,) = template_of(jobs).of_type("AWS::IAM::Policy").values()
    assert next(each["Resource"] for each in policy["PolicyDocument"]["Statement"]) == f"{SECRET_ARN[:-7]}-??????"


def test_an_imported_role_is_named_by_the_key(stacks: tuple[cdk.Stack, cdk.Stack]) -> None:
    vault, jobs = stacks
    arn = "arn:aws:iam::123456789012:role/reader"
    grant_read_secret(encrypted(vault), iam.Role.from_role_arn(jobs, "Role", arn))
    statements = template_of(vault).only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    assert [each for each in statements if each["Principal"].get("AWS") == arn]
