from __future__ import annotations

import math
from pathlib import PurePath

import aws_cdk as cdk
import jsii
import pytest
from support.synthesis import new_stack

from batchwright.tokens import as_text, is_token, known, mebibytes, seconds, where, within


@jsii.implements(cdk.IStableStringProducer)
class _Text:
    def produce(self) -> str:
        return "text"


@jsii.implements(cdk.IStableAnyProducer)
class _Any:
    def produce(self) -> object:
        return "text"


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return new_stack()


@pytest.fixture(scope="module")
def parameter(stack: cdk.Stack) -> cdk.CfnParameter:
    return cdk.CfnParameter(stack, "Number", type="Number")


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        1.5,
        True,
        "text",
        "",
        math.nan,
        -math.inf,
        -1e300,
        10**300,
        None,
        PurePath("a"),
        ["a"],
        [],
        ("a",),
        b"a",
        {"a": 1},
        set(),
        object(),
        cdk.Duration,
        cdk.Duration.minutes(1),
        lambda: 1,
        "${Token}",
        "${AWS::Region}",
        ["a", "#{Token[A.1]}"],
    ],
)
def test_plain_values_are_no_tokens(value: object) -> None:
    assert not is_token(value)


def test_tokens_are_known_whatever_they_stand_for(parameter: cdk.CfnParameter) -> None:
    text = cdk.CfnParameter(parameter.stack, "Text")
    many = cdk.CfnParameter(parameter.stack, "Many", type="CommaDelimitedList")
    assert is_token(parameter.value_as_number)
    assert is_token(text.value_as_string)
    assert is_token(f"prefix-{text.value_as_string}")
    assert is_token(many.value_as_list)
    assert is_token(parameter.value)


def test_tokens_are_those_of_the_cdk(parameter: cdk.CfnParameter) -> None:
    many = cdk.CfnParameter(parameter.stack, "Several", type="CommaDelimitedList").value_as_list
    lazy = cdk.Lazy.string(_Text())
    values = [1.5, -1e300, -1.7e289, -1.9e289, parameter.value_as_number, "a", "${Token[]}", lazy, many, [*many, "a"]]
    values += [cdk.Aws.REGION, cdk.Fn.select(0, many), cdk.Lazy.any(_Any()), parameter.value]
    for value in values:
        assert is_token(value) is cdk.Token.is_unresolved(value), value


def test_a_range_judges_numbers_alone(parameter: cdk.CfnParameter) -> None:
    number = parameter.value_as_number
    assert within(number, 1, 2)
    assert within(1, 1, 2)
    assert within(10**12, 1)
    assert not within(0, 1, 2)
    assert not within(3, 1, 2)
    assert not within(math.nan, 1)
    assert not within(math.inf, 1)
    assert known(3) == 3
    assert known(number) is None


@pytest.mark.parametrize(("amount", "text"), [(4, "4"), (4.0, "4"), (0.25, "0.25"), (2_097_152, "2097152")])
def test_amounts_are_written_plainly(amount: float, text: str) -> None:
    assert as_text(amount) == text


def test_an_amount_known_later_stays_what_it_is(stack: cdk.Stack, parameter: cdk.CfnParameter) -> None:
    assert stack.resolve(as_text(parameter.value_as_number)) == {"Ref": "Number"}


def test_sizes_and_durations_are_read_in_one_unit(parameter: cdk.CfnParameter) -> None:
    number = parameter.value_as_number
    assert mebibytes(cdk.Size.gibibytes(2)) == 2048
    assert mebibytes(cdk.Size.kibibytes(8_388_609)) == 8193
    assert mebibytes(cdk.Size.gibibytes(number)) is None
    assert seconds(cdk.Duration.minutes(2)) == 120
    assert seconds(cdk.Duration.millis(1500)) == 1.5
    assert seconds(cdk.Duration.minutes(number)) is None


def test_a_construct_is_named_by_class_and_path(parameter: cdk.CfnParameter) -> None:
    assert str(where(parameter)) == "CfnParameter 'Stack/Number'"
