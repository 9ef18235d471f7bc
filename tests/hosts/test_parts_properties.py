"""Any values of a part are either refused by name or rendered as cloud-init and EC2 take them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.host_programs import programs_of, resolved
from support.synthesis import new_stack, synthesize

from batchwright import ConfigurationError, EbsScratch, GrowingScratch, HostLaunchTemplate, HostScript, NvmeScratch
from batchwright.model.user_data import mime_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aws_cdk as cdk

    from batchwright import HostPart
    from batchwright.model import Problem

PATHS = st.one_of(st.sampled_from(["/scratch", "/mnt/a-b", "/data.1"]), st.text(max_size=8))
NUMBERS = st.one_of(st.integers(-1, 100_000), st.floats(), st.just(3_000), st.just(125))
PARTS = st.one_of(
    st.builds(NvmeScratch, path=PATHS, docker_root=st.booleans(), required=st.booleans()),
    st.builds(EbsScratch, gibibytes=NUMBERS, path=PATHS, iops=NUMBERS, throughput_mibps=NUMBERS),
    st.builds(GrowingScratch, max_gibibytes=NUMBERS, initial_gibibytes=NUMBERS, grow_at_percent=st.integers(0, 100)),
    st.builds(
        HostScript,
        script=st.just("true"),
        variables=st.dictionaries(st.sampled_from(["A", "B_1", "x", "PART"]), st.text(max_size=20), max_size=2),
    ),
)


def problems_of(stack: cdk.Stack, part: HostPart) -> Sequence[Problem]:
    """What is refused of a part; nothing when it is taken."""
    try:
        HostLaunchTemplate(stack, "Template", parts=[part])
    except ConfigurationError as error:
        return error.problems
    return []


@settings(max_examples=40, deadline=None)
@given(PARTS)
def test_a_part_is_refused_by_name_or_rendered(part: Any) -> None:  # noqa: ANN401
    stack = new_stack()
    problems = problems_of(stack, part)
    assert all(problem.field.startswith(("parts[0].", type(part).__name__)) for problem in problems)
    assert all(problem.fix for problem in problems)
    if problems:
        return
    data = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    text = resolved(data["UserData"])
    assert not mime_problems(text)
    for volume in data["BlockDeviceMappings"]:
        assert 1 <= volume["Ebs"]["VolumeSize"] <= 65_536
    for program in programs_of(text):
        subprocess.run(["bash", "-n"], input=program.text, text=True, check=True, timeout=30)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60).filter(lambda text: "\0" not in text and text.isprintable()))
def test_a_script_sees_any_text_as_it_is(value: str) -> None:
    stack = new_stack()
    HostLaunchTemplate(stack, "Template", parts=[HostScript(script="true", variables={"VALUE": value})])
    data = synthesize(stack).only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    (program,) = [each for each in programs_of(resolved(data["UserData"])) if each.name == "HostScript"]
    line = program.text.partition("VALUE=")[2].partition("\n. /run")[0]
    result = subprocess.run(
        ["bash", "-c", f'VALUE={line}\nprintf %s "$VALUE"'], capture_output=True, check=True, timeout=30
    )
    assert result.stdout.decode() == value
