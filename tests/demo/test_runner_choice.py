from __future__ import annotations

import pytest

from tools.demo.options import RunnerChoice
from tools.demo.runner_choice import choose


@pytest.mark.parametrize(
    ("asked", "environment", "expected"),
    [
        ("auto", {}, ("auto", None)),
        ("auto", {"BATCHWRIGHT_ENGINE": "ready"}, ("auto", None)),
        ("auto", {"BATCHWRIGHT_ENGINE": "none", "BATCHWRIGHT_ENGINE_REASON": "no image"}, ("process", "no image")),
        ("auto", {"BATCHWRIGHT_ENGINE": "none"}, ("process", "No Docker engine answers.")),
        ("docker", {"BATCHWRIGHT_ENGINE": "none"}, ("docker", None)),
        ("process", {"BATCHWRIGHT_ENGINE": "ready"}, ("process", None)),
    ],
)
def test_processes_are_taken_when_no_image_can_be_built(
    asked: str, environment: dict[str, str], expected: tuple[str, str | None]
) -> None:
    assert choose(RunnerChoice(asked), environment) == expected
