"""A Docker engine of our own: its socket, data, network and processes are found nowhere else and go when it stops."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tools.lib import processes, subnets
from tools.lib.bridge import Bridge
from tools.lib.machine import last_lines, say

START_SECONDS = 60.0
# Containers get Docker's own 10 seconds to end before they are killed; then the engine tidies up.
STOP_SECONDS = 30.0
# The kernel's limit for the path of a Unix socket is 107 bytes (unix(7)).
SOCKET_PATH_LIMIT = 107
# What an administrator set up for this machine and a second engine needs as well.
HOST_SETTINGS = ("registry-mirrors", "insecure-registries", "dns", "dns-search", "mtu", "proxies")


class EngineError(Exception):
    """The engine cannot be started; the message says why, in words for the user."""


@dataclass(frozen=True, slots=True)
class PrivateEngine:
    """The engine that lives in two folders.

    Attributes:
        run: socket, process numbers, log, network; removed at stop.
        data: images and layers; kept, as a cache, until `purge`.
    """

    run: Path
    data: Path

    @classmethod
    def default(cls) -> PrivateEngine:
        """The user's engine, or the one in the folder that BATCHWRIGHT_ENGINE_DIR names."""
        chosen = os.environ.get("BATCHWRIGHT_ENGINE_DIR")
        if chosen:
            folder = Path(chosen).absolute()
            return cls(run=folder / "run", data=folder / "data")
        # dockerd needs root anyway; /tmp would be memory on newer systems, and anyone's.
        return cls(run=Path("/run/batchwright-engine"), data=Path("/var/cache/batchwright-engine"))

    @property
    def socket(self) -> Path:
        """Where the engine listens."""
        return self.run / "docker.sock"

    @property
    def host(self) -> str:
        """The value for DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def log(self) -> Path:
        """What the engine wrote since its last start; kept after a failed one."""
        return self.run.with_name(f"{self.run.name}.log")

    def answers(self) -> bool:
        """Whether the engine runs and answers."""
        request = b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n"
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(request)
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def start(self) -> None:
        """Starts the engine; first with overlay2, and where that does not work with plain copies.

        Raises:
            EngineError: it does not start; the end of its log is in the message.
        """
        if len(os.fsencode(self.socket)) > SOCKET_PATH_LIMIT:
            raise EngineError(
                f"{self.socket} is too long for a socket ({SOCKET_PATH_LIMIT} bytes at most); "
                "set BATCHWRIGHT_ENGINE_DIR to a shorter folder."
            )
        self.stop()
        failures = []
        for driver in ("overlay2", "vfs"):
            try:
                self._start_with(driver)
            except EngineError as failure:
                failures.append(str(failure))
                self.stop()
            except BaseException:
                self.stop()
                raise
            else:
                return
        raise EngineError("\n".join(failures))

    def stop(self) -> None:
        """Stops the engine and removes what it left, also after a crash; does nothing when nothing is there."""
        pid = _read_number(self.run / "docker.pid")
        if pid is not None:
            processes.end(pid, self.run, STOP_SECONDS)
        for left in processes.of_engine(self.run):  # containerd and its shims, after a crash
            processes.end(left, self.run, 5.0)
        for mount in _mounts_below(self.run, self.data):
            subprocess.run(["umount", "--lazy", str(mount)], capture_output=True, check=False)
        with contextlib.suppress(OSError, ValueError, KeyError):
            saved = json.loads((self.run / "network.json").read_text(encoding="utf-8"))
            Bridge(name=saved["bridge"], network=ipaddress.IPv4Network(saved["network"])).remove()
        shutil.rmtree(self.run, ignore_errors=True)

    def purge(self) -> None:
        """Removes images, layers and the log; the engine must be stopped."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def _start_with(self, driver: str) -> None:
        self.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data.mkdir(parents=True, exist_ok=True, mode=0o711)
        self._forget_networks()
        plan = subnets.choose_on_this_machine()
        if plan is None:
            raise EngineError("No free private address range for containers is left on this machine.")
        bridge = Bridge(name=f"bw{hashlib.sha256(os.fsencode(self.run)).hexdigest()[:8]}", network=plan.whole)
        saved = {"bridge": bridge.name, "network": str(bridge.network)}
        (self.run / "network.json").write_text(json.dumps(saved), encoding="utf-8")
        try:
            bridge.make(plan.gateway)
        except subprocess.CalledProcessError as failure:
            raise EngineError(f"The network bridge {bridge.name} cannot be made: {failure.stderr.strip()}") from failure
        (self.run / "daemon.json").write_text(json.dumps(_host_settings()), encoding="utf-8")
        with self.log.open("wb") as log:
            # Its own session: Ctrl-C in the terminal must reach the tests, not the engine that they still need.
            daemon = subprocess.Popen(
                self._command(driver, bridge, plan),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._wait(daemon, driver)

    def _forget_networks(self) -> None:
        """Removes the networks that an earlier run of the engine remembered.

        With address pools of its own, dockerd clears its remembered default bridge by deleting `docker0`, whosever it
        is: another engine on this machine would lose its network.
        """
        shutil.rmtree(self.data / "network", ignore_errors=True)

    def _command(self, driver: str, bridge: Bridge, plan: subnets.AddressPlan) -> list[str]:
        return [
            "dockerd",
            f"--config-file={self.run / 'daemon.json'}",
            f"--host={self.host}",
            f"--pidfile={self.run / 'docker.pid'}",
            f"--exec-root={self.run / 'exec'}",
            f"--data-root={self.data}",
            f"--storage-driver={driver}",
            f"--bridge={bridge.name}",
            f"--default-address-pool=base={plan.pool},size=24",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-masq=false",
            # Where the machine runs containerd itself, dockerd uses that one: stay apart from what else is in it.
            "--containerd-namespace=batchwright",
            "--containerd-plugins-namespace=batchwright-plugins",
        ]

    def _wait(self, daemon: subprocess.Popen[bytes], driver: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if daemon.poll() is not None:
                why = f"ended with code {daemon.returncode}"
            elif time.monotonic() > deadline:
                why = f"did not answer within {START_SECONDS:.0f} s"
            else:
                time.sleep(0.1)
                continue
            said = last_lines(self.log.read_text(encoding="utf-8", errors="replace"))
            raise EngineError(f"dockerd ({driver}) {why}. The end of {self.log}:\n{said}")
        say(f"Started a Docker engine at {self.host} ({driver}).")


def _read_number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _mounts_below(*folders: Path) -> list[Path]:
    """The mount points in these folders, the innermost first."""
    table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    points = [Path(line.split()[4].replace("\\040", " ")) for line in table.splitlines()]
    return sorted(
        (point for point in points if any(point.is_relative_to(folder) for folder in folders)),
        key=lambda point: len(point.parts),
        reverse=True,
    )


def _host_settings(path: Path = Path("/etc/docker/daemon.json")) -> dict[str, object]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: settings[name] for name in HOST_SETTINGS if name in settings}
