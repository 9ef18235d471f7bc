from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN
from support.submitted_jobs import Json, job, on, submitted

from batchwright.checks.rules.bw413_every_environment_fits import RULE


@pytest.mark.parametrize(
    ("template", "lacking"),
    [
        (submitted(job(1, 16_000), on("m4.large"), on("m4.4xlarge")), "environment 1 never has 16000 MiB of memory"),
        (submitted(job(8), on("c7i", MaxvCpus=64), on("c7i", MaxvCpus=4)), "environment 2 never has 8 vCPUs"),
        (submitted(job(1, 2048, 1), on("g6"), on("optimal")), "environment 2 never has 1 GPUs"),
        (submitted(job(1, 2048, 1), on(OPEN), on("optimal")), "environment 2 never has 1 GPUs"),
    ],
)
def test_an_environment_that_is_never_used_is_told(template: Json, lacking: str) -> None:
    (violation,) = violations(RULE, template)
    assert violation.resource.logical_id == "Job"
    assert violation.problem.value == lacking


@pytest.mark.parametrize(
    "template",
    [
        submitted(job(1, 2048), on("m4.large"), on("m4.4xlarge")),
        # None at all fits: an error of its own.
        submitted(job(1, 16_000), on("m4.large"), on("m4.large")),
        submitted(job(1, OPEN), on("m4.large"), on("m4.4xlarge")),
    ],
)
def test_where_all_can_or_none_can_it_is_silent(template: Json) -> None:
    assert not violations(RULE, template)
