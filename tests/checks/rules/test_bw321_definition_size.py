from __future__ import annotations

import pytest
from support.definitions import OPEN, ec2, paths

from batchwright.checks.rules.bw321_definition_size import RULE

FITS = {
    "small": ec2(),
    "just under": ec2({"Command": ["a" * 24_000]}),
    "tags are not counted": ec2(Tags={"a": "x" * 25_000}),
    "what is open is not counted": ec2({"Command": [{"Fn::Join": ["", ["a" * 24_000, OPEN]]}]}),
    "half a character": ec2({"Command": ["\ud800"]}),
}

BREAKS = {
    "a long command": (ec2({"Command": ["a" * 24_600]}), ""),
    "many variables": (ec2({"Environment": [{"Name": f"V{n}", "Value": "x" * 100} for n in range(250)]}), ""),
    "around what is open": (ec2({"Command": [{"Fn::Join": ["", ["a" * 12_500, OPEN, "b" * 12_500]]}]}), ""),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
