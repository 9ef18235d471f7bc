from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN
from support.submitted_jobs import Json, found, job, on, submitted

from batchwright.checks.rules.bw503_efa_device import RULE

DEVICE = "/dev/infiniband/uverbs0"
AT = "ContainerProperties.LinuxParameters.Devices[0]"
EFA: Json = {"NetworkInterfaces": [{"DeviceIndex": 0, "InterfaceType": "efa"}]}


def with_device(host_path: object = DEVICE, **device: object) -> Json:
    definition = job()
    parameters = {"Devices": [{"HostPath": host_path, **device}]}
    definition["Properties"]["ContainerProperties"]["LinuxParameters"] = parameters
    return definition


def launched(data: Json) -> Json:
    return {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}


def launching(definition: Json, data: Json | None, template_id: object = None) -> Json:
    launch = {"LaunchTemplate": {"LaunchTemplateId": template_id or {"Ref": "Template"}}}
    case = submitted(definition, on("c6in.32xlarge", **launch))
    if data is not None:
        case["Resources"]["Template"] = launched(data)
    return case


@pytest.mark.parametrize(
    "case",
    [
        submitted(with_device(), on("c6in.32xlarge")),
        launching(with_device(), {}),
        launching(with_device(), {"NetworkInterfaces": [{"DeviceIndex": 0}]}),
    ],
)
def test_a_device_that_no_host_has_is_found(case: Json) -> None:
    assert found(RULE, case) == [("Job", AT)]


def test_another_path_in_the_container_is_found() -> None:
    case = launching(with_device(ContainerPath="/dev/efa"), EFA)
    assert found(RULE, case) == [("Job", f"{AT}.ContainerPath")]


@pytest.mark.parametrize(
    "case",
    [
        launching(with_device(), EFA),
        launching(with_device(ContainerPath=DEVICE), EFA),
        launching(with_device(), {"NetworkInterfaces": OPEN}),
        launching(with_device(), {"NetworkInterfaces": [{"InterfaceType": OPEN}]}),
        launching(with_device(), None, "lt-1"),
        submitted(with_device(), on("c6in.32xlarge"), on("c6in.32xlarge", LaunchTemplate=OPEN)),
        submitted(with_device("/dev/neuron0"), on("trn1.32xlarge")),
        submitted(with_device(OPEN), on("c6in.32xlarge")),
        submitted(job(), on("c6in.32xlarge")),
    ],
)
def test_devices_that_are_there_or_open_are_accepted(case: Json) -> None:
    assert not violations(RULE, case)
