from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.checks import InputError, load
from batchwright.checks.templates import Reference, Text

if TYPE_CHECKING:
    from pathlib import Path

    from batchwright.checks.system import System

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}


def loaded(folder: Path, text: str | bytes, name: str = "template.json") -> System:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load([path])


def test_json(tmp_path: Path) -> None:
    system = loaded(tmp_path, json.dumps(TEMPLATE))
    assert system.of_type("AWS::SNS::Topic")[0].template == str(tmp_path / "template.json")


def test_json_under_any_name_and_with_a_mark(tmp_path: Path) -> None:
    assert loaded(tmp_path, json.dumps(TEMPLATE), "template").resources
    assert loaded(tmp_path, b"\xef\xbb\xbf" + json.dumps(TEMPLATE).encode()).resources


YAML = """\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  Dev: !Equals [!Ref Stage, dev]
  Same: !Condition Dev
Mappings:
  Accounts:
    111122223333: {Size: 4}
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Topic:
    Type: AWS::SNS::Topic
    Condition: Same
    Properties:
      Arn: !GetAtt Queue.Arn
      Nested: !GetAtt [Queue, Arn]
      Sub: !Sub "${AWS::Region}-x"
      Map: !FindInMap [Accounts, "111122223333", Size]
      If: !If [Dev, 1, 2]
      Date: 2012-10-17
      Octal: 0123
      Time: 12:30
      On: on
      Number: 0.25
      Text: |
        two
        lines
      Join: !Join ["", [a, !Select [1, !Split [",", "b,c"]]]]
"""


def test_yaml_with_cloudformation_tags(tmp_path: Path) -> None:
    (topic,) = loaded(tmp_path, YAML, "template.yaml").of_type("AWS::SNS::Topic")
    for name in ("Arn", "Nested"):
        found = topic.properties[name]
        assert isinstance(found, Reference)
        assert found.attribute == "Arn"
    assert isinstance(topic.get("Sub"), Text)
    assert topic.get("Map") == 4
    assert topic.get("If") == 1
    assert topic.get("Date") == "2012-10-17"
    assert topic.get("Octal") == "0123"
    assert topic.get("Time") == "12:30"
    assert topic.get("On") is True
    assert topic.get("Number") == 0.25
    assert topic.get("Text") == "two\nlines\n"
    assert topic.get("Join") == "ac"


def test_yaml_anchors_and_merges(tmp_path: Path) -> None:
    text = """\
x: &shared {A: 1, B: 2}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {<<: *shared, B: 3}
"""
    (topic,) = loaded(tmp_path, text, "template.yml").of_type("AWS::SNS::Topic")
    assert topic.properties == {"A": 1, "B": 3}


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ('{"Resources": {', "t.json", "t.json:1:16: not JSON"),
        ("", "t.json", "not JSON"),
        ("[]", "t.json", "not an object"),
        ("{}", "t.json", "no object `Resources`"),
        ('{"Resources": []}', "t.json", "no object `Resources`"),
        ('{"Resources": {"A": 1}}', "t.json", "resource A is not an object with a `Type`"),
        ('{"Resources": {"A": {"Type": 1}}}', "t.json", "resource A is not an object with a `Type`"),
        ('{"Resources": {"\\u00e4": {"Type": "x"}}}', "t.json", "no logical id"),
        ('{"Resources": {"A": {"Type": "\\ud800"}}}', "t.json", "half of a character"),
        ("[" * 100_000, "t.json", "nests too deeply"),
        ('{"a": ' + "1" * 5_000 + "}", "t.json", "not JSON"),
        ("a: [1", "t.yaml", "not YAML"),
        ("a: b: c", "t.yaml", "t.yaml:1:5: not YAML"),
        ("", "t.yaml", "not an object"),
        ("\t- x", "t.yaml", "not YAML"),
        ("just text", "t.txt", "not an object"),
        (b"\xff\xfe", "t.json", "not UTF-8"),
        ("[" * 100_000 + "]" * 100_000, "t.yaml", "nests deeper"),
        ("a: *nothing", "t.yaml", "t.yaml:1: no anchor &nothing"),
        ("a: &a [*a, *a]", "t.yaml", "t.yaml:1: no anchor &a before"),
    ],
)
def test_unusable_input_is_one_clear_line(tmp_path: Path, text: str | bytes, name: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        loaded(tmp_path, text, name)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load([tmp_path / "missing.json"])
    with pytest.raises(InputError, match=r"cannot be read|no such file"):
        load([tmp_path / "a\0b"])


def test_a_device_is_not_read() -> None:
    from pathlib import Path

    with pytest.raises(InputError, match="not a file"):
        load([Path("/dev/zero")])


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(InputError, match="more than 1,000,000 values"):
        loaded(tmp_path, "\n".join([*lines, "Resources: {A: {Type: T, Properties: {P: *a11}}}"]), "t.yaml")


def test_values_nested_too_deeply_in_memory() -> None:
    value: object = "x"
    for _ in range(500):
        value = [value]
    template = {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"P": value}}}}
    with pytest.raises(InputError, match="deeper than"):
        load([("memory", template)])


def test_json_needs_no_yaml_reader(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(TEMPLATE))
    code = f"import sys; from pathlib import Path; from batchwright.checks import load; load([Path({str(path)!r})]); "
    code += "print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_yaml_without_its_reader_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "batchwright.checks.templates.yaml_documents", raising=False)
    with pytest.raises(InputError, match=r"needs PyYAML. Install batchwright\[cli\]"):
        loaded(tmp_path, YAML, "template.yaml")
