"""The page on the AWS Batch API says something of every operation and member of botocore's model, and of no other."""

from __future__ import annotations

from collections import Counter

import pytest
from support.batch_api import answer, covers, described, members_of, request_leaves, response_leaves

from batchwright.local.engine.api.requests import service_model
from tools.batch_api_page import ANSWERS, FILE, operations, page

OPERATIONS = sorted(service_model().operation_names)


def test_the_page_is_that_of_the_tables() -> None:
    assert FILE.read_text(encoding="utf-8") == page(operations()), "run `make docs`"


def test_every_operation_has_its_place_once() -> None:
    names = [operation.name for group in operations().values() for operation in group]
    assert sorted(names) == OPERATIONS
    assert service_model().api_version == "2016-08-10"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_member_of_a_request_has_an_answer(operation: str) -> None:
    silent = [leaf for leaf in request_leaves(operation) if answer(operation, leaf) not in ANSWERS]
    assert silent == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_row_stands_for_members_that_exist(operation: str) -> None:
    entry = described()[operation]
    assert entry.answer in ANSWERS
    for row in entry.rows:
        assert bool(row.like) != bool(row.answer), f"{row.names}: either an answer or where it is"
        used = {name for _, name in members_of(operation, row)}
        assert used == set(row.names), "a name that no member has, or that another row says better"
    repeated = [name for name, times in Counter(name for row in entry.rows for name in row.names).items() if times > 1]
    assert repeated == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_never_filled_exists(operation: str) -> None:
    for name in described()[operation].unfilled:
        assert any(covers(name, leaf) for leaf in response_leaves(operation)), name
