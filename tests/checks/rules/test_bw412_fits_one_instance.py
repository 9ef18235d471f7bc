from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN
from support.submitted_jobs import Json, found, job, on, submitted

from batchwright.checks.rules.bw412_fits_one_instance import RULE


def test_parts_that_no_type_has_together_are_found() -> None:
    # A GPU on the one, the memory on the other.
    template = submitted(job(1, 100_000, 1), on("g6.xlarge", "r7i.4xlarge"))
    assert found(RULE, template) == [("Job", "ContainerProperties.ResourceRequirements[1].Value")]
    template = submitted(job(16, 100_000), on("c7i.4xlarge"), on("r7i.4xlarge"))
    assert not violations(RULE, template)


@pytest.mark.parametrize(
    "template",
    [
        submitted(job(1, 10_000, 1), on("g6.xlarge", "r7i.4xlarge")),
        # One part alone fits nowhere: another rule's.
        submitted(job(1, 10**7, 1), on("g6.xlarge")),
        submitted(job(1, 100_000, 1), on("g6.xlarge"), on(OPEN)),
        submitted(job(1, 100_000, OPEN), on("g6.xlarge", "r7i.4xlarge")),
    ],
)
def test_what_one_type_has_or_is_open_is_accepted(template: Json) -> None:
    assert not violations(RULE, template)
