"""tools/check: what it looks at, and how a finding is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.lib import check

if TYPE_CHECKING:
    from pathlib import Path

    from support.programs import RunTool


@pytest.mark.parametrize(
    ("first_line", "expected"),
    [
        ("#!/bin/sh", True),
        ("#!/bin/sh -e", True),
        ("#! /bin/dash", True),
        ("#!/bin/bash", True),
        ("#!/usr/bin/env bash", True),
        ("#!/usr/bin/env python3", False),
        ("# shell notes about sh", False),
        ("", False),
        ("\N{SNOWMAN} text", False),
    ],
)
def test_shell_is_known_by_its_first_line(tmp_path: Path, first_line: str, expected: bool) -> None:
    file = tmp_path / "program"
    file.write_text(f"{first_line}\n", encoding="utf-8")
    assert check.is_shell(file) is expected


def test_shell_files_are_found_but_not_in_installed_folders(tmp_path: Path) -> None:
    for name in ("tools/run", ".ci/run", "part.sh", ".venv/bin/activate.sh", "node_modules/x/y.sh", "cdk.out.2/z.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("#!/bin/sh\n")
    assert check.shell_files(tmp_path) == [".ci/run", "part.sh", "tools/run"]


def test_functions_and_programs_are_typed_each_by_itself(tmp_path: Path) -> None:
    for name in ("constructs/batchwright/a.py", "lambdas/one/handler.py", "lambdas/two/handler.py", "app.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "containers/embed/src/embed").mkdir(parents=True)
    (tmp_path / "containers/embed/src/embed/main.py").touch()
    commands = check.types(tmp_path)
    assert [command.arguments[3:] for command in commands] == [
        ["constructs/batchwright", "app.py"],
        ["lambdas/one"],
        ["lambdas/two"],
        ["containers/embed/src"],
    ]
    assert commands[1].variables == {"MYPYPATH": str(tmp_path / "lambdas/one")}


def test_an_empty_repository_has_nothing_to_check(tmp_path: Path) -> None:
    assert check.types(tmp_path) == []
    assert check.shell(tmp_path) == []


def test_a_finding_is_shown_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = check.Command(["sh", "-c", "echo found something; exit 1"])
    monkeypatch.setitem(check.STEPS, "made-up", lambda _: [bad])
    assert check.main(["made-up"]) == 1
    shown = capsys.readouterr().err
    assert "found something" in shown
    assert "check made-up: failed" in shown
    assert check.run_step("shell", tmp_path)


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(check.STEPS, "made-up", lambda _: [check.Command(["no-such-tool-here"])])
    assert check.main(["made-up"]) == 1
    assert "no-such-tool-here is not installed. Run this first: make setup" in capsys.readouterr().err


def test_an_unknown_step_is_refused_with_the_list(run_tool: RunTool) -> None:
    refused = run_tool("check", "spelling")
    assert refused.returncode == 2
    assert "lint, format, types, arrows, shell" in refused.stderr
