"""Makes the cloud assembly of the app, or takes the one of an earlier run when nothing it depends on changed."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.demo.errors import DemoError
from tools.demo.findings import Findings
from tools.demo.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

STAMP: Final = "demo-fingerprint"
_GRACE_SECONDS: Final = 5.0
_FINDINGS_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A synthesized app.

    Attributes:
        folder: The cloud assembly.
        reused: Whether it is that of an earlier run.
        findings: Of all rules.
    """

    folder: Path
    reused: bool
    findings: Findings

    @property
    def resources(self) -> int:
        """Resources in all templates."""
        templates = (json.loads(file.read_text(encoding="utf-8")) for file in self.folder.glob("*.template.json"))
        return sum(len(template.get("Resources", {})) for template in templates)


def synthesize(root: Path, *, cache: Path, log: Path, command: Sequence[str] | None = None) -> Assembly:
    """Synthesize, unless `cache` holds what the same inputs gave before.

    The new assembly takes the place of the old one when it is complete, and never before.

    Args:
        root: The checkout.
        cache: Folder of the cloud assembly.
        log: File that receives what the app prints.
        command: What to run instead of app.py with its rules; it finds CDK_OUTDIR in its environment.

    Raises:
        DemoError: the app fails, or a rule has a finding that nobody acknowledged.
    """
    key = fingerprint(root, extra=[platform.python_version(), *(command or ())])
    found = _cached(cache, key)
    if found is not None:
        return Assembly(folder=cache, reused=True, findings=found)
    cache.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{cache.name}-", dir=cache.parent))
    try:
        code, output = _run(command or [sys.executable, "-m", "tools.demo.checked_app"], root=root, folder=new)
        with log.open("a", encoding="utf-8") as file:
            file.write(output)
        findings = _judge(code, output, new, log=log)
        (new / STAMP).write_text(key, encoding="utf-8")
        shutil.rmtree(cache, ignore_errors=True)
        new.rename(cache)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return Assembly(folder=cache, reused=False, findings=findings)


def _cached(cache: Path, key: str) -> Findings | None:
    stamp = cache / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != key:
        return None
    return Findings.read(cache)


def _judge(code: int, output: str, folder: Path, *, log: Path) -> Findings:
    findings = Findings.read(folder)
    if findings is not None and findings.open:
        shown = "\n".join(findings.open[:_FINDINGS_SHOWN])
        more = len(findings.open) - _FINDINGS_SHOWN
        raise DemoError(
            f"Findings that nobody acknowledged ({len(findings.open)}):\n{shown}"
            + (f"\nand {more} more" if more > 0 else ""),
            fix=f"Correct the constructs, or list a finding with its reason in stacks/nag.py; {log} describes each.",
        )
    if code != 0 or findings is None:
        last = "\n".join(output.splitlines()[-20:])
        raise DemoError(f"app.py ended with exit code {code}:\n{last}", fix=f"All of its output is in {log}.")
    return findings


def _run(command: Sequence[str], *, root: Path, folder: Path) -> tuple[int, str]:
    """Run to the end, or stop the whole group of processes when interrupted."""
    process = subprocess.Popen(
        list(command),
        cwd=root,
        env=_environment(root, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        _stop(process)
        raise
    return process.returncode, output


def _stop(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.communicate(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


def _environment(root: Path, folder: Path) -> dict[str, str]:
    # As the CDK command line passes it on. Targets are left out: here the app goes to one account, the local one.
    context = json.loads((root / "cdk.json").read_text(encoding="utf-8")).get("context", {}) | {"targets": {}}
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")])),
    }
    # With the rules switched off or without bytecode, the run would be another, or slow.
    for name in ("CDK_VALIDATION", "PYTHONDONTWRITEBYTECODE", "CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION"):
        environment.pop(name, None)
    return environment
