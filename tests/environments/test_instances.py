from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.problems import fields, refused

from batchwright import Architecture, Instances

X86 = ["c7i", "m6a.large", "r5b.metal", "g6.xlarge", "hpc7a", "m7i-flex.large", "optimal", "default_x86_64"]
ARM = ["c7g", "m6gd.large", "t4g.nano", "x2gd.metal", "default_arm64"]


def test_presets_know_their_architecture() -> None:
    assert Instances.x86() == Instances(types=("default_x86_64",), architecture=Architecture.X86_64)
    assert Instances.graviton() == Instances(types=("default_arm64",), architecture=Architecture.ARM64)


@given(st.lists(st.sampled_from(X86 + ARM), min_size=1, max_size=4))
@settings(deadline=None)
def test_types_of_one_architecture_are_taken_and_mixes_refused(types: list[str]) -> None:
    expected = {Architecture.ARM64 if name in ARM else Architecture.X86_64 for name in types}
    if len(expected) == 1:
        assert Instances.of(*types) == Instances(types=tuple(types), architecture=expected.pop())
    else:
        assert fields(refused(lambda: Instances.of(*types))) == ["types"]


def test_none_at_all_is_refused() -> None:
    assert fields(refused(Instances.of)) == ["types"]


def test_each_wrong_name_is_named() -> None:
    error = refused(lambda: Instances.of("c7i", "huge", "C7I.large", "m7g.large"))
    assert [problem.value for problem in error.problems] == [
        "huge",
        "C7I.large",
        ["c7i", "huge", "C7I.large", "m7g.large"],
    ]


@pytest.mark.parametrize("name", ["a1", "a1.large", "p3", "p3dn.24xlarge", "g3", "g3s.xlarge"])
def test_families_that_the_image_does_not_run_on_are_refused(name: str) -> None:
    (problem,) = refused(lambda: Instances.of(name)).problems
    assert problem.value == name
    assert "Amazon Linux 2023" in problem.allowed
