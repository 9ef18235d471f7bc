from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from support.linked_parts import linked, resource

if TYPE_CHECKING:
    from batchwright.checks.system import LaunchTemplate


def launch_template(user_data: object) -> LaunchTemplate:
    data = {"UserData": user_data}
    (found,) = linked(L=resource("AWS::EC2::LaunchTemplate", LaunchTemplateData=data)).launch_templates.values()
    return found


def test_user_data_is_decoded() -> None:
    encoded = base64.b64encode(b"MIME-Version: 1.0\n").decode()
    for written in (encoded, {"Fn::Base64": "MIME-Version: 1.0\n"}, {"Fn::Base64": {"Fn::Join": ["", [encoded]]}}):
        found = launch_template(written)
        assert found.user_data == found.user_data_start
        assert found.user_data in {"MIME-Version: 1.0\n", encoded}


def test_user_data_that_is_open_is_known_up_to_there() -> None:
    found = launch_template({"Fn::Base64": {"Fn::Sub": "MIME-Version: 1.0\n${AWS::Region}"}})
    assert (found.user_data, found.user_data_start) == (None, "MIME-Version: 1.0\n")
    found = launch_template({"Fn::Base64": {"Fn::Sub": "${AWS::Region} x"}})
    assert (found.user_data, found.user_data_start) == (None, None)


@pytest.mark.parametrize("written", [{"Ref": "X"}, None, 7, "not base64!", base64.b64encode(b"\x1f\x8b\xff").decode()])
def test_user_data_that_is_no_text_is_none(written: object) -> None:
    found = launch_template(written)
    assert (found.user_data, found.user_data_start) == (None, None)
