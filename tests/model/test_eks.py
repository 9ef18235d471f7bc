from __future__ import annotations

import pytest

from batchwright.model.eks import EksAccess, access_problems, kubernetes_version_problems


@pytest.mark.parametrize(
    ("access", "mode", "good"),
    [
        (EksAccess.ENABLED, "CONFIG_MAP", False),
        (EksAccess.DISABLED, "CONFIG_MAP", True),
        (EksAccess.INHERIT_FROM_CLUSTER, "CONFIG_MAP", True),
        (EksAccess.DISABLED, "API", False),
        (EksAccess.ENABLED, "API", True),
        (EksAccess.ENABLED, "API_AND_CONFIG_MAP", True),
        (EksAccess.DISABLED, "API_AND_CONFIG_MAP", True),
        (EksAccess.ENABLED, None, True),
        (EksAccess.DISABLED, None, True),
    ],
)
def test_a_way_in_is_one_that_the_cluster_has(access: EksAccess, mode: str | None, good: bool) -> None:
    assert (not access_problems(access, mode)) is good


@pytest.mark.parametrize(("version", "good"), [("1.33", True), ("1.9", True), ("v1.33", False), ("1.33.2", False)])
def test_versions_of_kubernetes(version: str, good: bool) -> None:
    assert (not kubernetes_version_problems(version, fixed_image=False)) is good
    assert kubernetes_version_problems(version, fixed_image=True)
