"""What parts add to a launch template, to the hosts' role and to security groups."""

from __future__ import annotations

import email
import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_fsx as fsx
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from support.host_programs import programs_of, resolved
from support.parts import vpc_of
from support.problems import fields, refused
from support.sample_parts.hosts import adapters_of, all_parts
from support.synthesis import Template, new_stack, synthesize

from batchwright import (
    BlockDevice,
    CapacityReservation,
    CloudWatchAgent,
    Contribution,
    DockerSettings,
    EbsScratch,
    EfaDriver,
    EfsMount,
    GrowingScratch,
    HostAccess,
    HostLaunchTemplate,
    HostPart,
    HostScript,
    LustreMount,
    NvmeScratch,
    RegistryLogin,
    RootVolume,
    Section,
    Stage,
)
from batchwright.model.user_data import MAX_BYTES, mime_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.model import Problem

SHELLCHECK = Path(sys.executable).parent / "shellcheck"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-abcdef"


def built(stack: cdk.Stack, *parts: HostPart, **options: Any) -> HostLaunchTemplate:  # noqa: ANN401
    if any(isinstance(part, EfaDriver) for part in parts) and not options:
        options = adapters_of(stack)
    return HostLaunchTemplate(stack, "Template", parts=parts, **options)


def data_of(template: Template) -> dict[str, Any]:
    data: dict[str, Any] = template.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    return data


def rendered(*parts: HostPart, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    built(stack, *parts, **options)
    return data_of(synthesize(stack))


def permitted(stack: cdk.Stack, *parts: HostPart) -> tuple[list[dict[str, Any]], Template]:
    """Statements of the hosts' role."""
    hosts = ec2.SecurityGroup(stack, "Hosts", vpc=ec2.Vpc.from_vpc_attributes(
        stack, "HostVpc", vpc_id="vpc-1", availability_zones=["us-east-1a"]), allow_all_outbound=False)  # fmt: skip
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    built(stack, *parts).permit(role=role, connections=hosts.connections)
    template = synthesize(stack)
    policies = template.of_type("AWS::IAM::Policy").values()
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]], template


def test_scripts_come_in_the_order_that_they_need() -> None:
    stack = new_stack()
    parts = all_parts(stack)
    adapters = adapters_of(stack)
    orders = set()
    for number, order in enumerate([parts, parts[::-1], parts[3:] + parts[:3]]):
        HostLaunchTemplate(stack, f"T{number}", parts=order, **adapters)
    for data in synthesize(stack).of_type("AWS::EC2::LaunchTemplate").values():
        programs = programs_of(resolved(data["LaunchTemplateData"]["UserData"]))
        kinds = [program.kind for program in programs]
        assert kinds == sorted(kinds)  # boot hooks first
        assert "cat > /run/batchwright/prelude" in programs[0].text
        names = [program.name for program in programs]
        texts = [program.text for program in programs]
        moved = next(index for index, text in enumerate(texts) if "STORAGE_PATH=" in text)
        drives = [index for index, text in enumerate(texts) if "mkfs.xfs" in text]
        assert max(drives) < moved
        agent = next(index for index, text in enumerate(texts) if "/etc/ecs/ecs.config" in text)
        assert max(names.index(name) for name in ("EfsMount", "LustreMount", "EfaDriver")) < agent
        orders.add(frozenset(texts))
    assert len(orders) == 1


def test_all_parts_fit_together(tmp_path: Path) -> None:
    stack = new_stack()
    built(stack, *all_parts(stack))
    text = resolved(data_of(synthesize(stack))["UserData"])
    assert not mime_problems(text)
    assert len(text.encode()) < MAX_BYTES
    programs = programs_of(text)
    assert len(programs) > 10
    for index, program in enumerate(programs):
        assert program.text.startswith("#!/bin/bash\n")
        file = tmp_path / f"{index}-{program.name}.sh"
        file.write_text(program.text)
        subprocess.run(["bash", "-n", file], check=True, timeout=30)
    # SC1091: the prelude is made on the host. SC2016: values are quoted on purpose. SC2034: some are read by it.
    # SC2157: a value is known already.
    result = subprocess.run(
        [
            "shellcheck",
            "--severity=style",
            "--exclude=SC1091,SC2016,SC2034,SC2050,SC2154,SC2157,SC2194",
            *tmp_path.glob("*.sh"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout


def test_without_parts_nothing_but_the_agents_settings_is_there() -> None:
    data = rendered()
    (program,) = programs_of(resolved(data["UserData"]))
    assert program.kind == "x-shellscript"
    assert data.keys() == {"BlockDeviceMappings", "MetadataOptions", "UserData"}


def test_a_node_of_eks_has_no_settings_of_the_ecs_agent() -> None:
    assert "UserData" not in rendered(ecs_agent=False)
    text = resolved(rendered(NvmeScratch(docker_root=True), ecs_agent=False)["UserData"])
    assert "ecs.config" not in text
    assert not mime_problems(text)


def test_volumes_of_parts_and_others_are_attached() -> None:
    stack = new_stack()
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1")
    built(
        stack,
        EbsScratch(gibibytes=500, iops=6000, throughput_mibps=500, encryption_key=key),
        root_volume=RootVolume(encryption_key=key),
        block_devices=[BlockDevice(gibibytes=10, device_name="/dev/sdg", snapshot_id="snap-1")],
    )
    root, scratch, other = data_of(synthesize(stack))["BlockDeviceMappings"]
    assert root["Ebs"]["KmsKeyId"] == "arn:aws:kms:us-east-1:123456789012:key/1"
    assert scratch == {
        "DeviceName": "/dev/sdf",
        "Ebs": {
            "DeleteOnTermination": True,
            "Encrypted": True,
            "Iops": 6000,
            "KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/1",
            "Throughput": 500,
            "VolumeSize": 500,
            "VolumeType": "gp3",
        },
    }
    assert (other["DeviceName"], other["Ebs"]["SnapshotId"]) == ("/dev/sdg", "snap-1")


@pytest.mark.parametrize("count", [1, 2, 32])
def test_adapters_are_one_a_card(count: int) -> None:
    stack = new_stack()
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    template = built(stack, EfaDriver(), efa_interfaces=count, security_groups=[group])
    assert template.efa_interfaces == count
    data = data_of(synthesize(stack))
    interfaces = data["NetworkInterfaces"]
    assert [each["NetworkCardIndex"] for each in interfaces] == list(range(count))
    assert [each["DeviceIndex"] for each in interfaces] == [0, *[1] * (count - 1)]
    assert [each["InterfaceType"] for each in interfaces] == ["efa", *["efa-only"] * (count - 1)]
    assert all(each["Groups"] == ["sg-1"] for each in interfaces)
    # EC2 refuses groups in both places, and Batch chooses the subnet.
    assert "SecurityGroupIds" not in data
    assert not [each for each in interfaces if "SubnetId" in each]


def test_hosts_that_batch_does_not_launch() -> None:
    stack = new_stack()
    cluster = cdk.CfnParameter(stack, "Cluster").value_as_string
    built(
        stack,
        image_id="ami-00000001",
        instance_profile_arn="arn:aws:iam::123456789012:instance-profile/hosts",
        security_groups=[ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")],
        agent_settings={"ECS_CLUSTER": cluster},
        detailed_monitoring=True,
        metadata_tags=True,
    )
    data = data_of(synthesize(stack))
    assert data["ImageId"] == "ami-00000001"
    assert data["IamInstanceProfile"] == {"Arn": "arn:aws:iam::123456789012:instance-profile/hosts"}
    assert data["SecurityGroupIds"] == ["sg-1"]
    assert data["Monitoring"] == {"Enabled": True}
    assert data["MetadataOptions"]["InstanceMetadataTags"] == "enabled"
    assert '{"Ref": "Cluster"}' in resolved(data["UserData"])


@pytest.mark.parametrize(
    ("reservation", "expected"),
    [
        (CapacityReservation.of("cr-1"), {"CapacityReservationTarget": {"CapacityReservationId": "cr-1"}}),
        (
            CapacityReservation.in_group("arn:g"),
            {"CapacityReservationTarget": {"CapacityReservationResourceGroupArn": "arn:g"}},
        ),
        (CapacityReservation.only(), {"CapacityReservationPreference": "capacity-reservations-only"}),
        (CapacityReservation.avoided(), {"CapacityReservationPreference": "none"}),
    ],
)
def test_reserved_capacity(reservation: CapacityReservation, expected: dict[str, Any]) -> None:
    data = rendered(capacity_reservation=reservation)
    assert data["CapacityReservationSpecification"] == expected
    assert "InstanceMarketOptions" not in data


def test_a_capacity_block_is_a_market_of_its_own() -> None:
    data = rendered(capacity_reservation=CapacityReservation.capacity_block("cr-1"))
    assert data["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    assert data["CapacityReservationSpecification"]["CapacityReservationTarget"]["CapacityReservationId"] == "cr-1"


def test_drives_that_a_part_takes_for_granted_show() -> None:
    assert built(new_stack(), NvmeScratch()).needs_drives
    assert not built(new_stack(), NvmeScratch(required=False)).needs_drives
    assert not built(new_stack()).needs_drives


def test_hosts_change_only_their_own_volumes() -> None:
    stack = new_stack()
    ((statement,), template) = permitted(stack, GrowingScratch(max_gibibytes=1000))
    assert statement["Action"] == "ec2:ModifyVolume"
    (condition,) = statement["Condition"]["StringEquals"].items()
    (tags,) = data_of(template)["TagSpecifications"]
    assert tags["ResourceType"] == "volume"
    assert [condition] == [(f"aws:ResourceTag/{tag['Key']}", tag["Value"]) for tag in tags["Tags"]]
    assert ":volume/*" in str(statement["Resource"])


def test_hosts_read_only_the_secrets_of_their_registries() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    secret = secretsmanager.Secret(stack, "Secret", encryption_key=key)
    other = secretsmanager.Secret.from_secret_complete_arn(stack, "Other", SECRET)
    statements, template = permitted(stack, RegistryLogin(secrets=[secret, other]))
    assert {action for each in statements for action in each["Action"]} == {
        "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret",
    }
    assert "kms:Decrypt" in str(template.only("AWS::KMS::Key")["KeyPolicy"])
    assert "*" not in [each["Resource"] for each in statements]
    text = resolved(data_of(template)["UserData"])
    assert "resolve:secretsmanager" not in text


def test_a_secret_known_now_is_named_in_the_user_data() -> None:
    stack = new_stack()
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "Other", SECRET)
    built(stack, RegistryLogin(secrets=[secret]))
    assert f"SECRET_IDS={SECRET}" in resolved(data_of(synthesize(stack))["UserData"])


def test_metrics_are_written_to_one_namespace() -> None:
    (statement,), _ = permitted(new_stack(), CloudWatchAgent(namespace="Renders"))
    assert statement["Action"] == "cloudwatch:PutMetricData"
    assert statement["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Renders"}}


@pytest.mark.parametrize("read_only", [True, False])
def test_efs_lets_the_hosts_in(read_only: bool) -> None:
    stack = new_stack()
    system = efs.FileSystem(stack, "Files", vpc=vpc_of(stack))
    point = system.add_access_point("Point")
    (statement,), template = permitted(stack, EfsMount(file_system=system, access_point=point, read_only=read_only))
    wanted = ["elasticfilesystem:ClientMount", *([] if read_only else ["elasticfilesystem:ClientWrite"])]
    assert statement["Action"] == (wanted[0] if read_only else wanted)
    assert "elasticfilesystem:AccessPointArn" in statement["Condition"]["StringEquals"]
    (opened,) = template.of_type("AWS::EC2::SecurityGroupIngress").values()
    assert (opened["FromPort"], opened["ToPort"]) == (2049, 2049)
    text = resolved(data_of(template)["UserData"])
    assert "TYPE=efs" in text
    assert "amazon-efs-utils" in text


def test_lustre_and_its_clients_call_each_other() -> None:
    stack = new_stack()
    vpc = vpc_of(stack)
    system = fsx.LustreFileSystem(
        stack,
        "Lustre",
        vpc=vpc,
        vpc_subnet=vpc.private_subnets[0],
        storage_capacity_gib=1200,
        lustre_configuration=fsx.LustreConfiguration(deployment_type=fsx.LustreDeploymentType.SCRATCH_2),
    )
    statements, template = permitted(stack, LustreMount.of(system, path="/data"))
    assert not statements
    for direction in ("Ingress", "Egress"):
        rules = template.of_type(f"AWS::EC2::SecurityGroup{direction}").values()
        assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} >= {(988, 988), (1018, 1023)}, direction
    assert "base64 -d <<<" in resolved(data_of(template)["UserData"])


def test_text_beyond_ascii_arrives_as_it_is() -> None:
    text = 'Grüße, "日本"'
    user_data = resolved(rendered(HostScript(script='printf %s "$TEXT"', variables={"TEXT": text}))["UserData"])
    # As cloud-init does: the text is parsed as a message, and its parts are read without a declared encoding.
    message = email.message_from_string(user_data)
    bodies = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    (script,) = [body for body in bodies if isinstance(body, bytes) and b"TEXT=" in body]
    lines = script.decode("utf-8", "surrogateescape").splitlines()
    (assignment,) = [line for line in lines if line.startswith("TEXT=")]
    done = subprocess.run(["bash", "-c", f'{assignment}; printf %s "$TEXT"'], capture_output=True, check=True)
    assert done.stdout.decode() == text


def test_the_root_disk_has_the_images_own_name() -> None:
    data = rendered(root_volume=RootVolume(gibibytes=50, device_name="/dev/sda1"))
    (mapping,) = data["BlockDeviceMappings"]
    assert mapping["DeviceName"] == "/dev/sda1"


def test_what_is_known_only_at_deployment_needs_no_quotes() -> None:
    stack = new_stack()
    value = cdk.CfnParameter(stack, "Value").value_as_string
    built(stack, HostScript(script="echo $VALUE", variables={"VALUE": f"it's {value}"}))
    user_data = data_of(synthesize(stack))["UserData"]["Fn::Base64"]["Fn::Join"][1]
    (inner,) = [each for each in user_data if isinstance(each, dict)]
    assert inner == {"Fn::Base64": {"Fn::Join": ["", ["it's ", {"Ref": "Value"}]]}}
    before = user_data[user_data.index(inner) - 1]
    assert before.endswith('\nVALUE="$(base64 -d <<< ')


@pytest.mark.parametrize(
    ("part", "found"),
    [
        (NvmeScratch(path="scratch"), ["parts[0].path"]),
        (NvmeScratch(path="/"), ["parts[0].path"]),
        (NvmeScratch(path="/var/lib/docker"), ["parts[0].path"]),
        (NvmeScratch(path="/a/../etc"), ["parts[0].path"]),
        (NvmeScratch(path=None), ["parts[0].path"]),  # type: ignore[arg-type]
        (EbsScratch(gibibytes=0, path="/a b"), ["parts[0].path", "parts[0].gibibytes"]),
        (EbsScratch(gibibytes=10, iops=5001), ["parts[0].iops"]),
        (EbsScratch(gibibytes=1.5), ["parts[0].gibibytes"]),  # type: ignore[arg-type]
        (EbsScratch(gibibytes=float("nan")), ["parts[0].gibibytes"]),  # type: ignore[arg-type]
        (EbsScratch(gibibytes="10"), ["parts[0].gibibytes"]),  # type: ignore[arg-type]
        (EbsScratch(gibibytes=10, device_name="/dev/sda1"), ["parts[0].device_name"]),
        (GrowingScratch(max_gibibytes=100), ["parts[0].max_gibibytes"]),
        (GrowingScratch(max_gibibytes=70_000), ["parts[0].max_gibibytes"]),
        (GrowingScratch(max_gibibytes=900, initial_gibibytes=0), ["parts[0].initial_gibibytes"]),
        (
            GrowingScratch(max_gibibytes=900, grow_at_percent=99, check_seconds=1),
            ["parts[0].grow_at_percent", "parts[0].check_seconds"],
        ),
        (EfsMount(file_system="fs-1", access_point="fsap-1"), ["parts[0].file_system", "parts[0].access_point"]),  # type: ignore[arg-type]
        (LustreMount(dns_name="a b", mount_name=""), ["parts[0].dns_name", "parts[0].mount_name"]),
        (LustreMount(dns_name="a", mount_name="b", security_groups=["sg-1"]), ["parts[0].security_groups[0]"]),  # type: ignore[list-item]
        (RegistryLogin(secrets=[]), ["parts[0].secrets"]),
        (RegistryLogin(secrets="arn"), ["parts[0].secrets"]),  # type: ignore[arg-type]
        (DockerSettings(), ["parts[0].settings"]),
        (DockerSettings(default_runtime="a b"), ["parts[0].default_runtime"]),
        (DockerSettings(settings={"data-root": "/x"}), ["parts[0].settings['data-root']"]),
        (DockerSettings(settings={"a": float("inf")}), ["parts[0].settings"]),
        (DockerSettings(settings=["a"]), ["parts[0].settings"]),  # type: ignore[arg-type]
        (CloudWatchAgent(namespace="AWS/EC2", disks="/"), ["parts[0].namespace", "parts[0].disks"]),
        (CloudWatchAgent(disks=["scratch"], interval_seconds=0), ["parts[0].disks", "parts[0].interval_seconds"]),
        (EfaDriver(version="1.x"), ["parts[0].version"]),
        (
            HostScript(script="", variables={"a": "", "PART": ""}),
            ["HostScript.script", "HostScript.variables", "HostScript.variables"],
        ),
        (HostScript(script="true", variables={"A": 1}), ["HostScript.variables['A']"]),  # type: ignore[dict-item]
        (HostScript(script="true", variables=["A"], stage=3), ["parts[0].variables", "parts[0].stage"]),  # type: ignore[arg-type]
        (HostScript(script="true", essential="no"), ["parts[0].essential"]),  # type: ignore[arg-type]
        (HostScript(script="echo ü"), ["HostScript.script"]),
        (NvmeScratch(docker_root="no", required=1), ["parts[0].docker_root", "parts[0].required"]),  # type: ignore[arg-type]
        (EbsScratch(gibibytes=None), ["parts[0].gibibytes"]),  # type: ignore[arg-type]
        (EbsScratch(gibibytes=5, docker_root="no"), ["parts[0].docker_root"]),  # type: ignore[arg-type]
        (GrowingScratch(max_gibibytes=None, docker_root=None), ["parts[0].max_gibibytes", "parts[0].docker_root"]),  # type: ignore[arg-type]
        (
            GrowingScratch(max_gibibytes=float("nan"), initial_gibibytes="x"),  # type: ignore[arg-type]
            ["parts[0].initial_gibibytes", "parts[0].max_gibibytes"],
        ),
        (CloudWatchAgent(gpus="no", interval_seconds=None), ["parts[0].gpus", "parts[0].interval_seconds"]),  # type: ignore[arg-type]
        (LustreMount(dns_name="a", mount_name="b", read_only="no"), ["parts[0].read_only"]),  # type: ignore[arg-type]
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_part_names_what_is_wrong(part: HostPart, found: list[str]) -> None:
    assert fields(refused(lambda: built(new_stack(), part))) == found


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"parts": NvmeScratch()}, ["parts"]),
        ({"parts": "nvme"}, ["parts"]),
        ({"parts": [NvmeScratch]}, ["parts[0]"]),
        ({"parts": ["nvme"]}, ["parts[0]"]),
        ({"block_devices": BlockDevice(gibibytes=1)}, ["block_devices"]),
        ({"block_devices": [100]}, ["block_devices[0]"]),
        ({"root_volume": 100}, ["root_volume"]),
        ({"metadata_hop_limit": "2"}, ["metadata_hop_limit"]),
        ({"metadata_hop_limit": float("nan")}, ["metadata_hop_limit"]),
        ({"agent_settings": ["A=1"]}, ["agent_settings"]),
        ({"agent_settings": {"A": 1}}, ["agent_settings"]),
        ({"agent_settings": {"A": "1"}, "ecs_agent": False}, ["agent_settings"]),
        ({"efa_interfaces": 33}, ["efa_interfaces"]),
        ({"parts": [EfaDriver()], "efa_interfaces": 0}, ["efa_interfaces"]),
        ({"efa_interfaces": None, "metadata_hop_limit": None}, ["metadata_hop_limit", "efa_interfaces"]),
        (
            {"detailed_monitoring": "no", "metadata_tags": None, "ecs_agent": 1},
            ["detailed_monitoring", "metadata_tags", "ecs_agent"],
        ),
        ({"agent_settings": {"ECS_CLUSTER": "ü"}}, ["agent_settings"]),
        ({"image_id": "ubuntu", "instance_profile_arn": "hosts"}, ["image_id", "instance_profile_arn"]),
        ({"root_volume": RootVolume(gibibytes=None)}, ["root_volume.gibibytes"]),  # type: ignore[arg-type]
        ({"root_volume": RootVolume(device_name="/dev/sdf")}, ["root_volume.device_name"]),
        ({"capacity_reservation": CapacityReservation.of("r-1")}, ["capacity_reservation.reservation_id"]),
        ({"capacity_reservation": CapacityReservation.in_group("g")}, ["capacity_reservation.resource_group_arn"]),
        (
            {"capacity_reservation": CapacityReservation(reservation_id="cr-1", block="no")},  # type: ignore[arg-type]
            ["capacity_reservation.block"],
        ),
        ({"image_id": 1, "instance_profile_arn": 2}, ["image_id", "instance_profile_arn"]),
        ({"root_volume": RootVolume(encryption_key="alias/x")}, ["root_volume.encryption_key"]),  # type: ignore[arg-type]
        (
            {"block_devices": [BlockDevice(gibibytes=1, snapshot_id=1, encryption_key="k")]},  # type: ignore[arg-type]
            ["block_devices[0].snapshot_id", "block_devices[0].encryption_key"],
        ),
        ({"capacity_reservation": CapacityReservation.of(1)}, ["capacity_reservation"]),  # type: ignore[arg-type]
        ({"efa_interfaces": 1}, ["security_groups"]),
        ({"efa_interfaces": 1, "security_groups": ["sg-1"]}, ["security_groups[0]"]),
        ({"capacity_reservation": "cr-1"}, ["capacity_reservation"]),
        ({"capacity_reservation": CapacityReservation()}, ["capacity_reservation"]),
        ({"capacity_reservation": CapacityReservation(preference="mine")}, ["capacity_reservation.preference"]),
        (
            {"capacity_reservation": CapacityReservation(preference="open", reservation_id="cr-1")},
            ["capacity_reservation"],
        ),
        ({"capacity_reservation": CapacityReservation(preference="open", block=True)}, ["capacity_reservation.block"]),
    ],
)
def test_an_argument_of_another_kind_is_named(options: dict[str, Any], found: list[str]) -> None:
    assert fields(refused(lambda: HostLaunchTemplate(new_stack(), "Template", **options))) == found


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([NvmeScratch(), EbsScratch(gibibytes=10)], ["NvmeScratch and EbsScratch", "/scratch"]),
        ([NvmeScratch(), NvmeScratch(path="/b")], ["NvmeScratch and NvmeScratch", "the instance-store drives"]),
        (
            [NvmeScratch(docker_root=True), EbsScratch(gibibytes=10, path="/b", docker_root=True)],
            ["NvmeScratch and EbsScratch", "docker_root"],
        ),
        ([EbsScratch(gibibytes=10), EbsScratch(gibibytes=10, path="/b")], ["EbsScratch and EbsScratch", "/dev/sdf"]),
        (
            [NvmeScratch(), LustreMount(dns_name="a", mount_name="b", path="/scratch/fsx")],
            ["NvmeScratch at /scratch and LustreMount at /scratch/fsx"],
        ),
        ([DockerSettings(settings={"a": 1}), DockerSettings(settings={"b": 1})], ["Docker's daemon.json"]),
    ],
)
def test_two_parts_with_one_claim_are_named(parts: list[HostPart], named: list[str]) -> None:
    for order in itertools.permutations(parts):
        error = refused(lambda order=order: built(new_stack(), *order))  # type: ignore[misc]
        assert fields(error) == ["parts"]
    error = refused(lambda: built(new_stack(), *parts))
    assert all(text in str(error) for text in named), str(error)


def test_a_volume_with_the_device_name_of_a_part_is_named() -> None:
    devices = [BlockDevice(gibibytes=10)]
    error = refused(lambda: built(new_stack(), EbsScratch(gibibytes=10), block_devices=devices))
    assert "EbsScratch and block_devices" in str(error)


def test_user_data_that_is_too_long_tells_the_sizes() -> None:
    error = refused(lambda: built(new_stack(), NvmeScratch(), HostScript(script=f"echo {'x' * MAX_BYTES}")))
    (problem,) = error.problems
    assert problem.field == "parts"
    assert "HostScript 16," in str(problem.value)
    assert "NvmeScratch" in str(problem.value)


def test_settings_of_an_agent_that_is_not_there_are_refused() -> None:
    stack = new_stack()
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "Secret", SECRET)
    error = refused(lambda: built(stack, RegistryLogin(secrets=[secret]), ecs_agent=False))
    assert "RegistryLogin" in str(error)


class Sentinel:
    """A part that a user has written."""

    def problems(self) -> Sequence[Problem]:
        return []

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        return Contribution(sections=[Section(script="touch /sentinel", stage=Stage.MOUNTS)], claims=["/sentinel"])

    def permit(self, access: HostAccess) -> None:
        access.role.add_to_principal_policy(
            iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/x"])
        )


def test_a_part_of_ones_own_is_as_good() -> None:
    stack = new_stack()
    (statement,), template = permitted(stack, Sentinel())
    assert statement["Action"] == "s3:GetObject"
    assert "touch /sentinel" in resolved(data_of(template)["UserData"])


def test_sizes_known_only_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    size: Any = cdk.CfnParameter(stack, "Size", type="Number").value_as_number
    built(stack, GrowingScratch(max_gibibytes=size, initial_gibibytes=size, grow_at_percent=size, check_seconds=size))
    data = data_of(synthesize(stack))
    assert data["BlockDeviceMappings"][1]["Ebs"]["VolumeSize"] == {"Ref": "Size"}
    assert '{"Ref": "Size"}' in resolved(data["UserData"]) or "Fn::Base64" in resolved(data["UserData"])
