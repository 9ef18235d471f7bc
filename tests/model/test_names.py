from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.names import cleaned_name, job_name_problems, name_problems, share_identifier_problems


@pytest.mark.parametrize("name", ["a", "-a", "_", "A-1_b", "a" * 128])
def test_names(name: str) -> None:
    assert not name_problems(name, field="name")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("a.b", "Use 'a-b'."),
        ("", "Leave it out; CloudFormation makes one."),
        ("a" * 129, f"Use '{'a' * 128}'."),
        ("a\n", "Use 'a'."),
        ("ä", "Leave it out; CloudFormation makes one."),
    ],
)
def test_other_names(name: str, fix: str) -> None:
    assert name_problems(name, field="name")[0].fix == fix


def test_a_job_begins_with_a_letter_or_a_digit() -> None:
    assert not job_name_problems("1-a")
    assert job_name_problems("-a")[0].fix == "Use 'a'."
    assert job_name_problems("a" * 129)


@given(st.text())
def test_what_is_left_of_any_text_is_a_name(text: str) -> None:
    assert re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,127}", cleaned_name(text))
    assert not job_name_problems(cleaned_name(text))


def test_shares_are_letters_and_digits() -> None:
    assert not share_identifier_problems("a" * 255)
    for share in ("", "a-b", "a" * 256, "a*"):
        assert share_identifier_problems(share)
