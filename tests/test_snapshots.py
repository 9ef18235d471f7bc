"""What each construct and each stack renders, whole. `make snapshots` writes them again; the diff is to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.samples import SAMPLES, build_sample
from support.snapshots import TemplateSnapshot
from support.synthesis import synthesize
from support.systems import new_app, stacks_of, systems

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def template(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TemplateSnapshot)


@pytest.mark.parametrize("name", SAMPLES)
def test_construct(name: str, template: SnapshotAssertion) -> None:
    assert synthesize(build_sample(new_app(), name)) == template


@pytest.mark.parametrize("name", [name for name in systems() if not name.startswith("sample-")])
def test_system(name: str, template: SnapshotAssertion) -> None:
    app = systems()[name]()
    assert {stack.stack_name: synthesize(stack) for stack in stacks_of(app)} == template
