"""Reads one stream of jobs of a workload file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.simulation.arrivals import Arrival, AtOnce, Every, Hourly, Listed, Poisson
from batchwright.local.simulation.durations import Constant, Duration, Empirical, Exponential, LogNormal, Uniform
from batchwright.local.simulation.fields import MOST_SECONDS
from batchwright.local.simulation.workload import After, Stream
from batchwright.model.names import job_name_problems, share_identifier_problems

if TYPE_CHECKING:
    from batchwright.local.simulation.fields import Fields

_ARRIVALS: Final = ("every_seconds", "per_hour", "at_seconds")
_DURATIONS: Final = ("constant", "uniform", "exponential", "lognormal", "empirical")
_MOST_COUNT: Final = 100_000_000
_MOST_ARRAY: Final = 10_000
_LEAST_RATE: Final = 1e-6
_MOST_RATE: Final = 1e9
# More than any instance type has.
_MOST_VCPUS: Final = 10_000
_MOST_MEMORY: Final = 100_000_000
_MOST_ATTEMPTS: Final = 10
_LEAST_TIMEOUT: Final = 60
_MOST_PRIORITY: Final = 9_999
_HIGHEST_EXIT_CODE: Final = 255


def read_stream(fields: Fields, number: int) -> Stream:
    """Read a stream; what is wrong is noted, and the stream that comes back is then not used."""
    after = tuple(_after(each) for each in fields.objects("after", ("stream", "each", "ended")))
    chained = any(each.each for each in after)
    arrival = _arrival(fields)
    timeout = fields.whole("timeout_seconds", least=_LEAST_TIMEOUT, most=MOST_SECONDS)
    return Stream(
        name=_name(fields, number),
        definition=fields.text("definition"),
        queue=fields.text("queue"),
        count=_count(fields, arrival, chained=chained),
        array=fields.whole("array", least=2, most=_MOST_ARRAY),
        arrival=arrival,
        start=fields.seconds("start_seconds", default=0.0),
        duration=_duration(fields),
        exit_codes=_exit_codes(fields),
        vcpus=fields.optional("vcpus", most=_MOST_VCPUS),
        memory_mib=fields.whole("memory_mib", least=4, most=_MOST_MEMORY),
        timeout=timeout,
        attempts=fields.whole("attempts", most=_MOST_ATTEMPTS),
        priority=fields.whole("priority", least=0, most=_MOST_PRIORITY),
        shares=_shares(fields),
        after=after,
    )


def _name(fields: Fields, number: int) -> str:
    name = fields.text("name") or f"stream{number + 1}"
    for problem in job_name_problems(name, field=fields.path("name")):
        fields.problem("name", name, problem.allowed, problem.fix)
    return name


def _count(fields: Fields, arrival: Arrival, *, chained: bool) -> int | None:
    if chained:
        for name in ("count", "arrival", "start_seconds"):
            if fields.has(name):
                fields.problem(
                    name, fields.raw(name), 'nothing with "each": true', "Take it out: submissions follow the other's."
                )
        return None
    if isinstance(arrival, Listed):
        most = len(arrival.seconds)
        return fields.whole("count", default=most, most=max(1, most))
    return fields.whole("count", default=1, most=_MOST_COUNT) or 1


def _arrival(fields: Fields) -> Arrival:
    if not fields.has("arrival"):
        return AtOnce()
    plan = fields.member("arrival", _ARRIVALS)
    given = [name for name in _ARRIVALS if plan.has(name)]
    if not isinstance(fields.raw("arrival"), Mapping):
        return AtOnce()
    if len(given) != 1:
        fields.problem("arrival", fields.raw("arrival"), f"one of {', '.join(_ARRIVALS)}", "Leave it out for at once.")
        return AtOnce()
    if given[0] == "at_seconds":
        return Listed(tuple(sorted(plan.numbers("at_seconds", what="seconds"))))
    if given[0] == "every_seconds":
        return Every(plan.seconds("every_seconds", above=True) or 1.0)
    return _by_hour(plan)


def _by_hour(plan: Fields) -> Arrival:
    if not isinstance(plan.raw("per_hour"), list):
        unit = "or a list with one for each hour"
        return Poisson(plan.number("per_hour", least=_LEAST_RATE, most=_MOST_RATE, unit=unit) or 1.0)
    rates = plan.numbers("per_hour", what="numbers, one for each hour", most=_MOST_RATE)
    if not rates or max(rates) < _LEAST_RATE:
        if rates:
            plan.problem("per_hour", rates, f"{_LEAST_RATE:g} or more in one of the hours", 'Use "per_hour": [5, 20].')
        return AtOnce()
    # An hour with less than that has none.
    return Hourly(tuple(rate if rate >= _LEAST_RATE else 0.0 for rate in rates))


def _duration(fields: Fields) -> Duration:
    value = fields.raw("duration_seconds")
    if not isinstance(value, Mapping):
        return Constant(fields.seconds("duration_seconds", unit="seconds, or a distribution"))
    kinds = fields.member("duration_seconds", _DURATIONS)
    given = [name for name in _DURATIONS if kinds.has(name)]
    if len(given) != 1:
        fields.problem("duration_seconds", value, f"one of {', '.join(_DURATIONS)}", 'Use {"constant": 60}.')
        return Constant(0.0)
    return _distribution(kinds, given[0])


def _distribution(kinds: Fields, kind: str) -> Duration:
    if kind == "constant":
        return Constant(kinds.seconds(kind))
    if kind == "empirical":
        return Empirical(tuple(sorted(kinds.numbers(kind, what="seconds"))) or (0.0,))
    if kind == "uniform":
        bounds = sorted(kinds.numbers(kind, what="two bounds in seconds"))
        if len(bounds) not in (0, 2):
            kinds.problem(kind, kinds.raw(kind), "two bounds in seconds", 'Use "uniform": [30, 90].')
        return Uniform(bounds[0], bounds[-1]) if bounds else Constant(0.0)
    if kind == "exponential":
        return Exponential(kinds.member(kind, ("mean",)).seconds("mean", above=True) or 1.0)
    shape = kinds.member(kind, ("median", "sigma"))
    median = shape.seconds("median", above=True) or 1.0
    # With a sigma of 5 one job of a thousand takes five million times the median.
    return LogNormal(median, shape.number("sigma", most=5.0) or 0.0)


def _exit_codes(fields: Fields) -> Mapping[int, float]:
    codes = fields.mapping("exit_codes")
    entries = fields.member("exit_codes", codes) if codes else fields
    found: dict[int, float] = {}
    for code in codes:
        if not code.isdecimal() or not 1 <= int(code) <= _HIGHEST_EXIT_CODE:
            entries.problem(code, codes[code], f"an exit code, 1 to {_HIGHEST_EXIT_CODE}, as the name", 'Use "1".')
            continue
        found[int(code)] = entries.number(code, most=1.0, unit="(the probability)") or 0.0
    if sum(found.values()) > 1:
        fields.problem("exit_codes", codes, "probabilities with a sum of up to 1", "Make them smaller.")
    return found


def _shares(fields: Fields) -> Mapping[str, float]:
    value: Any = fields.raw("shares")
    if isinstance(value, str):
        value = {value: 1}
        found: dict[str, float] = {next(iter(value)): 1.0}
    else:
        weights = fields.mapping("shares")
        entries = fields.member("shares", weights) if weights else fields
        found = {name: entries.number(name, above=True, unit="(the weight)") or 1.0 for name in weights}
    for name in found:
        for problem in share_identifier_problems(name):
            fields.problem("shares", name, problem.allowed, problem.fix)
    return found


def _after(fields: Fields) -> After:
    stream = fields.text("stream")
    if stream is None and fields.raw("stream") is None:
        fields.problem("stream", None, "the name of another stream", 'Add "stream".')
    flags = {name: fields.raw(name) for name in ("each", "ended")}
    for name, value in flags.items():
        if value not in (None, True, False):
            fields.problem(name, value, "true or false", "Use true.")
    if flags["each"] and flags["ended"]:
        fields.problem("ended", True, 'false with "each": true', "A job whose dependency failed fails, as on AWS.")
    return After(stream=stream or "", each=bool(flags["each"]), ended=bool(flags["ended"]))
