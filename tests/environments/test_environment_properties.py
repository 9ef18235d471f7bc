"""Any configuration is either refused by name or rendered as CloudFormation and the API take it."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.parts import HOSTED, KINDS, environment_of, vpc_of
from support.problems import named
from support.synthesis import new_stack, synthesize

from batchwright import (
    AllocationStrategy,
    ContainerInsights,
    HostImage,
    HostOptions,
    Instances,
    Updates,
)

NUMBERS = st.one_of(st.integers(-2, 8), st.integers(1, 2**31 - 1))
MINUTES = st.one_of(st.none(), st.integers(0, 30), st.integers(7_000, 11_000))
SPOT_ONLY = {strategy for strategy in AllocationStrategy if strategy.startswith("SPOT")}
ORDERED = AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED
IMAGES = [[], [HostImage.ami("ami-00000001", image_type="ECS_AL2023")], [HostImage.ami("al2023")]]


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    options: dict[str, Any] = {
        "max_vcpus": draw(NUMBERS),
        "enabled": draw(st.booleans()),
        "container_insights": draw(st.sampled_from([None, *ContainerInsights])),
        "tags": draw(st.sampled_from([None, {"team": "imaging"}, {"aws:team": "imaging"}])),
    }
    if kind in HOSTED:
        options["min_vcpus"] = draw(NUMBERS)
        options["instances"] = draw(st.sampled_from([None, Instances.graviton(), Instances.of("c7i", "m7i.xlarge")]))
        options["strategy"] = draw(st.sampled_from(AllocationStrategy))
        options["delay"] = draw(MINUTES)
        options["timeout"] = draw(MINUTES)
        options["replace"] = draw(st.booleans())
        options["images"] = draw(st.sampled_from(IMAGES))
    if kind == "SPOT":
        options["bid_percentage"] = draw(st.one_of(st.none(), st.integers(-5, 105)))
    return {"kind": kind, "subnets": draw(st.integers(1, 18)), "options": options}


def _wrong(kind: str, subnets: int, options: dict[str, Any]) -> set[str]:
    """What must be refused, said in another way than the constructs say it."""
    found = {
        "max_vcpus": options["max_vcpus"] < 1,
        "min_vcpus": not 0 <= options.get("min_vcpus", 0) <= max(options["max_vcpus"], 0),
        "subnets": subnets > 16,
        "tags['aws:team']": "aws:team" in (options["tags"] or ()),
        "bid_percentage": not 0 <= (options.get("bid_percentage") or 0) <= 100,
    }
    if kind in HOSTED:
        delay, timeout, strategy = options["delay"], options["timeout"], options["strategy"]
        found |= {
            "scale_down_delay": delay is not None and delay != 0 and not 20 <= delay <= 10_080,
            "updates.timeout": timeout is not None and (options["replace"] or not 1 <= timeout <= 7_200),
            "strategy": strategy in (SPOT_ONLY if kind == "EC2" else {ORDERED})
            or (strategy is AllocationStrategy.BEST_FIT and not options["replace"]),
            "hosts.images[0].image": options["images"] == IMAGES[2],
        }
    return {name for name, wrong in found.items() if wrong}


def _arguments(options: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in options.items() if name not in {"delay", "timeout", "replace", "images"}}
    if "delay" not in options:
        return plain
    delay, timeout = options["delay"], options["timeout"]
    return {
        **plain,
        "scale_down_delay": None if delay is None else Duration.minutes(delay),
        "updates": Updates(timeout=None if timeout is None else Duration.minutes(timeout), replace=options["replace"]),
        "hosts": HostOptions(images=options["images"]),
    }


@given(configurations())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_accepted_or_named(configuration: dict[str, Any]) -> None:
    options, kind, subnets = configuration["options"], configuration["kind"], configuration["subnets"]
    wrong = _wrong(kind, subnets, options)
    stack = new_stack()
    arguments = _arguments(options)
    assert named(lambda: environment_of(stack, kind, vpc=vpc_of(stack, subnets=subnets), **arguments)) == wrong
    if not wrong:
        template = synthesize(stack)
        properties = template.only("AWS::Batch::ComputeEnvironment")
        assert not schema_problems(template.body)
        assert not api_problems("CreateComputeEnvironment", properties, computeEnvironmentName="name")
