from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.host_paths import claim_problems, mount_path_problems


@given(st.text(max_size=30))
def test_any_path_is_judged(path: str) -> None:
    if not mount_path_problems(path):
        assert path.startswith("/")
        assert not set(path) & set(" '\"$`\\\n\t;&|<>*?")
        assert ".." not in path.split("/")


@pytest.mark.parametrize("path", ["/scratch", "/mnt/a", "/data/x-1_y.z", "/var/lib/scratch", "/opt/data", "/tmp/x"])
def test_paths_of_ones_own(path: str) -> None:
    assert not mount_path_problems(path)


@pytest.mark.parametrize(
    "path",
    ["/", "", "scratch", "/a/", "//a", "/etc", "/usr/local/x", "/var", "/var/lib/docker", "/dev/shm", "/a/./b", 1],
)
def test_paths_of_the_system(path: object) -> None:
    (problem,) = mount_path_problems(path)
    assert problem.field == "path"


def test_dockers_own_folder_has_an_option() -> None:
    (problem,) = mount_path_problems("/var/lib/docker")
    assert "docker_root=True" in problem.fix


def test_claims_of_one_name_and_of_nested_paths() -> None:
    found = claim_problems([("A", ["/a", "x"]), ("B", ["x", "/a/b"]), ("C", ["/ab", "/dev/sdf"])])
    assert [problem.value for problem in found] == ["A and B", "A at /a and B at /a/b"]
