from __future__ import annotations

import pytest
from support.checks import violations
from support.submitted_jobs import found, job, on, submitted

from batchwright.checks.rules.bw411_memory_margin import RULE


@pytest.mark.parametrize("memory", [7751, 7985, 8160])
def test_the_last_five_percent_are_found(memory: int) -> None:
    at = ("Job", "ContainerProperties.ResourceRequirements[1].Value")
    assert found(RULE, submitted(job(1, memory), on("m4.large"))) == [at]


@pytest.mark.parametrize("memory", [2048, 7750])
def test_what_leaves_them_is_accepted(memory: int) -> None:
    assert not violations(RULE, submitted(job(1, memory), on("m4.large")))


def test_more_than_fits_is_left_to_the_error() -> None:
    assert not violations(RULE, submitted(job(1, 8192), on("m4.large")))


def test_a_larger_type_beside_it_is_enough() -> None:
    assert not violations(RULE, submitted(job(1, 7985), on("m4.large"), on("m4.xlarge")))
