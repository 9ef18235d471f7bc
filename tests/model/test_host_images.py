from __future__ import annotations

import pytest

from batchwright.model.host_images import host_image_type_problems, image_type_problems, unbootable_problems


@pytest.mark.parametrize("name", ["a1", "a1.large", "p3", "p3dn.24xlarge", "g3s.xlarge", "g3"])
def test_types_that_amazon_linux_2023_leaves_out_are_found(name: str) -> None:
    (found,) = unbootable_problems(name)
    assert found.value == name


@pytest.mark.parametrize("name", ["m7g", "p4d", "g4dn.xlarge", "g30", "a10", "default_x86_64"])
def test_others_boot(name: str) -> None:
    assert not unbootable_problems(name)


@pytest.mark.parametrize(("types", "images"), [([], ["ECS_AL2023"]), (["g6"], []), (["g6"], ["WINDOWS"])])
def test_what_is_not_known_is_not_judged(types: list[str], images: list[str]) -> None:
    assert not image_type_problems(types, images)


def test_the_image_for_gpus_is_named_in_the_fix() -> None:
    (found,) = image_type_problems(["g6", "p5"], ["EKS_AL2023"])
    assert found.fix == "Use EKS_AL2023_NVIDIA."


def test_image_types_of_ecs_are_known() -> None:
    assert host_image_type_problems("ECS_AL2023_NVIDIA") == []
    assert [problem.value for problem in host_image_type_problems("EKS_AL2023")] == ["EKS_AL2023"]
    assert [problem.value for problem in host_image_type_problems(None)] == [None]
