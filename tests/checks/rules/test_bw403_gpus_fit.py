from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment
from support.submitted_jobs import Json, job, on, submitted

from batchwright.checks.rules.bw403_gpus_fit import RULE


@pytest.mark.parametrize(
    ("template", "allowed"),
    [
        (submitted(job(1, 2048, 1), on("m7i.large")), "0 on a queue without NVIDIA GPUs"),
        (submitted(job(1, 2048, 1), environment()), "0 on a queue without NVIDIA GPUs"),
        (submitted(job(1, 2048, 1), on("optimal"), on("g4ad.xlarge")), "0 on a queue without NVIDIA GPUs"),
        (submitted(job(1, 2048, 4), on("g6.xlarge", "m7i.large")), "up to 1,"),
        (submitted(job(1, 2048, 1), on("g5g.xlarge")), "0 on a queue without NVIDIA GPUs"),
    ],
)
def test_gpus_that_are_not_there_are_found(template: Json, allowed: str) -> None:
    (violation,) = violations(RULE, template)
    assert violation.path == "ContainerProperties.ResourceRequirements[2].Value"
    assert allowed in violation.problem.allowed


@pytest.mark.parametrize(
    "template",
    [
        submitted(job(1, 2048), on("m7i.large")),
        submitted(job(1, 2048, 0), on("m7i.large")),
        submitted(job(1, 2048, 1), on("m7i.large"), on("g6.xlarge")),
        submitted(job(1, 2048, 4), on("g6")),
        submitted(job(1, 2048, 1), on("p99.large")),
        submitted(job(1, 2048, 1), on(OPEN)),
        submitted(job(1, 2048, OPEN), on("m7i.large")),
        # Batch has no GPU image for Graviton; who brings one knows what is in it.
        submitted(job(1, 2048, 1), on("g5g.xlarge", ImageId="ami-1")),
    ],
)
def test_gpus_that_are_there_or_open_are_accepted(template: Json) -> None:
    assert not violations(RULE, template)
