from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, fargate
from support.submitted_jobs import Json, job, on, submitted

from batchwright.checks.rules.bw404_image_architecture import RULE


def built_for(architecture: object) -> Json:
    definition = job()
    definition["Metadata"] = {"batchwright": {"architecture": architecture}}
    return definition


@pytest.mark.parametrize(
    ("architecture", "instance_type"), [("arm64", "m7i.large"), ("x86_64", "m7g"), ("arm64", "optimal")]
)
def test_another_architecture_is_found(architecture: str, instance_type: str) -> None:
    (violation,) = violations(RULE, submitted(built_for(architecture), on(instance_type)))
    assert (violation.resource.logical_id, violation.path) == ("Job", "ContainerProperties")
    assert architecture in str(violation.problem.value)


@pytest.mark.parametrize(
    "template",
    [
        submitted(built_for("arm64"), on("m7g")),
        submitted(built_for("x86_64"), on("default_x86_64")),
        submitted(built_for("arm64"), fargate()),
        submitted(built_for("arm64"), on("m7g", "m7i")),
        submitted(built_for("arm64"), on(OPEN)),
        submitted(built_for(OPEN), on("m7i")),
        submitted(built_for("riscv"), on("m7i")),
        submitted(job(), on("m7g")),
    ],
)
def test_the_same_or_an_open_one_is_accepted(template: Json) -> None:
    assert not violations(RULE, template)
