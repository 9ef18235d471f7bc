from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.simulation import After, Stream, load_workload, read_workload
from batchwright.local.simulation.arrivals import Every, Listed, Poisson
from batchwright.local.simulation.durations import Constant, Empirical, Exponential, LogNormal, Uniform
from batchwright.model.problems import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"name": "a", "duration_seconds": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.json").write_text("{}")
    return tmp_path


def stream(folder: Path, **members: object) -> Stream:
    others = [{"name": "b", "duration_seconds": 1}] if "after" in members else []
    content = {"template": "t.json", "jobs": [{**GOOD, **members}, *others]}
    return read_workload(content, where="w", folder=folder).streams[0]


def test_a_whole_file(folder: Path) -> None:
    content = {
        "template": ["t.json"],
        "jobs": [GOOD],
        "cloud": {"boot_seconds": 90, "idle_seconds": 5, "spot_reclaims_per_host_hour": 0.1, "host_vcpus": 32},
        "max_vcpus": {"Environment": 64},
        "seed": 7,
        "submissions_per_second": 10,
        "horizon_hours": 2,
    }
    (folder / "w.json").write_text(json.dumps(content))
    workload = load_workload(folder / "w.json")

    assert workload.templates == (folder / "t.json",)
    assert (workload.horizon, workload.seed, workload.submissions) == (7200, 7, 10)
    assert workload.max_vcpus == {"Environment": 64}
    assert workload.cloud is not None
    assert (workload.cloud.boot_seconds, workload.cloud.host_vcpus, workload.cloud.seed) == (90, 32, 7)
    changed = load_workload(folder / "w.json", seed=8)
    assert changed.seed == 8
    assert changed.cloud is not None
    assert changed.cloud.seed == 8


def test_what_is_left_out_has_a_default(folder: Path) -> None:
    workload = read_workload({"template": "t.json", "jobs": [GOOD]}, where="w", folder=folder)

    assert (workload.cloud, workload.seed, workload.submissions, workload.horizon) == (None, 0, 50, 30 * 86_400)
    assert workload.jobs == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (5, Constant(5)),
        ({"constant": 5}, Constant(5)),
        ({"uniform": [9, 3]}, Uniform(3, 9)),
        ({"exponential": {"mean": 4}}, Exponential(4)),
        ({"lognormal": {"median": 4, "sigma": 0.5}}, LogNormal(4, 0.5)),
        ({"empirical": [3, 1, 2]}, Empirical((1, 2, 3))),
    ],
)
def test_durations(folder: Path, written: object, meant: object) -> None:
    assert stream(folder, duration_seconds=written).duration == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [({"every_seconds": 2}, Every(2)), ({"per_hour": 30}, Poisson(30)), ({"at_seconds": [4, 1]}, Listed((1, 4)))],
)
def test_arrivals(folder: Path, written: object, meant: object) -> None:
    assert stream(folder, arrival=written).arrival == meant


def test_a_list_of_times_is_also_the_count(folder: Path) -> None:
    assert stream(folder, arrival={"at_seconds": [0, 5, 9]}).count == 3


def test_the_rest_of_a_stream(folder: Path) -> None:
    found = stream(
        folder, shares={"x": 2, "y": 1}, exit_codes={"137": 0.5}, after={"stream": "b", "each": True}, attempts=2
    )

    assert found.shares == {"x": 2, "y": 1}
    assert found.exit_codes == {137: 0.5}
    assert found.after == (After(stream="b", each=True),)
    assert (found.count, found.attempts) == (None, 2)
    assert stream(folder, shares="x").shares == {"x": 1}


@pytest.mark.parametrize(
    ("members", "field", "words"),
    [
        ({"duration_seconds": None}, "jobs[0].duration_seconds", 'Add "duration_seconds".'),
        ({"duration_seconds": -1}, "jobs[0].duration_seconds", "0 or more"),
        ({"duration_seconds": True}, "jobs[0].duration_seconds", "a number"),
        ({"duration_seconds": "1"}, "jobs[0].duration_seconds", "a number"),
        ({"duration_seconds": {"normal": 1}}, "jobs[0].duration_seconds", "constant, uniform"),
        ({"duration_seconds": {"constant": 1, "uniform": [1, 2]}}, "jobs[0].duration_seconds", "one of"),
        ({"duration_seconds": {"uniform": [1, 2, 3]}}, "jobs[0].duration_seconds.uniform", "two bounds"),
        ({"duration_seconds": {"empirical": []}}, "jobs[0].duration_seconds.empirical", "a list of seconds"),
        ({"duration_seconds": {"exponential": {"mean": 0}}}, "jobs[0].duration_seconds.exponential.mean", "above 0"),
        ({"duration_seconds": {"lognormal": {"median": 1}}}, "jobs[0].duration_seconds.lognormal.sigma", "Add"),
        ({"duration_seconds": {"lognormal": 1}}, "jobs[0].duration_seconds.lognormal", "an object"),
        ({"arrival": {"every_seconds": 0}}, "jobs[0].arrival.every_seconds", "above 0"),
        ({"arrival": {"at_seconds": [1, "x"]}}, "jobs[0].arrival.at_seconds[1]", "a number"),
        ({"arrival": "once"}, "jobs[0].arrival", "an object"),
        ({"arrival": {"per_hour": 0}}, "jobs[0].arrival.per_hour", "or a list with one for each hour"),
        ({"arrival": {"per_hour": []}}, "jobs[0].arrival.per_hour", "one for each hour"),
        ({"arrival": {"per_hour": [0, 0]}}, "jobs[0].arrival.per_hour", "in one of the hours"),
        ({"arrival": {"per_hour": [1, -1]}}, "jobs[0].arrival.per_hour[1]", "0 or more"),
        ({"arrival": {"at_seconds": [1]}, "count": 2}, "jobs[0].count", "up to 1"),
        ({"count": 0}, "jobs[0].count", "1 or more"),
        ({"count": 1.5}, "jobs[0].count", "whole"),
        ({"array": 1}, "jobs[0].array", "2 or more"),
        ({"array": 10_001}, "jobs[0].array", "10000"),
        ({"name": "a b"}, "jobs[0].name", "Use 'a-b'."),
        ({"name": 5}, "jobs[0].name", "text"),
        ({"exit_codes": {"0": 0.5}}, "jobs[0].exit_codes.0", "1 to 255"),
        ({"exit_codes": {"1": 1.5}}, "jobs[0].exit_codes.1", "up to 1"),
        ({"exit_codes": {"1": 0.6, "2": 0.6}}, "jobs[0].exit_codes", "sum"),
        ({"exit_codes": [1]}, "jobs[0].exit_codes", "an object"),
        ({"vcpus": 0}, "jobs[0].vcpus", "above 0"),
        ({"memory_mib": 1}, "jobs[0].memory_mib", "4 or more"),
        ({"timeout_seconds": 30}, "jobs[0].timeout_seconds", "60 or more"),
        ({"attempts": 11}, "jobs[0].attempts", "up to 10"),
        ({"priority": 10_000}, "jobs[0].priority", "9999"),
        ({"shares": "a-b"}, "jobs[0].shares", "letters and digits"),
        ({"shares": {"a": 0}}, "jobs[0].shares.a", "above 0"),
        ({"after": {"stream": "c"}}, "jobs[0].after[0].stream", "one of a, b"),
        ({"after": {}}, "jobs[0].after[0].stream", "another stream"),
        ({"after": {"stream": "b", "each": "yes"}}, "jobs[0].after[0].each", "true or false"),
        ({"after": {"stream": "b", "each": True}, "count": 3}, "jobs[0].count", "Take it out"),
        ({"after": "b"}, "jobs[0].after", "a list of objects"),
        ({"after": {"stream": "a"}}, "jobs[].after", "no circle"),
        ({"name": "b", "after": {"stream": "b"}}, "jobs[].name", "a name of its own"),
        ({"durration_seconds": 1}, "jobs[0].durration_seconds", "Did you mean duration_seconds?"),
        ({"duration_seconds": float("nan")}, "jobs[0].duration_seconds", "0 or more, up to 1000000000 seconds"),
        ({"duration_seconds": float("inf")}, "jobs[0].duration_seconds", "Use 1000000000."),
        ({"duration_seconds": 1e300}, "jobs[0].duration_seconds", "Use 1000000000."),
        ({"array": 10**400}, "jobs[0].array", "Use 10000."),
        ({"count": -(10**400)}, "jobs[0].count", "a whole number 1 or more"),
        ({"vcpus": 1e308}, "jobs[0].vcpus", "up to 10000"),
        ({"memory_mib": 1e300}, "jobs[0].memory_mib", "up to 100000000"),
        ({"attempts": "3"}, "jobs[0].attempts", "a whole number"),
    ],
)
def test_what_is_wrong_with_a_stream(folder: Path, members: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        stream(folder, **members)

    found = {problem.field: str(problem) for problem in raised.value.problems}
    assert field in found
    assert words in found[field]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ([], {"the file", "template", "jobs"}),
        ({}, {"template", "jobs"}),
        ({"template": "none.json", "jobs": [GOOD]}, {"template"}),
        ({"template": "t.json", "jobs": {}}, {"jobs[0].duration_seconds"}),
        ({"template": "t.json", "jobs": [3]}, {"jobs[0]", "jobs[0].duration_seconds"}),
        ({"template": "t.json", "jobs": [GOOD], "horizon_hours": 0, "seed": -1}, {"horizon_hours", "seed"}),
        ({"template": "t.json", "jobs": [GOOD], "max_vcpus": {"a": 0}, "clowd": 1}, {"max_vcpus.a", "clowd"}),
        (
            {"template": "t.json", "jobs": [GOOD], "cloud": {"boot": 1, "host_vcpus": 0}},
            {"cloud.boot", "cloud.host_vcpus"},
        ),
        ({"template": "t.json", "jobs": [GOOD], "submissions_per_second": 0}, {"submissions_per_second"}),
    ],
)
def test_every_problem_of_a_file_is_told_at_once(folder: Path, content: object, fields: set[str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_workload(content, where="w", folder=folder)

    assert {problem.field for problem in raised.value.problems} == fields


@pytest.mark.parametrize("content", ["{", '{"seed": 1, "seed": 2}', "[" * 100_000, "\udcff", "9" * 5_000])
def test_what_is_no_json_is_refused(folder: Path, content: str) -> None:
    (folder / "w.json").write_text(content, errors="surrogateescape")
    with pytest.raises(ConfigurationError, match="a file with JSON"):
        load_workload(folder / "w.json")


def test_a_file_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load_workload(folder / "w.json")


def test_a_folder_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="Is a directory"):
        load_workload(folder)


def test_no_number_is_told_by_its_field(folder: Path) -> None:
    (folder / "w.json").write_text('{"template": "t.json", "jobs": [{"duration_seconds": NaN}], "seed": Infinity}')
    with pytest.raises(ConfigurationError) as raised:
        load_workload(folder / "w.json")

    assert [problem.field for problem in raised.value.problems] == ["jobs[0].duration_seconds", "seed"]


@pytest.mark.parametrize("value", [{"after": {"stream": 5}}, {"name": ["x"]}, {"after": 5}, {"shares": 5}])
def test_one_mistake_is_one_problem(folder: Path, value: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_workload({"template": "t.json", "jobs": [{**GOOD, **value}]}, where="w", folder=folder)

    assert len(raised.value.problems) == 1


def test_a_circle_is_shown_without_what_only_leads_to_it(folder: Path) -> None:
    after = {"a": "b", "b": "c", "c": "b", "d": "a"}
    jobs = [{"name": name, "duration_seconds": 1, "after": {"stream": other}} for name, other in after.items()]
    with pytest.raises(ConfigurationError) as raised:
        read_workload({"template": "t.json", "jobs": jobs}, where="w", folder=folder)

    assert [problem.value for problem in raised.value.problems] == ["b -> c -> b"]


def test_long_values_are_shortened(folder: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_workload({"template": "t.json", "jobs": [GOOD], "cloud": ["x" * 10_000]}, where="w", folder=folder)

    assert len(str(raised.value)) < 400
