from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tools.demo.job_log import Period, span
from tools.demo.timeline import Bar, Row, job_row, steps_row, timeline

if TYPE_CHECKING:
    from tools.demo.job_log import JobLog

VOID = {"meta", "br", "img", "link"}


class Strict(HTMLParser):
    """Fails on elements that are not closed in order; collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def page(recorded: JobLog) -> str:
    origin = span(recorded.jobs)[0]
    steps = [Period("Split & cut", origin, origin + 1), Period("Embed", origin + 1, origin + 10)]
    rows = [steps_row(steps, origin=origin), *(job_row(job, origin=origin) for job in recorded.jobs)]
    return timeline(rows, title="Jobs <of> a run", subtitle="3 & more")


def drawing(page: str) -> ET.Element:
    return ET.fromstring(re.search(r"<svg viewBox=\"0 0 \d+ \d+\" role.*?</svg>", page, re.DOTALL)[0])  # noqa: S314


def test_the_page_is_well_formed_and_escapes_its_texts(page: str) -> None:
    parser = Strict()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert "Jobs &lt;of&gt; a run" in page
    assert "Split &amp; cut" in page


def test_the_page_needs_nothing_else(page: str) -> None:
    parser = Strict()
    parser.feed(page)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in parser.seen}
    assert not any(name in ("src", "href") for _, attributes in parser.seen for name in attributes)
    assert "url(" not in page
    assert "@import" not in page


def test_one_row_a_job_with_a_bar_a_period(page: str, recorded: JobLog) -> None:
    rows = drawing(page).findall("g[@class='row']")
    assert [row.find("text").text for row in rows] == ["pipeline steps", *(job.title for job in recorded.jobs)]
    assert [len(row.findall("rect")) for row in rows[1:]] == [len(job.periods()) for job in recorded.jobs]


def test_bars_are_as_long_as_their_periods(page: str, recorded: JobLog) -> None:
    root = drawing(page)
    rows = root.findall("g[@class='row']")[1:]
    ticks = [(float(tick.get("x")), float(tick.text.split()[0])) for tick in root.findall("text[@class='tick']")]
    (x0, s0), (x1, s1) = ticks[0], ticks[-1]
    scale = (x1 - x0) / (s1 - s0)
    for row, job in zip(rows, recorded.jobs, strict=True):
        drawn = sum(float(bar.get("width")) for bar in row.findall("rect"))
        assert drawn / scale == pytest.approx(job.changes[-1].at - job.changes[0].at, abs=0.05)


def test_every_bar_has_a_title_and_every_state_a_legend(page: str) -> None:
    root = drawing(page)
    bars = root.findall("g/rect")
    assert all(re.search(r": .+, \d+\.\d\d s \(from", bar.find("title").text) for bar in bars)
    legend = page[page.index('aria-label="Legend"') : page.index("</ul>")]
    for state in ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"):
        assert state in legend


def test_it_can_be_used_without_seeing_it(page: str) -> None:
    root = drawing(page)
    assert root.get("role") == "img"
    assert {root.find("title").get("id"), root.find("desc").get("id")} == set(root.get("aria-labelledby").split())
    assert "prefers-color-scheme: dark" in page
    bars = len(root.findall("g/rect"))
    assert page.count('<th scope="row">') == bars


@pytest.mark.parametrize("end", [0.004, 0.9, 7.3, 61.0, 4000.0])
def test_the_axis_has_a_handful_of_round_ticks(end: float) -> None:
    row = Row(label="job", bars=(Bar(kind="RUNNING", title="RUNNING", start=0.0, end=end),))
    ticks = drawing(timeline([row], title="t", subtitle="s")).findall("text[@class='tick']")
    assert 4 <= len(ticks) <= 11
    assert len({tick.text for tick in ticks}) == len(ticks)


def test_no_rows_make_an_empty_drawing() -> None:
    assert drawing(timeline([], title="t", subtitle="s")).findall("g") == []
