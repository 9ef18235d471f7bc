from __future__ import annotations

import pytest

from batchwright.model.environment_settings import desired_vcpu_problems, tag_problems


@pytest.mark.parametrize(("desired", "refused"), [(3, True), (4, False), (8, False), (9, True)])
def test_desired_vcpus_are_within_the_range(desired: int, refused: bool) -> None:
    assert bool(desired_vcpu_problems(desired=desired, minimum=4, maximum=8)) is refused


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("team", "imaging", False),
        ("team", "", False),
        ("a" * 128, "b" * 256, False),
        ("", "imaging", True),
        ("a" * 129, "imaging", True),
        ("aws:team", "imaging", True),
        ("AWS:team", "imaging", True),
        ("team", "b" * 257, True),
    ],
)
def test_tags_are_such_as_ec2_takes(name: str, value: str, refused: bool) -> None:
    assert [problem.field for problem in tag_problems({name: value}, field="tags")] == [f"tags[{name!r}]"] * refused
