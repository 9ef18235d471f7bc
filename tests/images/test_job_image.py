from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import Architecture, JobImage

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


@pytest.mark.parametrize(
    ("architecture", "platform"),
    [("arm64", "linux/arm64"), ("x86_64", "linux/amd64"), (Architecture.ARM64, "linux/arm64")],
)
def test_a_folder_becomes_an_asset_for_its_architecture(folder: Path, architecture: str, platform: str) -> None:
    stack = new_stack()
    image = JobImage.from_folder(stack, "Image", folder, architecture=architecture, build_args={"VERSION": "1"})
    assembly = stack.node.root.synth()  # type: ignore[attr-defined]
    assets = json.loads((Path(assembly.directory) / "Stack.assets.json").read_text())
    (asset,) = assets["dockerImages"].values()
    assert asset["source"]["platform"] == platform
    assert asset["source"]["dockerBuildArgs"] == {"VERSION": "1"}
    assert image.architecture is Architecture(architecture)
    assert image.repository is not None


def test_synthesis_needs_no_docker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CDK_DOCKER", "/nowhere")
    stack = new_stack()
    JobImage.from_folder(stack, "Image", folder)
    synthesize(stack)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_missing_folder_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "x"
    error = refused(lambda: JobImage.from_folder(new_stack(), "Image", path))
    assert fields(error) == ["folder"]
    assert str(path) in str(error)


def test_a_folder_without_a_dockerfile_and_a_wrong_architecture_at_once(tmp_path: Path) -> None:
    error = refused(lambda: JobImage.from_folder(new_stack(), "Image", tmp_path, architecture="x86"))
    assert fields(error) == ["folder", "architecture"]


def test_an_image_of_a_repository_by_tag_and_by_digest() -> None:
    stack = new_stack()
    repository = ecr.Repository.from_repository_name(stack, "Repository", "images/embed")
    by_tag = JobImage.from_repository(repository, tag="1.0", architecture="arm64")
    by_digest = JobImage.from_repository(repository, tag=DIGEST)
    assert by_tag.uri.endswith("/images/embed:1.0")
    assert by_digest.uri.endswith(f"/images/embed@{DIGEST}")
    assert by_tag.architecture is Architecture.ARM64
    assert by_digest.architecture is Architecture.X86_64


@pytest.mark.parametrize("tag", ["", ".hidden", "a b", "x" * 129, "sha256:123", "a/b", "a:b"])
def test_what_is_neither_tag_nor_digest_is_refused(tag: str) -> None:
    repository = ecr.Repository.from_repository_name(new_stack(), "Repository", "images")
    assert fields(refused(lambda: JobImage.from_repository(repository, tag=tag))) == ["tag"]


@pytest.mark.parametrize("name", ["python:3.13-slim", "public.ecr.aws/docker/library/python:3.13", f"python@{DIGEST}"])
def test_an_image_of_a_registry(name: str) -> None:
    image = JobImage.from_registry(name)
    assert (image.uri, image.repository) == (name, None)


@pytest.mark.parametrize("name", ["", "x" * 256, "https://example.com/image", "my image", "image\n"])
def test_what_is_no_image_name_is_refused(name: str) -> None:
    assert fields(refused(lambda: JobImage.from_registry(name))) == ["name"]


@pytest.mark.parametrize("architecture", ["amd64", "ARM64", ""])
def test_an_unknown_architecture_is_refused(architecture: str) -> None:
    assert fields(refused(lambda: JobImage.from_registry("python", architecture=architecture))) == ["architecture"]


def test_names_known_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    name = cdk.CfnParameter(stack, "Name").value_as_string
    repository = ecr.Repository.from_repository_name(stack, "Repository", "images")
    assert stack.resolve(JobImage.from_registry(name).uri) == {"Ref": "Name"}
    assert {"Ref": "Name"} in stack.resolve(JobImage.from_repository(repository, tag=name).uri)["Fn::Join"][1]


def test_pulling_is_granted_on_the_repository() -> None:
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    repository = ecr.Repository(stack, "Repository")
    assert JobImage.from_repository(repository, tag="1").grant_pull(role) is not None
    statements = synthesize(stack).only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    everywhere = [s["Action"] for s in statements if s["Resource"] == "*"]
    assert everywhere == ["ecr:GetAuthorizationToken"]


def test_there_is_nothing_to_grant_for_another_registry() -> None:
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    assert JobImage.from_registry("python").grant_pull(role) is None


def test_an_image_for_several_architectures() -> None:
    assert JobImage.from_registry("a/b:1", architecture=None).architecture is None


def test_a_folder_is_built_for_one_architecture(folder: Path) -> None:
    both: Any = None
    error = refused(lambda: JobImage.from_folder(new_stack(), "Image", folder, architecture=both))
    assert fields(error) == ["architecture"]


def test_credentials_are_a_secret() -> None:
    password: Any = "password"
    assert fields(refused(lambda: JobImage.from_registry("a/b:1", credentials=password))) == ["credentials"]


def test_the_credentials_are_granted() -> None:
    stack = new_stack()
    secret = secretsmanager.Secret(stack, "Login")
    image = JobImage.from_registry("registry.example.com/app:1", credentials=secret)
    image.grant_pull(iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com")))
    (statement,) = synthesize(stack).only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert "secretsmanager:GetSecretValue" in statement["Action"]
