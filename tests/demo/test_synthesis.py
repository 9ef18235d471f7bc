from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tools.demo.errors import DemoError
from tools.demo.synthesis import synthesize

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tools.demo.synthesis import Assembly


REPORT = {
    "pluginReports": [
        {
            "pluginName": "AwsSolutions",
            "violations": [],
            "suppressedViolations": [
                {"ruleName": "S1", "description": "no logs", "violatingConstructs": [{"constructPath": "A/B"}] * 2}
            ],
        }
    ]
}
OPEN = {"ruleName": "S10", "description": "no TLS", "violatingConstructs": [{"constructPath": "A/C"}]}

# Stands for app.py: counts its runs, and writes an assembly.
PROGRAM = """
import json, os, pathlib, sys

out, checkout = pathlib.Path(os.environ["CDK_OUTDIR"]), pathlib.Path.cwd()
with (checkout / "runs").open("a") as file:
    file.write("x")
(out / "Stack.template.json").write_text(json.dumps({"Resources": {"A": {}, "B": {}}}))
(out / "environment.json").write_text(json.dumps(dict(os.environ)))
report = checkout / "report.json"
if report.exists():
    (out / "validation-report.json").write_text(report.read_text())
print("what the app said")
sys.exit(int((checkout / "code").read_text()))
"""


class Checkout:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = root / "out" / "cdk.out"
        self.log = root / "out" / "demo.log"
        self.log.parent.mkdir()
        (root / "cdk.json").write_text('{"context": {"flag": true, "targets": {"Prod": {}}}}')
        (root / "app.py").write_text("")
        self.answers(REPORT)

    def answers(self, report: dict[str, Any] | None, *, code: int = 0) -> None:
        (self.root / "code").write_text(str(code))
        (self.root / "report.json").unlink(missing_ok=True)
        if report is not None:
            (self.root / "report.json").write_text(json.dumps(report))

    def synthesize(self, program: str = PROGRAM) -> Assembly:
        return synthesize(self.root, cache=self.cache, log=self.log, command=[sys.executable, "-c", program])

    @property
    def runs(self) -> int:
        file = self.root / "runs"
        return len(file.read_text()) if file.exists() else 0

    @property
    def leftovers(self) -> list[str]:
        return sorted(file.name for file in self.cache.parent.iterdir() if file not in (self.cache, self.log))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_second_time_takes_the_first_result(checkout: Checkout) -> None:
    first, second = checkout.synthesize(), checkout.synthesize()
    assert (first.reused, second.reused, checkout.runs) == (False, True, 1)
    assert second.findings == first.findings
    assert (second.findings.total, second.findings.acknowledged, second.resources) == (2, 2, 2)


def test_a_changed_input_synthesizes_again(checkout: Checkout) -> None:
    checkout.synthesize()
    (checkout.root / "app.py").write_text("# changed")
    assert checkout.synthesize().reused is False
    assert checkout.runs == 2
    assert checkout.leftovers == []


def test_a_damaged_cache_is_not_used(checkout: Checkout) -> None:
    checkout.synthesize()
    (checkout.cache / "validation-report.json").unlink()
    assert checkout.synthesize().reused is False


def test_the_app_gets_the_context_of_the_cdk_command_line_and_no_targets(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "false")
    checkout.synthesize()
    environment = json.loads((checkout.cache / "environment.json").read_text())
    assert json.loads(environment["CDK_CONTEXT_JSON"]) == {"flag": True, "targets": {}}
    assert "CDK_VALIDATION" not in environment


def test_an_open_finding_fails_and_keeps_the_last_good_assembly(checkout: Checkout) -> None:
    checkout.synthesize()
    (checkout.root / "app.py").write_text("# changed")
    checkout.answers({"pluginReports": [{"pluginName": "AwsSolutions", "violations": [OPEN]}]}, code=1)
    with pytest.raises(DemoError, match=r"Findings that nobody acknowledged \(1\):\nS10 at A/C$") as caught:
        checkout.synthesize()
    assert "stacks/nag.py" in caught.value.fix
    assert (checkout.cache / "Stack.template.json").exists()
    assert checkout.leftovers == []


@pytest.mark.parametrize("report", [None, REPORT])
def test_an_app_that_fails_is_quoted(checkout: Checkout, report: dict[str, Any] | None) -> None:
    checkout.answers(report, code=3)
    with pytest.raises(DemoError, match=r"exit code 3:\nwhat the app said"):
        checkout.synthesize()
    assert checkout.log.read_text() == "what the app said\n"
    assert not checkout.cache.exists()
    assert checkout.leftovers == []


def test_an_interruption_ends_the_app_and_what_it_started(checkout: Checkout) -> None:
    program = (
        "import os, pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "pathlib.Path('pids.new').write_text(f'{os.getpid()} {child.pid}')\n"
        "os.rename('pids.new', 'pids')\n"
        "time.sleep(600)\n"
    )
    started = checkout.root / "pids"

    def interrupt() -> None:
        _until(started.exists)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    # A job in the background of a shell is started with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            checkout.synthesize(program)
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    for pid in started.read_text().split():
        _until(lambda pid=pid: not _runs(pid))
    assert checkout.leftovers == []


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(pid: str) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout
    # A zombie waits for whoever adopts it; it runs no more.
    return bool(state.strip()) and not state.strip().startswith("Z")
