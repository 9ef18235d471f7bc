from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, container, definition, paths

from batchwright.checks.rules.bw324_consumable_resources import RULE

C = "ContainerProperties"
LIST = "ConsumableResourceProperties.ConsumableResourceList"


def needing(quantity: object, resource: object = "licenses", total: object = 10) -> Template:
    """A job that needs licenses, and the resource that has them."""
    needs = {"ConsumableResourceList": [{"ConsumableResource": resource, "Quantity": quantity}]}
    have = {"ConsumableResourceName": "licenses", "TotalQuantity": total, "ResourceType": "REPLENISHABLE"}
    return definition(
        {C: container(), "ConsumableResourceProperties": needs},
        Licenses={"Type": "AWS::Batch::ConsumableResource", "Properties": have},
    )


FITS = {
    "all there are": needing(10),
    "by reference": needing(1, {"Ref": "Licenses"}),
    "one of another application": needing(11, "others"),
    "something else": needing(11, {"Ref": "Job"}),
    "a resource that is opened later": needing(1, total=0),
    "open": needing(OPEN),
    "an open total": needing(11, total=OPEN),
    "the wrong types": needing([], {}, "x"),
}

BREAKS = {
    "too many, by name": (needing(11), f"{LIST}[0].Quantity"),
    "too many, by reference": (needing(11, {"Ref": "Licenses"}), f"{LIST}[0].Quantity"),
    "too many, by ARN": (
        needing("20", {"Fn::GetAtt": ["Licenses", "ConsumableResourceArn"]}),
        f"{LIST}[0].Quantity",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
