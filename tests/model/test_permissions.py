from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.permissions import HOST_POLICY, Grants, aws_policy_actions, host_role_problems, missing_actions


@pytest.mark.parametrize("pattern", ["*", "batch:*", "batch:Submit*", "BATCH:submitjob", "batch:Submit???", "b*:S*b"])
def test_wildcards_and_case_are_as_in_iam(pattern: str) -> None:
    assert not missing_actions(["batch:SubmitJob"], Grants(allowed=(pattern,)))


@pytest.mark.parametrize("pattern", ["batch:Submit", "batch:Submit??", "[b]atch:SubmitJob", "", "s3:*", "batch"])
def test_others_do_not_match(pattern: str) -> None:
    assert missing_actions(["batch:SubmitJob"], Grants(allowed=(pattern,))) == ("batch:SubmitJob",)


def test_an_unknown_policy_may_allow_anything() -> None:
    assert not missing_actions(["batch:SubmitJob"], Grants(complete=False))
    assert aws_policy_actions("SomethingElse") is None


def test_aws_own_policy_is_enough_for_hosts() -> None:
    actions = aws_policy_actions(HOST_POLICY)
    assert actions is not None
    assert not host_role_problems(Grants(allowed=tuple(actions)))
    assert host_role_problems(Grants())


@given(st.text(alphabet="*?[]!ab:", max_size=60))
def test_any_pattern_is_read_in_time(pattern: str) -> None:
    missing_actions(["batch:SubmitJob" * 5], Grants(allowed=(pattern,)))
