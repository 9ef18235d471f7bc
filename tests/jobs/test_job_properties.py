"""Any job is either refused by name or rendered as the API takes it."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.parts import HOSTED, KINDS, image_of, job_of, queue_of
from support.problems import named
from support.synthesis import new_stack, synthesize

from batchwright import (
    Architecture,
    ContainerSecurity,
    HostVolume,
    Instances,
    LinuxParameters,
    Mount,
    RetryRule,
    RetryStrategy,
    ScratchVolume,
)
from batchwright.model.fargate import FARGATE_MEMORY_MIB

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
REASONS = st.one_of(st.none(), st.sampled_from(["*", "Host EC2*", "Out: of 3.5", "a-b", ""]))
CODES = st.one_of(st.none(), st.sampled_from(["0", "13*", "*", "1x"]))
RULES = st.lists(
    st.builds(RetryRule, action=st.sampled_from(["RETRY", "EXIT"]), on_exit_code=CODES, on_reason=REASONS), max_size=6
)
LINUX = [
    LinuxParameters(init_process=True),
    LinuxParameters(shared_memory=cdk.Size.mebibytes(4)),
    LinuxParameters(swappiness=60),
]
MOUNTS = [
    Mount(ScratchVolume(), "/scratch"),
    Mount(HostVolume("/fsx"), "/fsx", read_only=True),
    Mount(HostVolume("fsx"), "/relative"),
]
FARGATE_SIZES = [(vcpus, memory) for vcpus, memories in FARGATE_MEMORY_MIB.items() for memory in memories]


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Any]:
    vcpus, memory = draw(
        st.one_of(
            st.sampled_from(FARGATE_SIZES),
            st.tuples(st.sampled_from([0.25, 1, 2, 3.5, 64, 512]), st.integers(1, 2_000_000)),
        )
    )
    return {
        "kind": draw(st.sampled_from(KINDS)),
        "instances": draw(st.sampled_from([None, Instances.graviton(), Instances.of("g6")])),
        "image": image_of(draw(st.sampled_from(Architecture))),
        "vcpus": vcpus,
        "memory": cdk.Size.mebibytes(memory),
        "gpus": draw(st.sampled_from([0, 0, 0, 1, 8])),
        "command": draw(st.lists(st.sampled_from(["run", "--all", "Ref::known", "Ref::other"]), max_size=3)),
        "parameters": {"known": "1"},
        "required_parameters": draw(st.sampled_from([(), ("other",), ("known",)])),
        "linux": draw(st.sampled_from([None, *LINUX])),
        "mounts": draw(st.lists(st.sampled_from(MOUNTS), max_size=2)),
        "security": draw(st.sampled_from([None, ContainerSecurity(user="1000"), ContainerSecurity(privileged=True)])),
        "ephemeral_storage": draw(st.sampled_from([None, None, cdk.Size.gibibytes(20), cdk.Size.gibibytes(50)])),
        "environment": draw(st.dictionaries(NAMES, st.text(max_size=10), max_size=3)),
        "retries": draw(st.builds(RetryStrategy, attempts=st.integers(0, 11), rules=RULES.map(tuple))),
        "timeout": cdk.Duration.seconds(draw(st.sampled_from([1, 60, 3_600, 10_000_000]))),
        "scheduling_priority": draw(st.sampled_from([None, 0, 9_999, 10_000])),
    }


def wrong_sizes(kind: str, vcpus: float, memory: int) -> set[str]:
    wrong = {"vcpus"} if vcpus > 256 else set()
    if kind in HOSTED:
        wrong |= {"vcpus"} if vcpus < 1 or vcpus % 1 else set()
        wrong |= {"memory"} if memory < 4 else set()
    elif vcpus not in FARGATE_MEMORY_MIB:
        wrong.add("vcpus")
    elif memory not in FARGATE_MEMORY_MIB[vcpus]:
        wrong.add("memory")
    return wrong


def certainly_wrong(job: dict[str, Any], memory: int) -> set[str]:
    """Fields that the service would refuse, reckoned apart from the library."""
    wrong = wrong_sizes(job["kind"], job["vcpus"], memory)
    if not 1 <= job["retries"].attempts <= 10:
        wrong.add("retries.attempts")
    if len(job["retries"].rules) > 5:
        wrong.add("retries.rules")
    if job["timeout"].to_seconds() < 60:
        wrong.add("timeout")
    if (job["scheduling_priority"] or 0) > 9_999:
        wrong.add("scheduling_priority")
    return wrong | wrong_parameters(job) | wrong_surroundings(job)


def wrong_parameters(job: dict[str, Any]) -> set[str]:
    required, asked = set(job["required_parameters"]), "Ref::other" in job["command"]
    wrong = {"parameters"} if asked and "other" not in required else set()
    return wrong | ({"required_parameters"} if "known" in required or ("other" in required and not asked) else set())


def wrong_surroundings(job: dict[str, Any]) -> set[str]:
    hosted, linux, size = job["kind"] in HOSTED, job["linux"], job["ephemeral_storage"]
    wrong = set()
    for number, mount in enumerate(job["mounts"]):
        if isinstance(mount.volume, HostVolume) and not (hosted and mount.volume.path.startswith("/")):
            wrong.add(f"mounts[{number}].volume.path")
        if mount.path in {other.path for other in job["mounts"][:number]}:
            wrong.add(f"mounts[{number}].path")
    if linux is not None and linux.swappiness is not None:
        wrong.add("linux.swappiness")
    if linux is not None and linux.shared_memory is not None and not hosted:
        wrong.add("linux.shared_memory")
    if not hosted and job["security"] is not None and job["security"].privileged:
        wrong.add("security.privileged")
    if size is not None and (hosted or size.to_gibibytes() < 21):
        wrong.add("ephemeral_storage")
    return wrong


@given(jobs())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_accepted_or_named(job: dict[str, Any]) -> None:
    options = dict(job)
    kind, instances = options.pop("kind"), options.pop("instances")
    stack = new_stack()
    queue = queue_of(stack, kind, **({"instances": instances} if kind in HOSTED else {}))
    wrong = certainly_wrong(job, int(job["memory"].to_mebibytes()))
    found = named(lambda: job_of(stack, kind, queue=queue, **options))
    assert wrong <= found
    assert {field for field in found - wrong if not field.startswith("retries.rules[")} <= {
        "gpus",
        "image",
        "linux.shared_memory",
    }
    if not found:
        template = synthesize(stack)
        assert not schema_problems(template.body)
        definition = template.only("AWS::Batch::JobDefinition")
        assert not api_problems("RegisterJobDefinition", definition, jobDefinitionName="name")
