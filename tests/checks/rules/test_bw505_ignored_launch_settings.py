from __future__ import annotations

from support.checks import violations
from support.small_templates import environment, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw505_ignored_launch_settings import RULE


def launched(data: Json, **named: object) -> Json:
    launch = named or {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}}}
    whole = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}
    return template(Environment=environment(launch), Template=whole)


def test_what_batch_takes_from_the_environment_is_told() -> None:
    data = {"InstanceType": "m5.large", "IamInstanceProfile": {"Arn": "arn"}, "NetworkInterfaces": [{"SubnetId": "s"}]}
    paths = ["InstanceType", "IamInstanceProfile", "NetworkInterfaces[0].SubnetId"]
    assert found(RULE, launched(data)) == [("Template", f"LaunchTemplateData.{path}") for path in paths]


def test_other_settings_and_other_templates_are_accepted() -> None:
    assert not violations(RULE, launched({"MetadataOptions": {"HttpTokens": "required"}, "ImageId": "ami-1"}))
    assert not violations(RULE, launched({"InstanceType": "m5.large"}, LaunchTemplate={"LaunchTemplateId": "lt-1"}))
