"""Provides debian:trixie-slim, the image that every Dockerfile here starts from.

Nothing is done when the engine has it. Else it is pulled; where no registry answers, it is built from the Debian mirror
that this machine's own apt uses (Debian, as root), with the machine's certificate authorities and the settings of apt
and pip that its network asks for. An image made here carries the label batchwright.base-image=local.

Exit codes: 0 the engine has the image, 1 it could not be made, 3 there is no engine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools.lib import docker_engine, locks, machine, pip_settings
from tools.lib.machine import last_lines, say
from tools.lib.mirror import Mirror, carried_apt_options, find_mirror, read_sources
from tools.lib.private_engine import PrivateEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

RELEASE = "trixie"
IMAGE = f"debian:{RELEASE}-slim"
LABEL = "batchwright.base-image=local"
# Long enough for 30 MB on a slow line where that is the only way; short where the image can be built instead.
PULL_SECONDS, PULL_SECONDS_ONLY_WAY = 20, 300
BUILD_SECONDS = 600
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
OWN_AUTHORITIES = Path("/usr/local/share/ca-certificates")
KEYRINGS = Path("/usr/share/keyrings")
# What the official slim image leaves out.
LEFT_OUT = [
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
]


def provide(host: str) -> int:
    """Makes sure that the engine has the image.

    Args:
        host: the engine's DOCKER_HOST value.

    Returns:
        0, or 1 after the user was told what failed.
    """
    if _has_image(host):
        return 0
    with locks.exclusive(_cache_folder() / "base-image.lock"):
        if _has_image(host):  # another run made it while this one waited
            return 0
        mirror = _usable_mirror()
        limit = PULL_SECONDS if mirror else PULL_SECONDS_ONLY_WAY
        if _pull(host, limit):
            return 0
        if mirror is None:
            say(f"{IMAGE} cannot be pulled, and building it needs root on Debian with a Debian mirror set up for apt.")
            return 1
        return _build(host, mirror)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    argparse.ArgumentParser(
        prog="tools/base-image", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(arguments)
    engine = docker_engine.find(PrivateEngine.default())
    if engine is None:
        say("No Docker engine answers. Run this first: tools/docker-engine start")
        return docker_engine.NO_ENGINE
    return provide(engine.host)


def _docker(host: str, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    command = ["docker", "--host", host, *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no end within {seconds:.0f} s")


def _has_image(host: str) -> bool:
    return _docker(host, "image", "inspect", IMAGE).returncode == 0


def _pull(host: str, seconds: float) -> bool:
    say(f"Pulling {IMAGE} ...")
    pulled = _docker(host, "pull", "--quiet", IMAGE, seconds=seconds)
    if pulled.returncode != 0:
        say(f"It cannot be pulled:\n{last_lines(pulled.stderr, 2)}")
    return pulled.returncode == 0


def _usable_mirror() -> Mirror | None:
    """The machine's Debian mirror, where an image can be built from it."""
    fields = machine.os_release()
    if not machine.is_root() or fields.get("ID") != "debian":
        return None
    return find_mirror(read_sources(), fields.get("VERSION_CODENAME", ""))


def _build(host: str, mirror: Mirror) -> int:
    say(f"Building {IMAGE} from this machine's Debian mirror ...")
    if not _install_tools():
        return 1
    with tempfile.TemporaryDirectory(prefix="batchwright-base-image-") as folder:
        archive = Path(folder) / "root.tar"
        made = subprocess.run(
            _bootstrap_command(Path(folder), mirror),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if made.returncode != 0:
            say(f"mmdebstrap failed:\n{last_lines(made.stderr)}")
            return 1
        changes = [option for change in _image_changes() for option in ("--change", change)]
        # Imported without a name and named only when whole, so nobody ever builds on half an image.
        imported = _docker(host, "import", *changes, str(archive), seconds=BUILD_SECONDS)
    if imported.returncode == 0:
        imported = _docker(host, "tag", imported.stdout.strip(), IMAGE)
    if imported.returncode != 0:
        say(f"The image cannot be imported:\n{last_lines(imported.stderr)}")
        return 1
    say(f"Built {IMAGE}.")
    return 0


def _install_tools() -> bool:
    missing = [] if shutil.which("mmdebstrap") else ["mmdebstrap"]
    if not any(KEYRINGS.glob(f"debian-archive-{RELEASE}-stable.*")):
        missing.append("debian-archive-keyring")
    return not missing or machine.apt_install(missing)


def _bootstrap_command(folder: Path, mirror: Mirror) -> list[str]:
    """The call of mmdebstrap that writes folder/root.tar."""
    sources = folder / "sources.list"
    sources.write_text(mirror.sources_for(RELEASE), encoding="utf-8")
    pip_conf = folder / "pip.conf"
    pip_conf.write_text(pip_settings.for_image(), encoding="utf-8")
    apt_dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    options = [f"--aptopt={line}" for line in carried_apt_options(apt_dump)]
    options += [f"--dpkgopt={line}" for line in LEFT_OUT]
    if pip_conf.stat().st_size:
        options.append(f"--customize-hook=upload {pip_conf} /etc/pip.conf")
    if _has_own_authorities():
        options.append(f'--customize-hook=cp {OWN_AUTHORITIES}/*.crt "$1{OWN_AUTHORITIES}/"')
        options.append('--customize-hook=chroot "$1" update-ca-certificates')
    return [
        # Asked to end, not killed, mmdebstrap unmounts what it mounted.
        *("timeout", "--kill-after=30", str(BUILD_SECONDS)),
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--include=ca-certificates"),
        *options,
        *(RELEASE, str(folder / "root.tar"), str(sources)),
    ]


def _image_changes() -> list[str]:
    """What the image says of itself; certificate variables only where the machine has authorities of its own."""
    changes = ['CMD ["bash"]', f"LABEL {LABEL}"]
    if _has_own_authorities():
        changes.append(f"ENV SSL_CERT_FILE={BUNDLE} PIP_CERT={BUNDLE}")
    return changes


def _has_own_authorities() -> bool:
    return any(OWN_AUTHORITIES.glob("*.crt"))


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "batchwright"


if __name__ == "__main__":
    sys.exit(main())
