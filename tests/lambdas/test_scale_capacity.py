from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

ENVIRONMENT = "arn:aws:batch:us-east-1:123456789012:compute-environment/spot"
EVENT: dict[str, Any] = {
    "environment": ENVIRONMENT,
    "budget_usd": 3_000,
    "tag_key": "team",
    "tag_value": "vision",
    "reduced_vcpus": 16,
    "full_vcpus": 256,
}
# A month of 30 days: 100 USD a day.
MIDDLE = date(2026, 6, 16)


class Client:
    """A client of an AWS service whose every request is held against the service's own model."""

    def __init__(self, service: str) -> None:
        session = botocore.session.Session()
        session.set_credentials("none", "none")
        self.client = session.create_client(service, region_name="us-east-1")
        self.stub = Stubber(self.client)
        self.stub.activate()


@pytest.fixture
def costs() -> Iterator[Client]:
    client = Client("ce")
    yield client
    client.stub.assert_no_pending_responses()


@pytest.fixture
def batch() -> Iterator[Client]:
    client = Client("batch")
    yield client
    client.stub.assert_no_pending_responses()


@pytest.fixture
def run(scaler: ModuleType, costs: Client, batch: Client) -> Callable[..., dict[str, Any]]:
    def scale(today: date = MIDDLE, **changed: Any) -> dict[str, Any]:  # noqa: ANN401
        result: dict[str, Any] = scaler.scale_capacity(
            EVENT | changed, costs=costs.client, batch=batch.client, today=today
        )
        return result

    return scale


def answer(amount: str, unit: str = "USD") -> dict[str, Any]:
    total = {"UnblendedCost": {"Amount": amount, "Unit": unit}}
    period = {"Start": "2026-06-01", "End": "2026-06-16"}
    return {"ResultsByTime": [{"TimePeriod": period, "Total": total, "Groups": [], "Estimated": True}]}


def update_to(batch: Client, limit: int) -> None:
    batch.stub.add_response(
        "update_compute_environment",
        {},
        {"computeEnvironment": ENVIRONMENT, "computeResources": {"maxvCpus": limit}},
    )


def test_asks_for_the_month_so_far_without_credits(
    run: Callable[..., dict[str, Any]], costs: Client, batch: Client
) -> None:
    costs.stub.add_response(
        "get_cost_and_usage",
        answer("1500.004"),
        {
            "TimePeriod": {"Start": "2026-06-01", "End": "2026-06-16"},
            "Granularity": "MONTHLY",
            "Metrics": ["UnblendedCost"],
            "Filter": {
                "And": [
                    {"Tags": {"Key": "team", "Values": ["vision"]}},
                    {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}},
                ]
            },
        },
    )
    update_to(batch, 255)
    assert run() == {"max_vcpus": 255, "spent_usd": 1500.0, "budget_usd": 3_000}


@pytest.mark.parametrize(
    ("spent", "limit"),
    [("0.01", 256), ("1500", 256), ("2250", 136), ("2999.99", 16), ("3000", 16), ("9000", 16)],
)
def test_capacity_follows_what_is_left(
    run: Callable[..., dict[str, Any]], costs: Client, batch: Client, spent: str, limit: int
) -> None:
    costs.stub.add_response("get_cost_and_usage", answer(spent))
    update_to(batch, limit)
    assert run()["max_vcpus"] == limit


def test_a_new_month_begins_with_all_of_it_and_asks_nobody(run: Callable[..., dict[str, Any]], batch: Client) -> None:
    update_to(batch, 256)
    assert run(date(2026, 7, 1))["max_vcpus"] == 256


def test_no_cost_at_all_is_doubted(
    run: Callable[..., dict[str, Any]], costs: Client, batch: Client, caplog: pytest.LogCaptureFixture
) -> None:
    costs.stub.add_response("get_cost_and_usage", answer("0"))
    update_to(batch, 256)
    with caplog.at_level(logging.WARNING):
        run()
    assert "active as a cost allocation tag" in caplog.text


@pytest.mark.parametrize(
    "wrong", [answer("100", "CNY"), answer("a lot"), answer("nan"), {"ResultsByTime": []}, {"ResultsByTime": [{}]}]
)
def test_costs_that_say_nothing_leave_the_capacity_alone(
    scaler: ModuleType, costs: Client, batch: Client, wrong: dict[str, Any]
) -> None:
    class Answering:
        def get_cost_and_usage(self, **_request: object) -> dict[str, Any]:
            return wrong

    with pytest.raises(ValueError, match=r"Cost Explorer's answer has no amount|costs are in CNY"):
        scaler.scale_capacity(EVENT, costs=Answering(), batch=batch.client, today=MIDDLE)


def test_a_refusal_of_cost_explorer_leaves_the_capacity_alone(
    run: Callable[..., dict[str, Any]], costs: Client, batch: Client
) -> None:
    costs.stub.add_client_error("get_cost_and_usage", "AccessDeniedException")
    with pytest.raises(costs.client.exceptions.ClientError):
        run()


def test_a_refusal_of_batch_is_an_error(run: Callable[..., dict[str, Any]], costs: Client, batch: Client) -> None:
    costs.stub.add_response("get_cost_and_usage", answer("1500"))
    batch.stub.add_client_error("update_compute_environment", "ClientException")
    with pytest.raises(batch.client.exceptions.ClientError):
        run()


@pytest.mark.parametrize(
    "changed",
    [
        {"budget_usd": 0},
        {"budget_usd": "inf"},
        {"budget_usd": None},
        {"reduced_vcpus": 0},
        {"reduced_vcpus": 257},
        {"full_vcpus": "many"},
    ],
)
def test_a_wrong_event_changes_nothing(run: Callable[..., dict[str, Any]], changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"event|budget_usd|vCPUs"):
        run(**changed)


def test_a_field_is_missing(scaler: ModuleType) -> None:
    event = {key: value for key, value in EVENT.items() if key != "environment"}
    with pytest.raises(ValueError, match="environment"):
        scaler.read_request(event)


@given(
    budget=st.floats(1, 1e6),
    spent=st.floats(-100, 1e6),
    more=st.floats(0, 1e5),
    today=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_spending_more_never_gives_more(
    scaler: ModuleType, budget: float, spent: float, more: float, today: date
) -> None:
    request = scaler.Request(
        environment=ENVIRONMENT,
        budget_usd=budget,
        tag_key="t",
        tag_value="v",
        reduced_vcpus=16,
        full_vcpus=256,
    )
    before = scaler.max_vcpus(request, spent_usd=spent, today=today)
    after = scaler.max_vcpus(request, spent_usd=spent + more, today=today)
    assert 16 <= after <= before <= 256
