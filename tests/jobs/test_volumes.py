"""Volumes of jobs: where they come from, where containers see them, and what the job role may do with them."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from support.cloudformation_schema import schema_problems
from support.fake_queues import PLATFORMS, plain_job
from support.parts import vpc_of
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import EfsVolume, HostVolume, Mount, S3FilesVolume, ScratchVolume
from batchwright.model import Platform

FILES = "arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef0"
FILES_POINT = f"{FILES}/access-point/fsap-0123456789abcdef0"


def file_system(stack: cdk.Stack) -> efs.IFileSystem:
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
    return efs.FileSystem.from_file_system_attributes(
        stack, "Files", file_system_id="fs-00000001", security_group=group
    )


def template_of(stack: cdk.Stack, platform: Platform, *mounts: Mount) -> Template:
    plain_job(stack, platform, mounts=mounts)
    template = synthesize(stack)
    assert not schema_problems(template.body)
    return template


def task_of(template: Template) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Volumes and mount points, in whichever form."""
    definition = template.only("AWS::Batch::JobDefinition")
    if "ContainerProperties" in definition:
        return definition["ContainerProperties"]["Volumes"], definition["ContainerProperties"]["MountPoints"]
    (task,) = definition["EcsProperties"]["TaskProperties"]
    return task["Volumes"], task["Containers"][0]["MountPoints"]


def job_role_actions(template: Template) -> set[str]:
    """What the job role's policy allows."""
    found: set[str] = set()
    for policy in template.of_type("AWS::IAM::Policy").values():
        if any("JobRole" in role["Ref"] and "Execution" not in role["Ref"] for role in policy["Roles"]):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                found |= {actions} if isinstance(actions, str) else set(actions)
    return found


@pytest.mark.parametrize("platform", [Platform.EC2, Platform.MANAGED_INSTANCES])
def test_a_folder_of_the_host(platform: Platform) -> None:
    template = template_of(new_stack(), platform, Mount(HostVolume("/fsx"), "/data", read_only=True))
    volumes, mounts = task_of(template)
    assert volumes == [{"Name": "volume1", "Host": {"SourcePath": "/fsx"}}]
    assert mounts == [{"SourceVolume": "volume1", "ContainerPath": "/data", "ReadOnly": True}]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_scratch_is_a_place_that_docker_chooses(platform: Platform) -> None:
    volumes, mounts = task_of(template_of(new_stack(), platform, Mount(ScratchVolume(), "/scratch")))
    assert volumes == [{"Name": "volume1"}]
    assert mounts == [{"SourceVolume": "volume1", "ContainerPath": "/scratch", "ReadOnly": False}]


def test_one_volume_in_two_places_is_one_volume() -> None:
    scratch = ScratchVolume()
    mounts = [Mount(scratch, "/a"), Mount(scratch, "/b", read_only=True), Mount(ScratchVolume(), "/c")]
    volumes, points = task_of(template_of(new_stack(), Platform.EC2, *mounts))
    assert [volume["Name"] for volume in volumes] == ["volume1", "volume2"]
    assert [point["SourceVolume"] for point in points] == ["volume1", "volume1", "volume2"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_file_system_of_efs_is_mounted_by_the_job_role_over_tls(platform: Platform) -> None:
    stack = new_stack()
    template = template_of(stack, platform, Mount(EfsVolume(file_system=file_system(stack)), "/data"))
    (volume,), _ = task_of(template)
    assert volume["EfsVolumeConfiguration"] == {
        "FileSystemId": "fs-00000001",
        "TransitEncryption": "ENABLED",
        "AuthorizationConfig": {"Iam": "ENABLED"},
    }
    assert job_role_actions(template) == {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}


def test_a_file_system_with_an_access_point_read_only() -> None:
    stack = new_stack()
    files = efs.FileSystem(stack, "Own", vpc=vpc_of(stack))
    point = files.add_access_point("Point", path="/jobs")
    volume = EfsVolume(file_system=files, access_point=point, root_directory="/")
    template = template_of(stack, Platform.FARGATE, Mount(volume, "/data", read_only=True))
    (rendered,), _ = task_of(template)
    configuration = rendered["EfsVolumeConfiguration"]
    assert configuration["AuthorizationConfig"].keys() == {"AccessPointId", "Iam"}
    assert configuration["TransitEncryption"] == "ENABLED"
    assert job_role_actions(template) == {"elasticfilesystem:ClientMount"}


def test_writing_somewhere_is_writing_and_root_is_asked_for() -> None:
    stack = new_stack()
    volume = EfsVolume(file_system=file_system(stack), root_directory="/team", root_access=True)
    template = template_of(stack, Platform.EC2, Mount(volume, "/in", read_only=True), Mount(volume, "/out"))
    actions = {"ClientMount", "ClientWrite", "ClientRootAccess"}
    assert job_role_actions(template) == {f"elasticfilesystem:{action}" for action in actions}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_bucket_as_files(platform: Platform) -> None:
    volume = S3FilesVolume(file_system_arn=FILES, access_point_arn=FILES_POINT)
    template = template_of(new_stack(), platform, Mount(volume, "/bucket"))
    (rendered,), _ = task_of(template)
    expected = {"FileSystemArn": FILES, "AccessPointArn": FILES_POINT}
    assert rendered["S3FilesVolumeConfiguration"] == expected
    assert job_role_actions(template) == {"s3files:ClientMount", "s3files:ClientWrite"}


@pytest.mark.parametrize(
    ("platform", "mount", "field"),
    [
        (Platform.FARGATE, Mount(HostVolume("/fsx"), "/data"), "mounts[0].volume.path"),
        (Platform.EC2, Mount(HostVolume("fsx"), "/data"), "mounts[0].volume.path"),
        (Platform.EC2, Mount(HostVolume("/fsx"), "data"), "mounts[0].path"),
        (Platform.EC2, Mount(HostVolume("/fsx"), "/a:b"), "mounts[0].path"),
        (Platform.EC2, Mount("/fsx", "/data"), "mounts[0].volume"),  # type: ignore[arg-type]
        (Platform.EC2, Mount(HostVolume("/fsx"), "/d", read_only=1), "mounts[0].read_only"),  # type: ignore[arg-type]
        (Platform.EC2, "/data", "mounts[0]"),
        (Platform.EC2, Mount(S3FilesVolume(file_system_arn="bucket"), "/d"), "mounts[0].volume.file_system_arn"),
        (
            Platform.EC2,
            Mount(S3FilesVolume(file_system_arn=FILES, access_point_arn=FILES), "/d"),
            "mounts[0].volume.access_point_arn",
        ),
        (
            Platform.EC2,
            Mount(S3FilesVolume(file_system_arn=FILES, access_point_arn=FILES_POINT, root_directory="/a"), "/d"),
            "mounts[0].volume.root_directory",
        ),
        (Platform.EC2, Mount(EfsVolume(file_system="fs-1"), "/d"), "mounts[0].volume.file_system"),  # type: ignore[arg-type]
    ],
)
def test_wrong_mounts_are_named(platform: Platform, mount: Any, field: str) -> None:  # noqa: ANN401
    assert fields(refused(lambda: plain_job(new_stack(), platform, mounts=[mount]))) == [field]


def test_an_access_point_has_a_root_of_its_own() -> None:
    stack = new_stack()
    files = efs.FileSystem(stack, "Own", vpc=vpc_of(stack))
    point = files.add_access_point("Point", path="/jobs")
    mount = Mount(EfsVolume(file_system=files, access_point=point, root_directory="/other"), "/data")
    error = refused(lambda: plain_job(stack, Platform.EC2, mounts=[mount]))
    assert fields(error) == ["mounts[0].volume.root_directory"]


def test_a_folder_holds_one_volume() -> None:
    mounts = [Mount(ScratchVolume(), "/data"), Mount(ScratchVolume(), "/data")]
    assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, mounts=mounts))) == ["mounts[1].path"]


def test_mounts_are_a_list() -> None:
    mount = Mount(ScratchVolume(), "/data")
    assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, mounts=mount))) == ["mounts"]


class TestEphemeralStorage:
    @pytest.mark.parametrize("size", [21, 200])
    def test_fargate_has_a_disk_of_a_chosen_size(self, size: int) -> None:
        stack = new_stack()
        plain_job(stack, Platform.FARGATE, ephemeral_storage=cdk.Size.gibibytes(size))
        container = synthesize(stack).only("AWS::Batch::JobDefinition")["ContainerProperties"]
        assert container["EphemeralStorage"] == {"SizeInGiB": size}

    @pytest.mark.parametrize(
        ("platform", "size"),
        [
            (Platform.FARGATE, cdk.Size.gibibytes(20)),
            (Platform.FARGATE, cdk.Size.gibibytes(201)),
            (Platform.FARGATE, cdk.Size.mebibytes(30_000)),
            (Platform.FARGATE, 50),
            (Platform.EC2, cdk.Size.gibibytes(50)),
            (Platform.MANAGED_INSTANCES, cdk.Size.gibibytes(50)),
        ],
    )
    def test_whole_gibibytes_from_21_to_200_on_fargate_alone(self, platform: Platform, size: object) -> None:
        error = refused(lambda: plain_job(new_stack(), platform, ephemeral_storage=size))
        assert fields(error) == ["ephemeral_storage"]

    def test_a_size_known_at_deployment_is_in_gibibytes(self) -> None:
        stack = new_stack()
        number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
        plain_job(stack, Platform.FARGATE, ephemeral_storage=cdk.Size.gibibytes(number))
        container = synthesize(stack).only("AWS::Batch::JobDefinition")["ContainerProperties"]
        assert container["EphemeralStorage"] == {"SizeInGiB": {"Ref": "Number"}}
        in_mib = cdk.Size.mebibytes(number)
        error = refused(lambda: plain_job(stack, Platform.FARGATE, "Other", ephemeral_storage=in_mib))
        assert fields(error) == ["ephemeral_storage"]
