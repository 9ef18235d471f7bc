"""Runs programs of user data on a folder in the place of a host, with recorded commands in the place of the host's."""

from __future__ import annotations

import email
import email.policy
import json
import re
import stat
import subprocess
import textwrap
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What the scripts name, and what lies in the folder instead.
_MOVED = re.compile(r"(?<![\w}-])/(?:etc|run|sys|var/lib|usr/local|dev/nvme|dev/md|opt)(?=/|nvme|\d|\b)")
_HARMLESS = (
    "awk",
    "base64",
    "bash",
    "cat",
    "chmod",
    "cp",
    "cut",
    "dirname",
    "find",
    "grep",
    "head",
    "id",
    "install",
    "mkdir",
)
_HARMLESS += ("mktemp", "mv", "printf", "python3", "readlink", "rm", "sed", "tail", "tee", "touch", "tr", "wc")


@dataclass(frozen=True)
class Program:
    """One part of the user data: its kind, such as `cloud-boothook`, and its text."""

    kind: str
    text: str

    @property
    def name(self) -> str:
        """The part of the host that it comes from."""
        line = next((line for line in self.text.splitlines() if line.startswith("PART=")), "PART=")
        return line.removeprefix("PART=")


def programs_of(user_data: str) -> list[Program]:
    """Parse MIME multi-part user data without any defect."""
    message = email.message_from_string(user_data, _class=EmailMessage, policy=email.policy.default)
    assert message.get_content_type() == "multipart/mixed"
    assert not message.defects
    programs = []
    for part in message.iter_parts():
        assert not part.defects
        assert part.get_content_maintype() == "text"
        programs.append(Program(part.get_content_subtype(), str(part.get_payload())))
    return programs


def resolved(value: Any) -> str:  # noqa: ANN401
    """The text of user data in a template, with `{...}` for what only AWS knows."""
    value = value.get("Fn::Base64", value) if isinstance(value, dict) else value
    if isinstance(value, str):
        return value
    return "".join(each if isinstance(each, str) else json.dumps(each) for each in value["Fn::Join"][1])


@dataclass
class Host:
    """A folder that looks like a host to the scripts.

    Attributes:
        folder: The folder.
        commands: Lines of sh for commands that the host has beside harmless ones; `$*` are the arguments.
    """

    folder: Path
    commands: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place in ("bin", "sys/block", "sys/class/block", "dev", "etc/systemd/system", "run/batchwright", "var/lib"):
            (self.folder / place).mkdir(parents=True, exist_ok=True)
        self.path("/etc/fstab").touch()
        for name in _HARMLESS:
            found = subprocess.run(["bash", "-c", f"command -v {name}"], capture_output=True, text=True, check=False)
            if found.stdout.startswith("/"):
                (self.folder / "bin" / name).symlink_to(found.stdout.strip())
        self.have(
            "dnf", 'name=$(echo "$*" | sed "s/.* //"); for each in $(cat "$HOST/packages/$name"); do'
            ' mv "$HOST/packages/$each.sh" "$HOST/bin/$each"; done',
        )  # fmt: skip
        for name in ("systemctl", "logger", "udevadm", "sleep"):
            self.have(name, "exit 0")
        self.have("systemctl", 'if [ "$1" = is-active ]; then exit 3; fi')
        self.have("mountpoint", 'grep -qxF "$2" "$HOST/mounted" 2>/dev/null')
        self.have("mount", 'for last; do :; done; echo "$last" >> "$HOST/mounted"')
        self.have("blkid", 'grep -qxF "$2" "$HOST/formatted" 2>/dev/null')
        self.have("mkfs.xfs", 'for last; do :; done; echo "$last" >> "$HOST/formatted"')
        self.have("df", "echo Size; echo 900G")
        for name, lines in self.commands.items():
            self.have(name, lines)

    def path(self, path: str) -> Path:
        """Where a path of the host is."""
        return self.folder / path.lstrip("/")

    def have(self, name: str, lines: str) -> None:
        """Give the host a command, which is recorded whenever it is called."""
        self._write(self.folder / "bin" / name, name, lines)

    def offer(self, package: str, **commands: str) -> None:
        """Give its repositories a package with commands; `_` in a name stands for `-`."""
        folder = self.folder / "packages"
        folder.mkdir(exist_ok=True)
        names = {name.replace("_", "-"): lines for name, lines in commands.items()}
        (folder / package).write_text("\n".join(names))
        for name, lines in names.items():
            self._write(folder / f"{name}.sh", name, lines)

    def drive(self, name: str, model: str, **facts: str) -> None:
        """Attach an NVMe device."""
        device = self.path(f"/sys/block/{name}/device")
        device.mkdir(parents=True)
        (device / "model").write_text(f"{model:<40}\n")
        for fact, value in facts.items():
            (device / fact).write_text(value)
        self.path(f"/dev/{name}").touch()

    def run(self, program: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program, moved to the folder."""
        return subprocess.run(
            ["bash", "-c", self.moved(program)],
            cwd=self.folder,
            env={"PATH": str(self.folder / "bin"), "HOST": str(self.folder), **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def moved(self, program: str) -> str:
        """A program with its paths in the folder."""
        return _MOVED.sub(lambda found: f"{self.folder}{found[0]}", program)

    @property
    def calls(self) -> list[str]:
        """Recorded commands, with the host's paths again."""
        calls = self.folder / "calls"
        return calls.read_text().replace(str(self.folder), "").splitlines() if calls.exists() else []

    def called(self, name: str) -> list[str]:
        """Recorded calls of one command."""
        return [call for call in self.calls if call.split()[0] == name]

    @property
    def takes_jobs(self) -> bool:
        """Whether no script has kept the ECS agent from starting."""
        return not self.path("/etc/systemd/system/ecs.service.d/batchwright.conf").exists()

    def _write(self, file: Path, name: str, lines: str) -> None:
        file.unlink(missing_ok=True)
        file.write_text(f'#!/bin/bash\necho "{name} $*" >> "$HOST/calls"\n{textwrap.dedent(lines)}\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
