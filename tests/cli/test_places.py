from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright.cli.places import line_of

if TYPE_CHECKING:
    from pathlib import Path

JSON = """{
  "Parameters": {
    "Job": {"Type": "String"}
  },
  "Resources": {
    "Machine": {
      "Properties": {
        "DefinitionSubstitutions": {"Job": "x"},
        "Tags": {
          "Job": "y"
        }
      }
    },
    "Job": {
      "Type": "AWS::Batch::JobDefinition"
    }
  }
}
"""
YAML = """\
Parameters:
  Job: {Type: String}
Resources:
  Machine:
    Properties:
      Tags:
        Job: y
  # Job: no
  "Quoted":
    Type: T
  Job:
    Type: AWS::Batch::JobDefinition
Outputs:
  Job: {Value: 1}
"""


@pytest.mark.parametrize(
    ("text", "resource", "line"),
    [
        (JSON, "Job", 14),
        (JSON, "Machine", 6),
        (JSON, "Missing", None),
        (YAML, "Job", 11),
        (YAML, "Quoted", 9),
        ('{"Resources":{"A":{"Type":"T"},"Job":{"Type":"T"}}}', "Job", 1),
        ("", "Job", None),
        ("Resources: {}", "", None),
        ("Resources:\n  A.b(c:\n    Type: T\n", "A.b(c", 2),
    ],
)
def test_the_line_of_a_resource(text: str, resource: str, line: int | None, tmp_path: Path) -> None:
    file = tmp_path / "template"
    file.write_text(text)

    assert line_of(str(file), resource) == line


@pytest.mark.parametrize("template", ["no such file", "standard input", "", "\0", "."])
def test_a_template_that_is_no_file_has_no_lines(template: str) -> None:
    assert line_of(template, "Job") is None
