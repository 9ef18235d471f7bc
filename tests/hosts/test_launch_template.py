from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import HostLaunchTemplate, RootVolume
from batchwright.hosts.user_data import AGENT_SETTINGS, render

SHELLCHECK = Path(sys.executable).parent / "shellcheck"


def data_of(**options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    HostLaunchTemplate(stack, "Template", **options)
    data: dict[str, Any] = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    return data


def script_of(user_data: str) -> str:
    """The one part of a MIME multi-part text, which must be a shell script."""
    message = email.message_from_string(user_data, _class=EmailMessage, policy=email.policy.default)
    assert message.get_content_type() == "multipart/mixed"
    assert not message.defects
    (part,) = message.iter_parts()
    assert not part.defects
    assert part.get_content_type() == "text/x-shellscript"
    return str(part.get_payload())


def run_script(script: str, folder: Path) -> str:
    """Run the script for real, on a folder in the place of /etc/ecs, and read what it wrote."""
    moved = script.replace("/etc/ecs", str(folder / "ecs"))
    assert "/etc" not in moved
    subprocess.run(["bash", "-eu", "-c", moved], check=True, timeout=30, cwd=folder, env={"PATH": os.environ["PATH"]})
    return (folder / "ecs" / "ecs.config").read_text()


def test_metadata_needs_a_token_and_stays_on_the_host() -> None:
    assert data_of()["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_the_root_disk_is_encrypted_gp3() -> None:
    (mapping,) = data_of()["BlockDeviceMappings"]
    assert mapping["DeviceName"] == "/dev/xvda"
    assert mapping["Ebs"] == {
        "VolumeType": "gp3",
        "VolumeSize": 100,
        "Iops": 3000,
        "Throughput": 250,
        "Encrypted": True,
        "DeleteOnTermination": True,
    }


def test_options_reach_the_template() -> None:
    data = data_of(
        root_volume=RootVolume(gibibytes=500, iops=8000, throughput_mibps=2000),
        metadata_hop_limit=2,
        agent_settings={"ECS_RESERVED_MEMORY": "256"},
    )
    assert data["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert data["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] == 500
    assert "ECS_RESERVED_MEMORY=256" in data["UserData"]["Fn::Base64"]


def test_user_data_has_the_one_form_that_batch_takes() -> None:
    script = script_of(data_of()["UserData"]["Fn::Base64"])
    assert script.startswith("#!/bin/bash\n")


def test_the_script_writes_the_agents_settings(tmp_path: Path) -> None:
    written = run_script(script_of(render(AGENT_SETTINGS)), tmp_path)
    assert written.splitlines() == [f"{name}={value}" for name, value in AGENT_SETTINGS.items()]
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true" in written


def test_the_script_keeps_what_batch_has_written(tmp_path: Path) -> None:
    (tmp_path / "ecs").mkdir()
    (tmp_path / "ecs" / "ecs.config").write_text("ECS_CLUSTER=of-batch\n")
    assert run_script(script_of(render({"ECS_LOGLEVEL": "warn"})), tmp_path).splitlines() == [
        "ECS_CLUSTER=of-batch",
        "ECS_LOGLEVEL=warn",
    ]


@pytest.mark.parametrize(
    "value",
    ["$(touch owned)", "`touch owned`", 'it\'s "quoted"', "a b;c|d&e", "\\n", '{"k": ["v"]}', "größer", "", "$HOME"],
)
def test_a_value_is_written_as_it_is(tmp_path: Path, value: str) -> None:
    written = run_script(script_of(render({"ECS_INSTANCE_ATTRIBUTES": value})), tmp_path)
    assert written == f"ECS_INSTANCE_ATTRIBUTES={value}\n"
    assert not (tmp_path / "owned").exists()


def test_the_script_passes_shellcheck(tmp_path: Path) -> None:
    script = tmp_path / "user-data.sh"
    script.write_text(script_of(render({**AGENT_SETTINGS, "ECS_INSTANCE_ATTRIBUTES": "it's $HOME"})))
    result = subprocess.run(
        [SHELLCHECK, "--severity=style", "--exclude=SC2016", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout


def test_a_setting_replaces_a_default_one(tmp_path: Path) -> None:
    data = data_of(agent_settings={"ECS_IMAGE_PULL_BEHAVIOR": "always"})
    written = run_script(script_of(data["UserData"]["Fn::Base64"]), tmp_path)
    assert written.count("ECS_IMAGE_PULL_BEHAVIOR") == 1
    assert "ECS_IMAGE_PULL_BEHAVIOR=always" in written


def test_a_setting_may_be_known_only_at_deployment() -> None:
    user_data = data_of(agent_settings={"ECS_LOGLEVEL": cdk.Aws.REGION})["UserData"]["Fn::Base64"]
    assert {"Ref": "AWS::Region"} in user_data["Fn::Join"][1]


@pytest.mark.parametrize(
    ("volume", "field"),
    [
        (RootVolume(gibibytes=29), "root_volume.gibibytes"),
        (RootVolume(gibibytes=65_537), "root_volume.gibibytes"),
        (RootVolume(iops=2_999), "root_volume.iops"),
        (RootVolume(iops=80_001), "root_volume.iops"),
        (RootVolume(throughput_mibps=124), "root_volume.throughput_mibps"),
        (RootVolume(throughput_mibps=2_001), "root_volume.throughput_mibps"),
        (RootVolume(throughput_mibps=751), "root_volume.throughput_mibps"),
        (RootVolume(gibibytes=30, iops=15_001), "root_volume.iops"),
    ],
)
def test_a_disk_that_ec2_refuses_is_refused(volume: RootVolume, field: str) -> None:
    assert fields(refused(lambda: HostLaunchTemplate(new_stack(), "Template", root_volume=volume))) == [field]


@pytest.mark.parametrize(
    "volume",
    [
        RootVolume(gibibytes=30, iops=15_000),
        RootVolume(gibibytes=65_536, iops=80_000, throughput_mibps=2_000),
        RootVolume(throughput_mibps=750),
    ],
)
def test_a_disk_at_the_limits_is_taken(volume: RootVolume) -> None:
    assert not volume.problems()


@pytest.mark.parametrize("hops", [0, 65])
def test_hops_are_1_to_64(hops: int) -> None:
    error = refused(lambda: HostLaunchTemplate(new_stack(), "Template", metadata_hop_limit=hops))
    assert fields(error) == ["metadata_hop_limit"]


@pytest.mark.parametrize(
    "setting", [{"ecs": "1"}, {"A=B": "1"}, {"A": "1\n2"}, {"A": "1\r"}, {"": "1"}, {"A": "x" * 16_384}]
)
def test_a_setting_that_the_configuration_cannot_hold_is_refused(setting: dict[str, str]) -> None:
    error = refused(lambda: HostLaunchTemplate(new_stack(), "Template", agent_settings=setting))
    assert fields(error) == ["agent_settings"]


def test_all_problems_at_once() -> None:
    volume = RootVolume(gibibytes=1, iops=1, throughput_mibps=1)
    error = refused(
        lambda: HostLaunchTemplate(
            new_stack(), "Template", root_volume=volume, metadata_hop_limit=0, agent_settings={"a": ""}
        )
    )
    assert fields(error) == [
        "root_volume.gibibytes",
        "root_volume.iops",
        "root_volume.throughput_mibps",
        "metadata_hop_limit",
        "agent_settings",
    ]


def test_numbers_known_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    size = cdk.CfnParameter(stack, "Size", type="Number").value_as_number
    HostLaunchTemplate(
        stack,
        "Template",
        root_volume=RootVolume(gibibytes=size, iops=size, throughput_mibps=size),  # type: ignore[arg-type]
        metadata_hop_limit=size,  # type: ignore[arg-type]
    )
    data = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] == {"Ref": "Size"}
    assert data["MetadataOptions"]["HttpPutResponseHopLimit"] == {"Ref": "Size"}
