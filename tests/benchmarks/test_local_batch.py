from __future__ import annotations

import pytest

from benchmarks.benchmark import Skipped
from benchmarks.local_batch import docker_cli
from benchmarks.local_batch.benchmark import LocalBatch


@pytest.mark.docker
def test_it_runs() -> None:
    outcome = LocalBatch(array=2, at_once=2).run(runs=1, say=lambda _: None)

    assert [row.what for row in outcome.rows] == ["one job", "array of 2, 2 at once"]
    assert "against `docker run`" in outcome.notes[0]


def test_without_an_engine_the_reason_is_that_of_its_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHWRIGHT_ENGINE", "none")
    monkeypatch.setenv("BATCHWRIGHT_ENGINE_REASON", "No Docker engine answers.")

    with pytest.raises(Skipped, match=r"No Docker engine answers\."):
        LocalBatch().run(runs=1, say=lambda _: None)


def test_without_the_docker_command_it_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATCHWRIGHT_ENGINE", raising=False)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Skipped, match="no docker command"):
        docker_cli.require_engine()


def test_with_an_engine_that_does_not_answer_it_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "docker"
    command.write_text("#!/bin/sh\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.delenv("BATCHWRIGHT_ENGINE", raising=False)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    with pytest.raises(Skipped, match="no Docker engine answers"):
        docker_cli.require_engine()
