"""Any configuration is either refused by name or rendered as the API takes it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.parts import HOSTED, KINDS, environment_of, vpc_of
from support.problems import named
from support.synthesis import new_stack, synthesize

from batchwright import Instances

NUMBERS = st.one_of(st.integers(-2, 8), st.integers(1, 2**31 - 1))


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    options: dict[str, Any] = {"max_vcpus": draw(NUMBERS), "enabled": draw(st.booleans())}
    if kind in HOSTED:
        options["min_vcpus"] = draw(NUMBERS)
        options["instances"] = draw(st.sampled_from([None, Instances.graviton(), Instances.of("c7i", "g6.xlarge")]))
    return {"kind": kind, "subnets": draw(st.integers(1, 18)), "options": options}


@given(configurations())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_accepted_or_named(configuration: dict[str, Any]) -> None:
    options, kind, subnets = configuration["options"], configuration["kind"], configuration["subnets"]
    wrong = set()
    if options["max_vcpus"] < 1:
        wrong.add("max_vcpus")
    if not 0 <= options.get("min_vcpus", 0) <= max(options["max_vcpus"], 0):
        wrong.add("min_vcpus")
    if subnets > 16:
        wrong.add("subnets")
    stack = new_stack()
    assert named(lambda: environment_of(stack, kind, vpc=vpc_of(stack, subnets=subnets), **options)) == wrong
    if not wrong:
        properties = synthesize(stack).only("AWS::Batch::ComputeEnvironment")
        assert not api_problems("CreateComputeEnvironment", properties, computeEnvironmentName="name")
