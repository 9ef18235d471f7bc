from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.batch_templates import rich_template

from batchwright.checks import Finding, InputError, Severity, all_rules, load, run

if TYPE_CHECKING:
    from collections.abc import Sequence


def broken() -> dict[str, Any]:
    """Fargate sizes that do not exist, in two jobs."""
    template = rich_template()
    serverless = template["Resources"]["Serverless"]
    serverless["Properties"]["ContainerProperties"]["ResourceRequirements"][0]["Value"] = "3"
    template["Resources"]["Another"] = {key: serverless[key] for key in ("Type", "Properties")}
    return template


def found(*, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Finding]:
    return run(load([("template", broken())]), select=select, ignore=ignore)


def test_a_finding_tells_all() -> None:
    first = next(each for each in found() if each.rule == "BW301")
    assert (first.severity, first.template, first.resource) == (Severity.ERROR, "template", "Another")
    assert first.path == "ContainerProperties.ResourceRequirements[0].Value"
    assert first.message.startswith("vcpus = 3: allowed is 0.25, 0.5, 1")
    assert first.fix
    assert first.source.startswith("https://")


def test_findings_are_sorted_and_come_once() -> None:
    findings = run(load([("b", broken()), ("a", broken()), ("a", broken())]))
    places = [(each.template, each.resource, each.rule) for each in findings]
    assert places == sorted(places)
    assert len(findings) == len(set(findings))


def test_the_construct_path_is_told_where_known() -> None:
    template = broken()
    template["Resources"]["Another"]["Metadata"] = {"aws:cdk:path": "App/Another"}
    constructs = {each.resource: each.construct for each in run(load([("template", template)]), select=["BW301"])}
    assert constructs == {"Another": "App/Another", "Serverless": ""}


@pytest.mark.parametrize("select", [["BW301"], ["bw301"], ["BW3"], ["BW1", "BW301"], []])
def test_rules_are_selected_by_id_or_how_they_begin(select: list[str]) -> None:
    assert "BW301" in {each.rule for each in found(select=select)}


def test_rules_are_left_out() -> None:
    assert "BW301" not in {each.rule for each in found(ignore=["BW301"])}
    assert found(select=["BW301"], ignore=["BW3"]) == []
    assert found(select=["BW2"]) == []


@pytest.mark.parametrize("rule", ["BW999", "XY", ""])
def test_a_rule_that_is_not_there_is_refused(rule: str) -> None:
    with pytest.raises(InputError, match="there is no such rule"):
        found(select=[rule])
    with pytest.raises(InputError, match="there is no such rule"):
        found(ignore=[rule])


def test_no_templates_have_no_findings() -> None:
    assert run(load([])) == []


def test_rules_need_neither_the_cdk_nor_aws() -> None:
    code = "import sys; from batchwright.checks import all_rules; all_rules(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {"jsii", "aws_cdk", "constructs", "boto3", "botocore", "yaml", "rich", "typer"} & set(
        done.stdout.split()
    )


def test_rules_are_sorted_by_id() -> None:
    ids = [rule.id for rule in all_rules()]
    assert ids == sorted(set(ids))
