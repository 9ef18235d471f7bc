from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import pytest

from batchwright.checks import Rule, Severity, all_rules
from batchwright.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Batchwright

KEYS = ["rule", "severity", "resource", "path", "message", "fix", "source"]
YAML = """\
Parameters:
  Memory: {Type: String, Default: "1000"}
Resources:
  Job:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      PlatformCapabilities: [FARGATE]
      ContainerProperties:
        Image: !Sub ${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/job:1
        ExecutionRoleArn: !ImportValue role
        ResourceRequirements:
          - {Type: VCPU, Value: "1"}
          - {Type: MEMORY, Value: !Ref Memory}
"""


def test_a_clean_template_ends_with_0(batchwright: Batchwright, clean: Path) -> None:
    ran = batchwright("check", str(clean))

    assert (ran.code, ran.err) == (0, "")
    assert "No problems: 1 AWS Batch resource with" in ran.out


def test_an_error_ends_with_1_and_says_what_is_wrong(batchwright: Batchwright, wrong: Path) -> None:
    ran = batchwright("check", str(wrong))

    assert (ran.code, ran.err) == (1, "")
    for said in (str(wrong), "Job", "line 3", "BW301", "1000 MiB", "2048", "Use memory=Size.mebibytes(2048)."):
        assert said in " ".join(ran.out.split())


def test_json_is_a_list_and_nothing_else(batchwright: Batchwright, wrong: Path, clean: Path) -> None:
    (entry,) = json.loads(batchwright("check", str(wrong), "--format", "json").out)

    assert list(entry) == KEYS
    assert (entry["rule"], entry["severity"], entry["resource"]) == ("BW301", "error", "Job")
    assert all(isinstance(value, str) for value in entry.values())
    ran = batchwright("check", str(clean), "--format=json")
    assert (ran.code, json.loads(ran.out)) == (0, [])


def test_yaml_with_the_tags_of_cloudformation(batchwright: Batchwright, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(YAML)

    ran = batchwright("check", str(file))

    assert ran.code == 1
    assert "BW301" in ran.out
    assert "line 4" in ran.out


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_template_on_standard_input(form: str, batchwright: Batchwright, wrong: Path) -> None:
    text = wrong.read_text() if form == "json" else YAML

    ran = batchwright("check", "-", "--format", "json", stdin=text)

    assert ran.code == 1
    assert [entry["rule"] for entry in json.loads(ran.out)] == ["BW301"]


def test_several_paths_are_one_application(batchwright: Batchwright, wrong: Path, clean: Path) -> None:
    ran = batchwright("check", str(clean), str(wrong), str(wrong), "--format", "json")

    assert [entry["rule"] for entry in json.loads(ran.out)] == ["BW301"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--select", "BW301"], 1),
        (["--select", "bw3,BW1"], 1),
        (["--select", "BW1", "--select", "BW301"], 1),
        (["--select", "BW1"], 0),
        (["--ignore", "BW301"], 0),
        (["--ignore", "BW1,BW3"], 0),
        (["--select", "BW3", "--ignore", "BW301"], 0),
        (["--select", ""], 1),
    ],
)
def test_rules_are_chosen(options: list[str], code: int, batchwright: Batchwright, wrong: Path) -> None:
    assert batchwright("check", str(wrong), *options).code == code


def one_rule(monkeypatch: pytest.MonkeyPatch, rule: Rule) -> None:
    monkeypatch.setattr("batchwright.checks.runner.all_rules", lambda: (rule,))
    monkeypatch.setattr("batchwright.cli.check.all_rules", lambda: (rule,))


def like_bw301(**changes: Any) -> Rule:  # noqa: ANN401
    (known,) = [rule for rule in all_rules() if rule.id == "BW301"]
    fields = {name: getattr(known, name) for name in ("id", "title", "what", "why", "source", "check", "severity")}
    return Rule(**{**fields, **changes})


@pytest.mark.parametrize(
    ("severity", "options", "code"),
    [
        (Severity.ERROR, [], 1),
        (Severity.WARNING, [], 0),
        (Severity.WARNING, ["--strict"], 1),
        (Severity.INFO, ["--strict"], 0),
    ],
)
def test_a_warning_fails_only_when_asked_to(
    severity: Severity,
    options: list[str],
    code: int,
    batchwright: Batchwright,
    wrong: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_rule(monkeypatch, like_bw301(severity=severity))

    assert batchwright("check", str(wrong), *options).code == code


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"Resources": {"Job": {"Type"', "wrong.json:1"),
        ("[]", "not"),
        ('{"Outputs": {}}', "Resources"),
        ('{"Resources": {"Job": 1}}', "Job"),
        ("", "wrong.json"),
        ("[" * 100_000, "wrong.json"),
    ],
)
def test_unusable_input_ends_with_2_and_one_line(
    content: str, said: str, batchwright: Batchwright, wrong: Path
) -> None:
    wrong.write_text(content)

    ran = batchwright("check", str(wrong), "--format", "json")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("batchwright: ")
    assert ran.err.count("\n") == 1
    assert said in ran.err


@pytest.mark.parametrize("stdin", ["", "  \n", "[1]", "{", b"\xff\xfe{}", "a: [", "just text"])
def test_unusable_standard_input_likewise(stdin: str | bytes, batchwright: Batchwright) -> None:
    ran = batchwright("check", "-", stdin=stdin)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("batchwright: standard input")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "see `batchwright --help`"),
        (["check"], "PATH"),
        (["check", "nowhere.json"], "nowhere.json"),
        (["check", "FILE", "--select", "BW999"], "--select: no rule BW999"),
        (["check", "FILE", "--ignore", "XY"], "--ignore: no rule XY"),
        (["check", "FILE", "--format", "xml"], "xml"),
        (["check", "FILE", "--nothing"], "--nothing"),
        (["check", "FILE", "--select"], "--select"),
        (["nothing"], "nothing"),
        (["explain", "BW999"], "no rule BW999"),
        (["explain"], "RULE"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_line(
    arguments: list[str], said: str, batchwright: Batchwright, clean: Path
) -> None:
    ran = batchwright(*[str(clean) if argument == "FILE" else argument for argument in arguments])

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("batchwright: ")
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_a_mistake_of_ours_names_the_rule_and_is_no_traceback(
    batchwright: Batchwright, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise KeyError("Value")

    monkeypatch.setattr("batchwright.checks.rules.bw301_fargate_size.fargate_size_problems", broken)

    ran = batchwright("check", str(wrong), "--format", "json")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "rule BW301 broke" in ran.err
    assert "KeyError" in ran.err
    assert "--ignore BW301" in ran.err


def test_sarif_names_rule_file_line_and_resource(
    batchwright: Batchwright, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(wrong.parent)

    ran = batchwright("check", "wrong.json", "--format", "sarif", "--select", "BW3")

    log = json.loads(ran.out)
    assert ran.code == 1
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "batchwright"
    assert [rule["id"] for rule in driver["rules"]] == [r.id for r in all_rules() if r.id.startswith("BW3")]
    (result,) = run["results"]
    assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "BW301"
    assert result["level"] == "error"
    assert "1000 MiB" in result["message"]["text"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "wrong.json"}, "region": {"startLine": 3}}
    assert location["logicalLocations"][0]["name"] == "Job"


def test_every_rule_is_described_in_sarif(batchwright: Batchwright, clean: Path) -> None:
    (run,) = json.loads(batchwright("check", str(clean), "--format", "sarif").out)["runs"]

    assert run["results"] == []
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert urlparse(rule["helpUri"]).scheme == "https"
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}


def test_a_file_elsewhere_has_a_whole_address_in_sarif(
    batchwright: Batchwright, wrong: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = wrong.rename(wrong.with_name("a b#1.json"))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    (run,) = json.loads(batchwright("check", str(odd), "--format", "sarif").out)["runs"]

    address = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert urlparse(address).scheme == "file"
    assert unquote(urlparse(address).path) == str(odd)


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
@pytest.mark.parametrize("name", ["Jöb", "\ud800", "a\nb", "\x1b[2J", "[red]", "", "x" * 3000])
def test_a_name_is_written_or_refused_in_one_line(form: str, name: str, batchwright: Batchwright, wrong: Path) -> None:
    body = json.loads(wrong.read_text())
    body["Resources"]["Job"]["Metadata"] = {"aws:cdk:path": f"App/{name}"}
    wrong.write_text(json.dumps({"Resources": {name: body["Resources"]["Job"]}}))

    ran = batchwright("check", str(wrong), "--format", form)

    assert (ran.code, ran.err.count("\n")) in {(1, 0), (2, 1)}
    assert "broke" not in ran.err
    assert "\x1b" not in ran.out + ran.err


def test_a_file_name_that_is_no_text_can_be_written(batchwright: Batchwright, wrong: Path) -> None:
    odd = wrong.rename(wrong.parent / os.fsdecode(b"odd\xff.json"))
    for form in ("text", "json", "sarif"):
        assert batchwright("check", str(odd), "--format", form).code == 1


def test_a_cloud_assembly_shows_construct_paths(batchwright: Batchwright, wrong: Path, tmp_path: Path) -> None:
    body = json.loads(wrong.read_text())
    body["Resources"]["Job"]["Metadata"] = {"aws:cdk:path": "App/Embed/Resource"}
    (tmp_path / "App.template.json").write_text(json.dumps(body))
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "App.template.json"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": {"App": artifact}}))

    ran = batchwright("check", str(tmp_path))

    assert ran.code == 1
    assert "App/Embed/Resource" in ran.out
    assert "App.template.json" in ran.out


def test_help_and_version_end_with_0(batchwright: Batchwright) -> None:
    assert batchwright("--version").out.startswith("batchwright 0.")
    for arguments in (["--help"], ["check", "--help"], ["rules", "-h"]):
        ran = batchwright(*arguments)
        assert (ran.code, ran.err) == (0, "")
        assert "Usage" in ran.out


def test_it_runs_as_a_program_and_never_starts_the_cdk(wrong: Path) -> None:
    script = (
        "import sys; from batchwright.cli import main; code = main(sys.argv[1:]);"
        "print(sorted({'jsii', 'aws_cdk', 'boto3', 'yaml'} & sys.modules.keys()), file=sys.stderr); sys.exit(code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "check", str(wrong)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert done.stderr == "[]\n"
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_line_says_how_to_get_it(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [
        each for each in sys.modules if each.partition(".")[0] == missing or each.startswith("batchwright.cli.")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)

    assert main(["check", "x"]) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install 'batchwright[cli]'" in error


def test_a_reader_that_stops_is_no_error(wrong: Path) -> None:
    command = f"{sys.executable} -m batchwright.cli check {wrong} | true"

    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)

    assert done.stderr == ""
