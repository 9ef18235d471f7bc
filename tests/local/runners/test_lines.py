from __future__ import annotations

import pytest

from batchwright.local.runners.lines import MAX_LINE_BYTES, Lines


def test_lines_of_two_streams_do_not_run_into_each_other() -> None:
    lines = Lines()

    assert lines.take(b"out a ", 1) == []
    assert lines.take(b"error\n", 2) == ["error"]
    assert lines.take(b"out b\nrest", 1) == ["out a out b"]
    assert lines.take(b"last", 2) == []
    assert sorted(lines.finish()) == ["last", "rest"]
    assert lines.finish() == []


def test_a_long_line_is_cut_between_characters() -> None:
    text = "é" * MAX_LINE_BYTES

    found = Lines().take(f"x{text}\n".encode())

    assert len(found) > 2
    assert "".join(found) == f"x{text}"
    assert max(len(part.encode()) for part in found) <= MAX_LINE_BYTES


def test_a_long_line_without_an_end_is_not_kept_back() -> None:
    lines = Lines()
    found = [part for _ in range(30) for part in lines.take(b"x" * 10_000)]

    assert len(found) == 1
    assert "".join([*found, *lines.finish()]) == "x" * 300_000


def test_of_endless_output_the_beginning_and_the_end_are_kept() -> None:
    lines = Lines(most=2 * 1024**2)
    found = [line for number in range(100) for line in lines.take(b"".join(b"%07d\n" % n for n in _thousand(number)))]
    found += lines.take(b"Traceback: ")
    found += lines.take(b"it broke\n")
    found += lines.finish()

    gap = next(index for index, line in enumerate(found) if line.startswith("[batchwright: of this output"))
    assert "the first 2 MiB and the last 64 KiB" in found[gap]
    assert found[:gap] == [f"{number:07}" for number in range(gap)]
    assert found[gap + 1].startswith("[batchwright: ")
    assert found[gap + 1].endswith(" bytes are left out here]")
    assert found[-2:] == ["0099999", "Traceback: it broke"]
    end = found[gap + 2 : -1]
    assert end == [f"{number:07}" for number in range(100_000 - len(end), 100_000)]
    left_out = int(found[gap + 1].split()[1])
    assert left_out == 8 * (100_000 - gap - len(end))


def test_a_little_more_than_is_kept_is_all_there() -> None:
    lines = Lines(most=600)
    found = [*lines.take(b"one\n"), *lines.take(b"two\n"), *lines.take(b"three\n"), *lines.finish()]

    assert [line for line in found if not line.startswith("[")] == ["one", "two", "three"]
    assert len(found) == 4


@pytest.mark.parametrize("chunk", [b"", b"\n\n", b"\r\n"])
def test_empty_lines_are_none(chunk: bytes) -> None:
    lines = Lines()
    assert [*lines.take(chunk), *lines.finish()] == []


def _thousand(number: int) -> range:
    return range(number * 1000, (number + 1) * 1000)
