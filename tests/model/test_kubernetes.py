from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright.model import Architecture
from batchwright.model.kubernetes import (
    annotation_problems,
    label_name_problems,
    mount_path_problems,
    pod_label_problems,
    sub_path_problems,
    subdomain_name_problems,
)
from batchwright.model.pods import (
    container_name_problems,
    escalation_problems,
    mixed_architecture_problems,
    mount_target_problems,
    pod_amount,
    root_user_problems,
    user_id_problems,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem


def count(problems: Sequence[Problem]) -> int:
    return len(problems)


@pytest.mark.parametrize("name", ["a", "scratch-1", "0", "a" * 63])
def test_names_of_containers_and_volumes(name: str) -> None:
    assert not label_name_problems("name", name)


@pytest.mark.parametrize("name", ["", "Scratch", "-a", "a-", "a.b", "a_b", "a" * 64, "ä", "a\n"])
def test_names_that_are_refused(name: str) -> None:
    assert [problem.field for problem in label_name_problems("name", name)] == ["name"]


@pytest.mark.parametrize(("name", "wrong"), [("a.b-c.d", 0), ("a..b", 1), (".a", 1), ("A", 1), ("a." * 126 + "a", 0)])
def test_names_of_secrets(name: str, wrong: int) -> None:
    assert count(subdomain_name_problems("secret_name", name)) == wrong


def test_a_name_of_a_secret_that_is_too_long() -> None:
    assert subdomain_name_problems("secret_name", "a." * 127 + "a")


@pytest.mark.parametrize(
    ("labels", "wrong"),
    [
        ({"team": "imaging", "example.com/team": "", "a.B_c-1": "1"}, 0),
        ({"": "x"}, 1),
        ({"/team": "x"}, 1),
        ({"Example.com/team": "x"}, 1),
        ({"a/b/c": "x"}, 1),
        ({"team": "free text"}, 1),
        ({"team": "x" * 64, "-": "-"}, 3),
    ],
)
def test_labels(labels: dict[str, str], wrong: int) -> None:
    assert count(pod_label_problems("labels", labels)) == wrong


def test_annotations() -> None:
    assert not annotation_problems("annotations", {"example.com/owner": "Any text. " * 25})
    assert annotation_problems("annotations", {"owner": "x" * 256})[0].field == "annotations['owner']"
    assert annotation_problems("annotations", {"bad key": "x"})[0].field == "annotations"


@pytest.mark.parametrize(("path", "wrong"), [("/data", 0), ("/", 0), ("data", 1), ("", 1), ("/a:b", 1)])
def test_paths(path: str, wrong: int) -> None:
    assert count(mount_path_problems("path", path)) == wrong


@pytest.mark.parametrize(("path", "wrong"), [("a/b", 0), ("a..b", 0), ("/a", 1), ("a/../b", 1), ("..", 1), ("", 1)])
def test_paths_inside_a_volume(path: str, wrong: int) -> None:
    assert count(sub_path_problems("sub_path", path)) == wrong


@pytest.mark.parametrize(
    ("running", "before", "amount"),
    [([1, 0.5], [], 1.5), ([1], [4, 2], 4), ([1, None], [], None), ([1], [None], None), ([0], [], 0)],
)
def test_what_a_pod_needs(running: list[float | None], before: list[float | None], amount: float | None) -> None:
    assert pod_amount(running, before) == amount


def test_containers_of_one_pod() -> None:
    assert [problem.value for problem in container_name_problems("c", ["a", "b", "a"])] == ["a"]
    same, both = {"a": Architecture.ARM64}, {"a": Architecture.ARM64, "b": Architecture.X86_64}
    assert not mixed_architecture_problems("c", same)
    assert mixed_architecture_problems("c", both)[0].value == "a: arm64, b: x86_64"
    assert mount_target_problems("mounts", ["/a", "/b", "/a"])[0].value == "/a"


@pytest.mark.parametrize(("number", "wrong"), [(None, 0), (0, 0), (2_147_483_647, 0), (-1, 1), (2_147_483_648, 1)])
def test_users(number: int | None, wrong: int) -> None:
    assert count(user_id_problems("user", number)) == wrong


def test_settings_that_exclude_each_other() -> None:
    assert root_user_problems("user", user=0, non_root=True)
    assert not [*root_user_problems("user", user=0, non_root=None), *root_user_problems("user", user=1, non_root=True)]
    assert escalation_problems("e", privileged=True, escalation=False)
    assert not [
        *escalation_problems("e", privileged=True, escalation=None),
        *escalation_problems("e", privileged=None, escalation=False),
    ]
