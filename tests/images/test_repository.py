from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import ImageRepository

REPOSITORY = "AWS::ECR::Repository"


def properties_of(**options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    ImageRepository(stack, "Images", **options)
    return synthesize(stack).only(REPOSITORY)


def test_images_are_scanned_and_tags_never_move() -> None:
    properties = properties_of()
    assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert properties["ImageTagMutability"] == "IMMUTABLE"
    assert "RepositoryName" not in properties


def test_old_images_go() -> None:
    rules = json.loads(properties_of(keep_images=7)["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    selections = {rule["selection"]["tagStatus"]: rule["selection"] for rule in rules}
    assert selections["untagged"]["countType"] == "sinceImagePushed"
    assert selections["untagged"]["countNumber"] == 14
    assert selections["any"]["countNumber"] == 7


def test_how_many_are_kept_must_be_known_now() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Keep", type="Number").value_as_number
    assert fields(refused(lambda: ImageRepository(stack, "Images", keep_images=number))) == ["keep_images"]


@pytest.mark.parametrize(("policy", "deletion"), [(None, "Retain"), (cdk.RemovalPolicy.DESTROY, "Delete")])
def test_it_survives_its_stack_unless_told_otherwise(policy: cdk.RemovalPolicy | None, deletion: str) -> None:
    stack = new_stack()
    if policy:
        ImageRepository(stack, "Images", removal_policy=policy)
    else:
        ImageRepository(stack, "Images")
    (resource,) = synthesize(stack).raw(REPOSITORY)
    assert resource["DeletionPolicy"] == deletion


def test_a_key_encrypts_it() -> None:
    stack = new_stack()
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1")
    ImageRepository(stack, "Images", encryption_key=key)
    configuration = synthesize(stack).only(REPOSITORY)["EncryptionConfiguration"]
    assert configuration == {"EncryptionType": "KMS", "KmsKey": key.key_arn}


def test_pull_and_push_are_granted_on_it_alone() -> None:
    stack = new_stack()
    images = ImageRepository(stack, "Images")
    reader = iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    writer = iam.Role(stack, "Writer", assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"))
    assert images.grant_pull(reader).success
    assert images.grant_push(writer).success
    for policy in synthesize(stack).of_type("AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Resource"] != "*" or statement["Action"] == "ecr:GetAuthorizationToken"


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_one_image_is_kept(keep: int) -> None:
    assert fields(refused(lambda: ImageRepository(new_stack(), "Images", keep_images=keep))) == ["keep_images"]
