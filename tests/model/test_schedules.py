from __future__ import annotations

import pytest

from batchwright.model.schedules import schedule_problems


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 8 ? * MON-FRI *)",
        "cron(*/15 0-6,22 * JAN,MAR ? 2030)",
        "cron(0 8 L * ? *)",
        "cron(0 8 L-3 * ? *)",
        "cron(0 8 15W * ? *)",
        "cron(0 8 ? * 6L *)",
        "cron(0 8 ? 1-6 TUE#2 2026-2030)",
        "rate(1 minute)",
        "rate(12 hours)",
        "at(2030-01-31T08:00:00)",
    ],
)
def test_what_the_scheduler_takes(expression: str) -> None:
    assert not schedule_problems(expression, field="at")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0 8 * * *", "none of cron"),
        ("cron(0 8 * * *)", "six fields"),
        ("cron(0 8 * * * *)", "exactly one"),
        ("cron(0 8 ? * ? *)", "exactly one"),
        ("cron(60 8 ? * MON *)", "'60' is no minutes"),
        ("cron(0 24 ? * MON *)", "'24' is no hours"),
        ("cron(0 8 ? * MONDAY *)", "no day of week"),
        ("cron(0 8 32 * ? *)", "no day of month"),
        ("cron(0 8 ? 13 1 *)", "no month"),
        ("cron(0 8 ? * MON 1969)", "no year"),
        ("cron(0/0 8 ? * MON *)", "no minutes"),
        ("cron(0, 8 ? * MON *)", "no minutes"),
        ("cron(? 8 ? * MON *)", "no minutes"),
        ("rate(0 hours)", "whole number"),
        ("rate(1.5 hours)", "whole number"),
        ("rate(2 weeks)", "whole number"),
        ("at(2030-02-31T08:00:00)", "yyyy-mm-dd"),
        ("at(2030-01-31T08:00:00Z)", "yyyy-mm-dd"),
        ("", "none of cron"),
    ],
)
def test_what_it_refuses_is_named(expression: str, said: str) -> None:
    (problem,) = schedule_problems(expression, field="at")
    assert problem.field == "at"
    assert problem.value == expression
    assert said in problem.fix
