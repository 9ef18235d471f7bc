"""Pull-through caches: the rule, the images by their cached names, and what pulling needs."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager as secretsmanager
from support.cloudformation_schema import schema_problems
from support.fake_queues import plain_job
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import PullThroughCache
from batchwright.model import Platform

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"


def secret(stack: cdk.Stack, arn: str = SECRET) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_complete_arn(stack, "Login", arn)


def test_a_job_runs_an_image_by_its_cached_name() -> None:
    stack = new_stack()
    cache = PullThroughCache(stack, "Cache", upstream="public.ecr.aws", prefix="public")
    job = plain_job(stack, Platform.EC2, image=cache.image("docker/library/python:3.13-slim", architecture=None))
    template = synthesize(stack)
    assert not schema_problems(template.body)
    rule = template.only("AWS::ECR::PullThroughCacheRule")
    assert rule == {"EcrRepositoryPrefix": "public", "UpstreamRegistryUrl": "public.ecr.aws"}
    image = template.only("AWS::Batch::JobDefinition")["ContainerProperties"]["Image"]
    assert image["Fn::Join"][1][-1].endswith("/public/docker/library/python:3.13-slim")
    statements = [
        statement
        for policy in template.of_type("AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (pull,) = [each for each in statements if "ecr:BatchImportUpstreamImage" in each["Action"]]
    assert {"ecr:CreateRepository", "ecr:BatchGetImage"} <= set(pull["Action"])
    assert pull["Resource"]["Fn::Join"][1][-1] == ":repository/public/*"
    assert job.image.cache is cache


def test_docker_hub_with_a_login() -> None:
    stack = new_stack()
    cache = PullThroughCache(stack, "Cache", upstream="registry-1.docker.io", prefix="hub", credentials=secret(stack))
    template = synthesize(stack)
    assert not schema_problems(template.body)
    assert template.only("AWS::ECR::PullThroughCacheRule")["CredentialArn"] == SECRET
    assert cache.image("library/python:3.13-slim").uri.endswith("/hub/library/python:3.13-slim")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"upstream": "docker.io"}, "upstream"),
        ({"upstream": "https://quay.io"}, "upstream"),
        ({"upstream": None}, "upstream"),
        ({"prefix": "p"}, "prefix"),
        ({"prefix": "Public"}, "prefix"),
        ({"prefix": "x" * 31}, "prefix"),
        ({"prefix": 3}, "prefix"),
        ({"upstream": "registry-1.docker.io"}, "credentials"),
        ({"upstream": "images.azurecr.io"}, "credentials"),
        ({"credentials": "user:password"}, "credentials"),
    ],
)
def test_what_ecr_would_refuse_is_named(options: dict[str, Any], field: str) -> None:
    stack = new_stack()
    options = {"upstream": "quay.io", "prefix": "quay"} | options
    assert fields(refused(lambda: PullThroughCache(stack, "Cache", **options))) == [field]


def test_a_secret_has_the_name_that_ecr_reads() -> None:
    stack = new_stack()
    other = secret(stack, SECRET.replace("ecr-pullthroughcache/", ""))
    error = refused(lambda: PullThroughCache(stack, "Cache", upstream="ghcr.io", prefix="github", credentials=other))
    assert fields(error) == ["credentials"]


@pytest.mark.parametrize("name", ["", "Python:3", "public.ecr.aws/docker/library/python", "python:", "a b", None, 3])
def test_an_image_is_named_without_its_registry(name: Any) -> None:  # noqa: ANN401
    cache = PullThroughCache(new_stack(), "Cache", upstream="quay.io", prefix="quay")
    assert fields(refused(lambda: cache.image(name))) == ["name"]


@pytest.mark.parametrize("name", ["python", "library/python:3.13-slim", "biocontainers/bwa@sha256:" + "a" * 64])
def test_tags_and_digests(name: str) -> None:
    cache = PullThroughCache(new_stack(), "Cache", upstream="quay.io", prefix="quay")
    assert cache.image(name).uri.endswith(f"/quay/{name}")
