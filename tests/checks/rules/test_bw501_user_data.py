from __future__ import annotations

import base64

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw501_user_data import RULE

SCRIPT = "#!/bin/bash\nyum install -y nfs-utils\n"
MIME = (
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="==B=="\n\n'
    "--==B==\nContent-Type: text/x-shellscript\n\n#!/bin/bash\necho ${Open}\n--==B==--\n"
)
AT = ("Template", "LaunchTemplateData.UserData")


def hosts(user_data: object, resources: Json | None = None, data: Json | None = None, **properties: object) -> Json:
    named = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}}}
    whole = {"LaunchTemplateData": {"UserData": user_data, **(data or {})}}
    return template(
        Environment=environment({**named, **(resources or {})}, **properties),
        Template={"Type": "AWS::EC2::LaunchTemplate", "Properties": whole},
    )


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "user_data",
    [
        encoded(SCRIPT),
        {"Fn::Base64": SCRIPT},
        {"Fn::Base64": {"Fn::Sub": SCRIPT + "${Open}"}},
        {"Fn::Base64": "[settings.ecs]\ncluster = 'mine'\n"},
        {"Fn::Base64": "#cloud-config\npackages: [nfs-utils]\n"},
        {"Fn::Base64": MIME.replace("--==B==", "--other")},
        {"Fn::Base64": MIME.replace('; boundary="==B=="', "")},
        {"Fn::Base64": MIME + "#" * 17_000},
    ],
)
def test_what_batch_cannot_merge_is_found(user_data: object) -> None:
    assert found(RULE, hosts(user_data)) == [AT]
    assert found(RULE, hosts(user_data, {"Type": "SPOT"})) == [AT]


@pytest.mark.parametrize(
    "user_data",
    [
        encoded(MIME),
        {"Fn::Base64": MIME},
        {"Fn::Base64": {"Fn::Sub": MIME}},
        {"Fn::Base64": {"Fn::Join": ["", [{"Ref": "Open"}, SCRIPT]]}},
        {"Fn::Base64": OPEN},
        {"Fn::Base64": ""},
        {"Fn::Base64": "\n\n" + MIME.replace("\n", "\r\n")},
        {"Fn::Base64": "Content-Type: multipart/mixed;\n boundary=B\nMIME-Version: 1.0\n\n--B\n\n--B--"},
        OPEN,
        "not base64!",
        5,
    ],
)
def test_mime_and_open_user_data_are_accepted(user_data: object) -> None:
    assert not violations(RULE, hosts(user_data))


@pytest.mark.parametrize(
    "template",
    [
        hosts({"Fn::Base64": "[settings.ecs]\n"}, {"ImageId": "ami-1"}),
        hosts({"Fn::Base64": "[settings.ecs]\n"}, data={"ImageId": "ami-1"}),
        hosts({"Fn::Base64": SCRIPT}, EksConfiguration={"EksClusterArn": "arn", "KubernetesNamespace": "batch"}),
        hosts({"Fn::Base64": SCRIPT}, {"Type": "FARGATE"}),
    ],
)
def test_images_of_ones_own_and_other_hosts_have_their_own_forms(template: Json) -> None:
    assert not violations(RULE, template)


def test_a_script_is_wrong_under_any_image() -> None:
    assert found(RULE, hosts({"Fn::Base64": SCRIPT}, {"ImageId": "ami-1"})) == [AT]
