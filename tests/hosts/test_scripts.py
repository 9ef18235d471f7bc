"""What the scripts of the parts do on a host, with recorded commands in the place of the host's."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import aws_secretsmanager as secretsmanager
from support.host_programs import Host, Program, programs_of, resolved
from support.sample_parts.hosts import adapters_of
from support.synthesis import new_stack, synthesize

from batchwright import (
    CloudWatchAgent,
    DockerSettings,
    EbsScratch,
    EfaDriver,
    GrowingScratch,
    HostLaunchTemplate,
    HostPart,
    HostScript,
    LustreMount,
    NvmeScratch,
    RegistryLogin,
    Stage,
)

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE_STORE = "Amazon EC2 NVMe Instance Storage"
EBS = "Amazon Elastic Block Store"
METADATA = 'case "$*" in *api/token*) echo token ;; *region*) echo eu-west-1 ;; *) exit 22 ;; esac'


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path / "host", commands={"ebsnvme-id": 'cat "$HOST$2.mapping"', "lsblk": "", "curl": METADATA})
    host.drive("nvme0n1", EBS, serial="vol0000")
    host.path("/dev/nvme0n1.mapping").write_text("/dev/xvda\n")
    host.offer("mdadm", mdadm='[ "$1" != --examine ]')
    return host


def programs(*parts: HostPart, **options: Any) -> list[Program]:  # noqa: ANN401
    stack = new_stack()
    if any(isinstance(part, EfaDriver) for part in parts):
        options = {**adapters_of(stack), **options}
    HostLaunchTemplate(stack, "Template", parts=parts, **options)
    data = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    return programs_of(resolved(data["UserData"]))


def boot(host: Host, *parts: HostPart) -> str:
    """Run everything that the parts bring, in order, as cloud-init does; returns what they log."""
    log = ""
    for program in programs(*parts):
        if "ecs.config" not in program.text:
            log += host.run(program.text).stderr
    return log


def test_one_drive_needs_no_array(host: Host) -> None:
    host.drive("nvme1n1", INSTANCE_STORE)
    log = boot(host, NvmeScratch())
    assert host.called("mkfs.xfs") == ["mkfs.xfs -q -K /dev/nvme1n1"]
    assert host.called("mount") == ["mount -o noatime /dev/nvme1n1 /scratch"]
    assert not host.called("mdadm")
    assert "batchwright NvmeScratch: 1 drive(s) at /scratch: 900G" in log
    assert host.takes_jobs


@pytest.mark.parametrize("count", [2, 4, 8, 12])
def test_any_number_of_drives_is_one_array(host: Host, count: int) -> None:
    for number in range(1, count + 1):
        host.drive(f"nvme{number}n1", INSTANCE_STORE)
    boot(host, NvmeScratch(path="/mnt/fast"))
    (created,) = [call for call in host.called("mdadm") if "--create" in call]
    assert f"--level=0 --raid-devices={count} " in created
    assert "nvme0n1" not in created
    assert created.count("/dev/nvme") == count
    assert host.called("mount") == ["mount -o noatime /dev/md/scratch /mnt/fast"]


def test_ebs_volumes_are_never_touched(host: Host) -> None:
    host.drive("nvme1n1", EBS, serial="vol0001")
    host.drive("nvme2n1", INSTANCE_STORE)
    boot(host, NvmeScratch())
    touched = [call for call in host.calls if call.split()[0] in {"mkfs.xfs", "mount", "mdadm"}]
    assert touched
    assert not [call for call in touched if "nvme0n1" in call or "nvme1n1" in call]


def test_a_second_boot_keeps_what_is_there(host: Host) -> None:
    for number in (1, 2):
        host.drive(f"nvme{number}n1", INSTANCE_STORE)
    boot(host, NvmeScratch())
    (host.folder / "mounted").unlink()
    (host.folder / "calls").unlink()
    host.have("mdadm", "exit 0")
    host.path("/dev/md").mkdir()
    boot(host, NvmeScratch())
    assert not host.called("mkfs.xfs")
    assert [call.split()[1] for call in host.called("mdadm")] == ["--examine", "--assemble"]
    assert host.called("mount") == ["mount -o noatime /dev/md/scratch /scratch"]


def test_an_array_that_the_kernel_has_found_is_taken(host: Host) -> None:
    for number in (1, 2):
        host.drive(f"nvme{number}n1", INSTANCE_STORE)
    host.have("lsblk", 'printf "%s disk\\n/dev/md127 raid0\\n" "$3"')
    boot(host, NvmeScratch())
    assert not host.called("mdadm")
    assert host.called("mount") == ["mount -o noatime /dev/md127 /scratch"]


def test_a_host_without_drives_takes_no_jobs(host: Host) -> None:
    log = boot(host, NvmeScratch(docker_root=True))
    assert "FAILED: this instance type has no instance-store drive" in log
    assert not host.takes_jobs
    assert "systemctl daemon-reload" in host.calls
    assert not host.called("mkfs.xfs")


def test_a_host_without_drives_may_go_on(host: Host) -> None:
    host.have("chmod", "exit 0")
    host.have("mkdir", "exit 0")
    log = boot(host, NvmeScratch(required=False))
    assert "/scratch is a folder of the root disk" in log
    assert host.takes_jobs
    assert not host.called("mount")


def test_a_volume_is_found_by_its_mapping(host: Host) -> None:
    for name, mapping in (("nvme1n1", "sdg"), ("nvme2n1", "/dev/sdf")):
        host.drive(name, EBS)
        host.path(f"/dev/{name}.mapping").write_text(f"{mapping}\n")
    boot(host, EbsScratch(gibibytes=10, path="/data"))
    assert host.called("mkfs.xfs") == ["mkfs.xfs -q /dev/nvme2n1"]
    assert host.called("mount") == ["mount -o noatime /dev/nvme2n1 /data"]


def test_a_volume_that_has_a_file_system_keeps_it(host: Host) -> None:
    host.drive("nvme1n1", EBS)
    host.path("/dev/nvme1n1.mapping").write_text("/dev/xvdf")
    (host.folder / "formatted").write_text("/dev/nvme1n1\n")
    boot(host, EbsScratch(gibibytes=10))
    assert not host.called("mkfs.xfs")
    assert host.called("mount")


def test_a_volume_that_never_comes_stops_the_host(host: Host) -> None:
    assert "FAILED: no volume at /dev/sdf" in boot(host, EbsScratch(gibibytes=10))
    assert len(host.called("sleep")) == 60
    assert not host.takes_jobs


def test_docker_moves_before_it_starts(host: Host) -> None:
    host.drive("nvme1n1", INSTANCE_STORE)
    host.path("/var/lib/docker").mkdir()
    host.path("/var/lib/docker/of-the-image").touch()
    storage = host.folder / "scratch"
    storage.mkdir()
    (moved,) = [each for each in programs(NvmeScratch(path="/x", docker_root=True)) if "STORAGE_PATH" in each.text]
    assert moved.kind == "cloud-boothook"
    program = moved.text.replace("STORAGE_PATH=/x", f"STORAGE_PATH={storage}")
    prepare(host)
    first = host.run(program)
    assert first.returncode == 0, first.stderr
    assert (storage / ".batchwright/docker/of-the-image").exists()
    assert [call.removeprefix("mount --bind ") for call in host.called("mount")] == [
        "/scratch/.batchwright/docker /var/lib/docker",
        "/scratch/.batchwright/containerd /var/lib/containerd",
    ]
    assert host.calls[-1] == "systemctl try-restart containerd.service"
    # At the next boot the copy is what counts, not the image's.
    (host.folder / "mounted").unlink()
    (storage / ".batchwright/docker/of-the-image").unlink()
    assert host.run(program).returncode == 0
    assert not (storage / ".batchwright/docker/of-the-image").exists()


def test_docker_that_runs_already_is_not_moved(host: Host) -> None:
    host.have("systemctl", "exit 0")
    prepare(host)
    (moved,) = [each for each in programs(NvmeScratch(docker_root=True)) if "STORAGE_PATH" in each.text]
    assert "Docker runs already" in host.run(moved.text).stderr
    assert not host.called("mount")


def prepare(host: Host) -> None:
    """Run the boot hook that the others need."""
    assert host.run(programs(HostScript(script="true"))[0].text).returncode == 0


def test_docker_settings_are_merged(host: Host) -> None:
    file = host.path("/etc/docker/daemon.json")
    file.parent.mkdir()
    file.write_text('{"log-level": "info", "log-opts": {"max-file": "3"}}')
    settings = {"log-opts": {"max-size": 'it\'s "10m"'}, "log-level": "warn"}
    boot(host, DockerSettings(default_runtime="nvidia", settings=settings))
    assert json.loads(file.read_text()) == {
        "log-level": "warn",
        "log-opts": {"max-file": "3", "max-size": 'it\'s "10m"'},
        "default-runtime": "nvidia",
    }


def test_docker_settings_need_no_file_before(host: Host) -> None:
    boot(host, DockerSettings(settings={"debug": True}))
    assert json.loads(host.path("/etc/docker/daemon.json").read_text()) == {"debug": True}


def test_a_file_of_dockers_that_is_no_json_stops_the_host(host: Host) -> None:
    host.path("/etc/docker").mkdir()
    host.path("/etc/docker/daemon.json").write_text("{")
    assert "FAILED" in boot(host, DockerSettings(settings={"debug": True}))
    assert not host.takes_jobs


def test_lustre_is_mounted_now_and_later(host: Host) -> None:
    host.offer("lustre-client", **{"mount.lustre": "exit 0"})
    boot(host, LustreMount(dns_name="fs-1.fsx.eu-west-1.amazonaws.com", mount_name="abcdefgh"))
    line = "fs-1.fsx.eu-west-1.amazonaws.com@tcp:/abcdefgh /fsx lustre relatime,flock,_netdev 0 0\n"
    assert host.path("/etc/fstab").read_text() == line
    assert host.called("dnf") == ["dnf install -y -q lustre-client"]
    assert host.called("mount") == ["mount /fsx"]


def test_a_file_system_that_does_not_answer_stops_the_host(host: Host) -> None:
    host.have("mount", "exit 32")
    host.have("mount.lustre", "exit 0")
    log = boot(host, LustreMount(dns_name="fs-1", mount_name="m"))
    assert len(host.called("mount")) == 10
    assert "FAILED: fs-1@tcp:/m cannot be mounted at /fsx" in log
    assert not host.takes_jobs


def login_of(host: Host, secrets: dict[str, str]) -> str:
    """Run the login of a host whose secrets are these; returns what it logs."""
    stack = new_stack()
    given = [
        secretsmanager.Secret.from_secret_complete_arn(
            stack, name, f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-abcdef"
        )
        for name in secrets
    ]
    for name, value in secrets.items():
        (host.folder / f"{name}-abcdef").write_text(value)
    host.have("aws", 'for each; do case "$each" in arn:*) cat "$HOST/${each##*:}";; esac; done')
    HostLaunchTemplate(stack, "Template", parts=[RegistryLogin(secrets=given)])
    data = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    prepare(host)
    (login,) = [each for each in programs_of(resolved(data["UserData"])) if each.name == "RegistryLogin"]
    assert login.kind == "x-shellscript"
    host.path("/etc/ecs").mkdir()
    host.path("/etc/ecs/ecs.config").write_text("ECS_CLUSTER=of-batch\n")
    return host.run(login.text).stderr


def test_the_agent_gets_the_credentials(host: Host) -> None:
    password = "p:\"a'$(touch owned)\\n ü"
    hub = json.dumps({"username": "me", "password": password})
    other = json.dumps({"username": "you", "password": "x", "registry_url": "registry.example.com"}, indent=2)
    log = login_of(host, {"hub": hub, "other": other})
    cluster, kind, data = host.path("/etc/ecs/ecs.config").read_text().splitlines()
    assert (cluster, kind) == ("ECS_CLUSTER=of-batch", "ECS_ENGINE_AUTH_TYPE=dockercfg")
    logins = json.loads(data.removeprefix("ECS_ENGINE_AUTH_DATA="))
    assert {url: base64.b64decode(each["auth"]).decode() for url, each in logins.items()} == {
        "https://index.docker.io/v1/": f"me:{password}",
        "registry.example.com": "you:x",
    }
    assert "eu-west-1" in host.called("aws")[0]
    assert host.path("/etc/ecs/ecs.config").stat().st_mode & 0o777 == 0o600
    assert "credentials of 2 secret(s)" in log
    assert not [line for line in [log, *host.calls] if "touch owned" in line]


@pytest.mark.parametrize("value", ["no JSON: hunter2", '{"username": "me"}'])
def test_a_secret_of_another_form_stops_the_host(host: Host, value: str) -> None:
    log = login_of(host, {"hub": value})
    assert "FAILED" in log
    assert "hunter2" not in log
    assert not host.takes_jobs
    assert "ECS_ENGINE" not in host.path("/etc/ecs/ecs.config").read_text()


def test_metrics_go_to_their_namespace(host: Host) -> None:
    agent = "/opt/aws/amazon-cloudwatch-agent"
    control = host.path(f"{agent}/bin/amazon-cloudwatch-agent-ctl")
    control.parent.mkdir(parents=True)
    host.have("amazon-cloudwatch-agent-ctl", "exit 0")
    control.symlink_to(host.folder / "bin/amazon-cloudwatch-agent-ctl")
    log = boot(host, CloudWatchAgent(namespace="Renders", disks=["/", "/scratch"], gpus=True, interval_seconds=10))
    assert "metrics go to CloudWatch" in log
    configuration = json.loads(host.path(f"{agent}/etc/batchwright.json").read_text())
    metrics = configuration["metrics"]
    assert metrics["namespace"] == "Renders"
    assert metrics["metrics_collected"]["disk"]["resources"] == ["/", "/scratch"]
    assert "utilization_gpu" in metrics["metrics_collected"]["nvidia_gpu"]["measurement"]
    assert metrics["append_dimensions"]["InstanceId"] == "${aws:InstanceId}"
    assert configuration["agent"]["metrics_collection_interval"] == 10
    assert host.calls[-1].endswith(f"-a fetch-config -m ec2 -s -c file:{agent}/etc/batchwright.json")


def test_a_host_takes_jobs_without_its_metrics(host: Host) -> None:
    host.have("dnf", "exit 1")
    assert "FAILED" in boot(host, CloudWatchAgent())
    assert host.takes_jobs


def test_the_images_own_efa_driver_is_used(host: Host) -> None:
    host.have("modprobe", 'mkdir -p "$HOST/dev/infiniband"; touch "$HOST/dev/infiniband/uverbs0"')
    log = efa_log(host)
    assert host.called("modprobe") == ["modprobe ib_uverbs", "modprobe efa"]
    assert not host.called("curl")
    assert "1 EFA device(s)" in log


def test_awss_efa_driver_is_installed(host: Host) -> None:
    host.have("modprobe", '[ -e "$HOST/installed" ] || exit 1; mkdir -p "$HOST/dev/infiniband";'
              ' touch "$HOST/dev/infiniband/uverbs0"')  # fmt: skip
    installer = '#!/bin/sh\necho "installer $*" >> "$HOST/calls"; touch "$HOST/installed"\n'
    host.have("tar", f"for last; do :; done; mkdir -p \"$last/aws-efa-installer\"; cat > /dev/null;"
              f" printf '%s' '{installer}' > \"$last/aws-efa-installer/efa_installer.sh\";"
              ' chmod +x "$last/aws-efa-installer/efa_installer.sh"')  # fmt: skip
    host.have("curl", "echo archive")
    assert "1 EFA device(s)" in efa_log(host, version="1.43.2")
    assert "https://efa-installer.amazonaws.com/aws-efa-installer-1.43.2.tar.gz" in host.called("curl")[0]
    assert host.called("installer") == ["installer -y --minimal"]


def test_a_host_without_efa_takes_no_jobs(host: Host) -> None:
    host.have("modprobe", "exit 1")
    host.have("curl", "exit 6")
    assert "FAILED" in efa_log(host)
    assert not host.takes_jobs


def efa_log(host: Host, **options: str) -> str:
    prepare(host)
    (driver,) = [each for each in programs(EfaDriver(**options)) if each.name == "EfaDriver"]
    return host.run(driver.text.replace("/dev/infiniband", f"{host.folder}/dev/infiniband")).stderr


@pytest.fixture
def filling(host: Host) -> Host:
    """A host whose scratch volume of 100 GiB is 85 % full."""
    host.have("df", 'echo Use; cat "$HOST/used"')
    (host.folder / "used").write_text("85%\n")
    host.have("findmnt", "echo /dev/nvme1n1")
    host.have("xfs_growfs", "exit 0")
    disk = host.path("/sys/class/block/nvme1n1")
    (disk / "device").mkdir(parents=True)
    (disk / "device/serial").write_text("vol0123abcd          \n")
    (disk / "size").write_text(str(100 * 2**21))
    host.have("aws", f'for last; do :; done; echo $((last * 2097152)) > "{disk}/size"')
    return host


def grow(host: Host, **options: int) -> str:
    """Install the program that lets the volume grow, and run it once."""
    prepare(host)
    (installer,) = [each for each in programs(GrowingScratch(**options)) if "INTERVAL_SECONDS" in each.text]  # type: ignore[arg-type]
    result = host.run(installer.text)
    assert result.returncode == 0, result.stderr
    return tick(host)


def tick(host: Host) -> str:
    """Run the program that the timer runs."""
    result = host.run(host.path("/usr/local/libexec/batchwright-grow-scratch").read_text())
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_a_full_volume_is_doubled(filling: Host) -> None:
    log = grow(filling, max_gibibytes=1600)
    assert filling.called("aws") == ["aws ec2 modify-volume --region eu-west-1 --volume-id vol-0123abcd --size 200"]
    assert filling.called("xfs_growfs") == ["xfs_growfs /scratch"] * 2
    assert "from 100 to 200 GiB" in log
    assert "/scratch has grown" in log


def test_four_steps_reach_a_far_maximum(filling: Host) -> None:
    for _ in range(4):
        grow(filling, max_gibibytes=30_000)
    assert filling.called("aws")[-1].endswith("--size 30000")


def test_a_volume_with_room_stays(filling: Host) -> None:
    (filling.folder / "used").write_text("79%\n")
    grow(filling, max_gibibytes=1600)
    assert not filling.called("aws")
    assert not filling.called("xfs_growfs")


def test_a_late_change_is_taken_before_another_is_asked_for(filling: Host) -> None:
    filling.have("xfs_growfs", 'echo 40% > "$HOST/used"')
    grow(filling, max_gibibytes=1600)
    assert not filling.called("aws")


def test_a_volume_stays_at_its_maximum(filling: Host) -> None:
    grow(filling, max_gibibytes=101)
    assert [call.split()[-1] for call in filling.called("aws")] == ["101"]
    assert "101 GiB are the largest allowed" in tick(filling)
    assert tick(filling) == ""
    assert len(filling.called("aws")) == 1


def test_a_refusal_is_not_asked_for_again_at_once(filling: Host) -> None:
    filling.have("aws", "echo VolumeModificationRateExceeded >&2; exit 254")
    log = grow(filling, max_gibibytes=1600)
    assert "VolumeModificationRateExceeded" in log
    assert "the next try is in ten minutes" in log
    assert tick(filling) == ""
    assert len(filling.called("aws")) == 1


def test_the_timer_is_installed(filling: Host) -> None:
    grow(filling, max_gibibytes=1600, check_seconds=45)
    timer = filling.path("/etc/systemd/system/batchwright-grow-scratch.timer").read_text()
    assert "OnUnitInactiveSec=45\n" in timer
    service = filling.path("/etc/systemd/system/batchwright-grow-scratch.service").read_text()
    assert "ExecStart=" in service
    assert "systemctl enable --now batchwright-grow-scratch.timer" in filling.calls


def test_a_script_of_ones_own_sees_its_values(host: Host) -> None:
    text = 'it\'s $HOME `touch owned` \\ "x"\nü'
    log = boot(host, HostScript(script='log "$TEXT"; printf %s "$TEXT" > text', variables={"TEXT": text}))
    assert (host.folder / "text").read_text() == text
    assert "batchwright HostScript: it's $HOME" in log
    assert not (host.folder / "owned").exists()


@pytest.mark.parametrize("essential", [True, False])
def test_the_first_line_that_fails_ends_a_script(host: Host, essential: bool) -> None:
    script = "echo one > one\nfalse | true\necho two > two"
    log = boot(host, HostScript(script=script, essential=essential, stage=Stage.DRIVES))
    assert (host.folder / "one").exists()
    assert not (host.folder / "two").exists()
    assert "batchwright HostScript: FAILED: line" in log
    assert host.takes_jobs is not essential
