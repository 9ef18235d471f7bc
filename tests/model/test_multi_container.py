from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model import Platform
from batchwright.model.multi_container import (
    condition_problems,
    container_timeout_problems,
    dependency_condition_problems,
    dependency_cycle_problems,
    dependency_target_problems,
    essential_problems,
    mixed_system_problems,
    namespace_mode_problems,
    repeated_name_problems,
    routed_log_problems,
    router_count_problems,
    task_container_name_problems,
)

NAMES = "abcde"


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3)))
def test_a_circle_is_a_container_that_reaches_itself(waits: dict[str, list[str]]) -> None:
    reached = {name: set(targets) & waits.keys() for name, targets in waits.items()}
    for _ in NAMES:
        reached = {name: targets.union(*(reached[each] for each in targets)) for name, targets in reached.items()}
    assert bool(dependency_cycle_problems(waits)) is any(name in targets for name, targets in reached.items())


@pytest.mark.parametrize(("flags", "found"), [([], False), ([True, False], False), ([None], False), ([False], True)])
def test_one_is_essential(flags: list[bool | None], found: bool) -> None:
    assert bool(essential_problems(flags)) is found


def test_a_target_is_a_container() -> None:
    assert not dependency_target_problems("a", ["a", "b"])
    assert "(a, b)" in dependency_target_problems("A", ["a", "b"])[0].allowed


@pytest.mark.parametrize(
    ("condition", "essential", "found"),
    [("START", True, False), ("COMPLETE", True, True), ("success", True, True), ("SUCCESS", False, False)],
)
def test_nothing_waits_for_the_end_of_the_job(condition: str, essential: bool, found: bool) -> None:
    assert bool(dependency_condition_problems("a", condition, essential=essential)) is found


@pytest.mark.parametrize(
    ("seconds", "fargate", "fix"), [(1, False, "Use 2."), (0, True, "Use 2."), (121, True, "Use 120.")]
)
def test_timeouts(seconds: float, fargate: bool, fix: str) -> None:
    assert container_timeout_problems(seconds, field="stop_timeout", fargate=fargate)[0].fix == fix
    assert not container_timeout_problems(121, field="stop_timeout", fargate=False)


@pytest.mark.parametrize(("name", "found"), [("agent-1_x", False), ("", True), ("a b", True), ("a" * 256, True)])
def test_names(name: str, found: bool) -> None:
    assert bool(task_container_name_problems(name)) is found


def test_names_differ() -> None:
    assert not repeated_name_problems(["a", "b"])
    assert [problem.value for problem in repeated_name_problems(["a", "b", "a"])] == ["a"]


@pytest.mark.parametrize(("condition", "found"), [("START", False), ("HEALTHY", True), ("start", True), (None, True)])
def test_conditions(condition: object, found: bool) -> None:
    assert bool(condition_problems(condition, field="depends_on")) is found


@pytest.mark.parametrize(
    ("driver", "is_router", "has_router", "found"),
    [
        ("awslogs", False, False, False),
        ("awsfirelens", False, True, False),
        ("awsfirelens", False, False, True),
        ("awsfirelens", True, True, True),
    ],
)
def test_routed_logs(driver: str, is_router: bool, has_router: bool, found: bool) -> None:
    assert bool(routed_log_problems(driver, is_router=is_router, has_router=has_router)) is found


@pytest.mark.parametrize(
    ("ipc_mode", "pid_mode", "platform", "windows", "fields"),
    [
        (None, None, Platform.FARGATE, True, []),
        ("task", "host", Platform.EC2, False, []),
        ("none", "none", Platform.EC2, False, ["pid_mode"]),
        ("task", "task", Platform.FARGATE, False, ["ipc_mode"]),
        (None, "host", Platform.FARGATE, False, ["pid_mode"]),
        (None, "task", Platform.FARGATE, True, ["pid_mode"]),
    ],
)
def test_namespaces(
    ipc_mode: str | None, pid_mode: str | None, platform: Platform, windows: bool, fields: list[str]
) -> None:
    found = namespace_mode_problems(ipc_mode=ipc_mode, pid_mode=pid_mode, platform=platform, windows=windows)
    assert [problem.field for problem in found] == fields


def test_systems_do_not_mix() -> None:
    assert not mixed_system_problems({"a": "LINUX", "b": "LINUX"})
    assert mixed_system_problems({"a": "LINUX", "b": "WINDOWS_SERVER_2022_CORE"})
    assert not router_count_problems(["a"])
    assert router_count_problems(["a", "b"])
