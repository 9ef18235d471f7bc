from __future__ import annotations

import io

import pytest
from rich.console import Console

from batchwright.checks import Finding, Severity
from batchwright.cli.text_report import print_findings, print_summary


def finding(**given: str | Severity) -> Finding:
    fields: dict[str, object] = {
        "rule": "BW301",
        "severity": Severity.ERROR,
        "template": "app.json",
        "resource": "Job1234",
        "construct": "App/Job/Resource",
        "path": "ContainerProperties.ResourceRequirements[1].Value",
        "message": "memory = '1000 MiB': allowed is 2048, 3072 MiB with 1 vCPU on Fargate.",
        "fix": "Use memory=Size.mebibytes(2048).",
        "source": "https://docs.aws.amazon.com/batch/",
        **given,
    }
    return Finding(**fields)  # type: ignore[arg-type]


def printed(
    *findings: Finding, width: int = 100, encoding: str = "utf-8", terminal: bool = False, resources: int = 3
) -> str:
    raw = io.BytesIO()
    console = Console(
        file=io.TextIOWrapper(raw, encoding=encoding, write_through=True),
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        highlight=False,
    )
    print_findings(console, findings)
    print_summary(console, findings, resources=resources, rules=57)
    return raw.getvalue().decode(encoding)


def test_a_finding_says_where_what_and_what_instead() -> None:
    assert printed(finding()) == (
        "app.json\n"
        "\n"
        "  App/Job/Resource  Job1234\n"
        "    ✗ BW301 memory = '1000 MiB': allowed is 2048, 3072 MiB with 1 vCPU on Fargate.\n"
        "        fix Use memory=Size.mebibytes(2048).\n"
        "         at ContainerProperties.ResourceRequirements[1].Value\n"
        "\n"
        "1 error in 1 resource; checked 3 AWS Batch resources with 57 rules.\n"
        "Why, and where AWS says so: batchwright explain BW301\n"
    )


def test_findings_are_grouped_by_template_and_resource() -> None:
    text = printed(
        finding(),
        finding(rule="BW317", severity=Severity.WARNING),
        finding(resource="Other", construct=""),
        finding(template="b.json", resource="", construct="", path="", severity=Severity.INFO),
    )

    heads = [line.strip() for line in text.splitlines() if line and line[:3].strip() and "BW" not in line]
    assert heads == ["app.json", "App/Job/Resource  Job1234", "Other", "b.json", "the whole template", heads[-1]]
    assert "2 errors, 1 warning, 1 note in 3 resources" in heads[-1]


def test_nothing_found_is_told() -> None:
    assert printed() == "✓ No problems: 3 AWS Batch resources with 57 rules.\n"


def test_nothing_to_check_is_told_too() -> None:
    assert printed(resources=0) == "There is nothing of AWS Batch in it.\n"


@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_fit_the_width(width: int) -> None:
    text = printed(finding(path="A" * 300, message="word " * 60), finding(construct="Stage/" * 20 + "Job"), width=width)

    assert max(len(line) for line in text.splitlines()) <= width


def test_only_ascii_where_the_terminal_knows_no_more() -> None:
    text = printed(finding(), finding(severity=Severity.WARNING), finding(severity=Severity.INFO), encoding="ascii")

    assert [line.strip()[0] for line in text.splitlines() if "BW301 " in line] == ["x", "!", "i"]
    assert printed(encoding="ascii").startswith("ok No problems")


def test_colours_and_links_only_on_a_terminal() -> None:
    assert "\x1b" not in printed(finding())
    on_a_terminal = printed(finding(), terminal=True)
    assert "\x1b[31m" in on_a_terminal
    assert "\x1b]8;" in on_a_terminal


def test_a_template_cannot_command_the_terminal() -> None:
    text = printed(finding(resource="Job\x1b[2J", construct="a\x07\rb", message="\x1b]0;title\x07 [red]x[/red]"))

    assert not {"\x1b", "\x07", "\r"} & set(text)
    assert "[red]x[/red]" in text
