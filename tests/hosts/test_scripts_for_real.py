"""The scripts on real block devices and file systems, where this machine lets a test mount them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.host_programs import programs_of, resolved
from support.synthesis import new_stack, synthesize

from batchwright import EbsScratch, HostLaunchTemplate, HostPart, NvmeScratch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEEDED = ("losetup", "mkfs.xfs", "blkid", "mount", "mountpoint", "unshare", "xfs_growfs")


def obstacle() -> str | None:
    """Why this machine cannot run them."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"no {', '.join(missing)}"
    if os.geteuid() != 0:
        return "needs root, to attach loop devices"
    for command in (["losetup", "--find"], ["unshare", "--mount", "true"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        if done.returncode != 0:
            return f"{command[0]}: {done.stderr.strip()}"
    return None


OBSTACLE = obstacle()
pytestmark = pytest.mark.skipif(OBSTACLE is not None, reason=str(OBSTACLE))


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[str]:
    """A loop device of 512 MiB."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(512 * 2**20)
    device = subprocess.run(
        ["losetup", "--find", "--show", str(image)], capture_output=True, text=True, check=True, timeout=30
    ).stdout.strip()
    yield device
    subprocess.run(["losetup", "--detach", device], check=True, timeout=30)


def script_of(part: HostPart, tmp_path: Path) -> str:
    """All boot hooks of a part as one script, with folders of the test in the place of the host's."""
    stack = new_stack()
    HostLaunchTemplate(stack, "Template", parts=[part])
    data = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    files = []
    for index, program in enumerate(programs_of(resolved(data["UserData"]))):
        if program.kind == "cloud-boothook":
            file = tmp_path / f"{index}.sh"
            text = program.text.replace("/run/batchwright", f"{tmp_path}/run").replace("/sys/block", f"{tmp_path}/sys")
            file.write_text(text.replace("/etc/systemd", f"{tmp_path}/systemd"))
            files.append(f"bash {file}")
    return "\n".join(files)


def run(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a script where its mounts are its own and end with it."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("systemctl", "dnf", "ebsnvme-id"):
        (folder / name).write_text('#!/bin/sh\n[ "$1" != is-active ]\n')
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "bash", "-euc", script],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_one_drive_is_formatted_mounted_and_kept(loop: str, tmp_path: Path) -> None:
    name = loop.removeprefix("/dev/")
    device = tmp_path / "sys" / f"nvme-{name}" / "device"
    device.mkdir(parents=True)
    (device / "model").write_text("Amazon EC2 NVMe Instance Storage        \n")
    point = tmp_path / "scratch"
    script = script_of(NvmeScratch(path=str(point)), tmp_path)
    for file in tmp_path.glob("*.sh"):
        file.write_text(file.read_text().replace('"/dev/${sys##*/}"', '"/dev/${sys##*/nvme-}"'))
    first = run(f"{script}\nstat -f -c %T {point}; stat -c %a {point}; echo 1 > {point}/data; {script}", tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout.split() == ["xfs", "1777"]
    again = run(f"{script}\ncat {point}/data", tmp_path)
    assert again.stdout == "1\n", again.stderr


def test_a_volume_is_formatted_and_docker_lies_on_it(loop: str, tmp_path: Path) -> None:
    point = tmp_path / "scratch"
    script = script_of(EbsScratch(gibibytes=1, path=str(point), docker_root=True), tmp_path)
    # In a mount space of its own, so that the machine's Docker is left alone.
    (tmp_path / "sdf").symlink_to(loop)
    own = "mount -t tmpfs none /var/lib; mkdir /var/lib/docker; echo image > /var/lib/docker/a"
    for file in tmp_path.glob("*.sh"):
        file.write_text(file.read_text().replace("/dev/$name", f"{tmp_path}/$name"))
    result = run(f"{own}\n{script}\nfindmnt -no SOURCE /var/lib/docker; cat /var/lib/docker/a", tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [f"{loop}[/.batchwright/docker]", "image"]
    again = run(f"mount -t tmpfs none /var/lib\n{script}\ncat /var/lib/docker/a", tmp_path)
    assert again.stdout == "image\n", again.stderr


def test_a_file_system_grows_with_its_volume(loop: str, tmp_path: Path) -> None:
    point = tmp_path / "scratch"
    script = script_of(EbsScratch(gibibytes=1, path=str(point)), tmp_path)
    for file in tmp_path.glob("*.sh"):
        file.write_text(file.read_text().replace("/dev/$name", f"{tmp_path}/$name"))
    (tmp_path / "sdf").symlink_to(loop)
    size = f"df --output=size -BM {point} | tail -n 1"
    grown = f"truncate -s 1G {tmp_path}/image; losetup --set-capacity {loop}; xfs_growfs {point} > /dev/null"
    result = run(f"{script}\n{size}\n{grown}\n{size}", tmp_path)
    before, after = (int(line.strip("M ")) for line in result.stdout.splitlines())
    assert before < 512 < after, result.stderr
