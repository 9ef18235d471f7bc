from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from benchmarks.aims import ratio_at_most
from benchmarks.benchmark import BenchmarkError, Outcome, Row, Skipped
from benchmarks.cli import main
from benchmarks.measure import Pairs
from benchmarks.registry import BENCHMARKS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Fake:
    name: str = "fake"
    about: str = "ours against theirs"
    runs: int = 3
    end: Exception | None = None

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        if self.end:
            raise self.end
        say("measuring")
        pairs = Pairs((3.0,) * runs, (2.0,) * runs)
        return Outcome((Row("time", "s", pairs, ratio_at_most(1)), Row("more", "", pairs)), ("a [note]",), {"size": 7})


def test_a_missed_aim_is_told_and_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([], benchmarks=[Fake()])

    line = next(line for line in capsys.readouterr().out.splitlines() if "fake: time" in line)
    assert code == 0
    assert line.split() == ["fake:", "time", "3", "s", "2", "s", "1.50", "ratio", "<=", "1", "no"]


def test_notes_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    main([], benchmarks=[Fake()])

    assert "fake: a [note]" in capsys.readouterr().out


def test_a_failure_is_an_error_and_the_others_run(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([], benchmarks=[Fake("broken", end=BenchmarkError("no [data]")), Fake()])

    output = capsys.readouterr().out
    assert code == 1
    assert "broken: FAILED: no [data]" in output
    assert "fake: time" in output


def test_what_cannot_run_here_is_skipped_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([], benchmarks=[Fake(end=Skipped("no engine"))])

    assert code == 0
    assert "fake: skipped, no engine" in capsys.readouterr().out


def test_names_choose_and_runs_are_passed_on(tmp_path: Path) -> None:
    file = tmp_path / "raw.json"

    main(["two", "--runs", "5", "--json", str(file)], benchmarks=[Fake("one"), Fake("two")])

    raw = json.loads(file.read_text())
    assert list(raw["benchmarks"]) == ["two"]
    assert raw["benchmarks"]["two"]["rows"][0] == {
        "what": "time",
        "unit": "s",
        "ours": [3.0] * 5,
        "alternative": [2.0] * 5,
        "ratio": 1.5,
        "aim": "ratio <= 1",
        "met": False,
    }
    assert raw["benchmarks"]["two"]["details"] == {"size": 7}
    assert raw["machine"]["cores"]


def test_the_list_names_every_benchmark_and_runs_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0

    output = capsys.readouterr().out
    assert [line.split()[0] for line in output.splitlines()] == [benchmark.name for benchmark in BENCHMARKS]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "no benchmark named nothing; there are: fake"),
        (["--runs", "0"], "'0' is not a whole number of 1 or more"),
        (["--json", "/no/such/folder/raw.json"], "there is no folder"),
    ],
)
def test_wrong_arguments_are_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments, benchmarks=[Fake()])

    assert said in capsys.readouterr().err
