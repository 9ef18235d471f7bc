from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from local.simulation.parts import environment, queue
from PIL import Image

from batchwright.local.simulation.figure_words import assumed, environment_words, headline, queue_words, short_names
from batchwright.local.simulation.picture import nice
from batchwright.local.simulation.picture_formats import html_page, png_image, svg_image

if TYPE_CHECKING:
    from local.simulation.parts import Run

    from batchwright.local.simulation import Report

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def report(run: Run) -> Report:
    return run(
        {"name": "a", "array": 40, "duration_seconds": {"uniform": [20, 200]}},
        {"name": "b", "count": 30, "arrival": {"per_hour": 300}, "duration_seconds": 90},
        resources={"More": environment(4), "Queue": queue("Environment", "More")},
        cloud={"boot_seconds": 60, "host_vcpus": 4},
    )


def test_the_picture_says_what_the_report_says(report: Report) -> None:
    root = ET.fromstring(svg_image(report, title="a < b"))  # noqa: S314 - our own
    words = [element.text for element in root.iter(f"{SVG}text")]

    assert "a < b" in words
    for each in report.environments:
        assert environment_words(each) in words
        assert each.name in words
        assert f"{each.peak_vcpus:,.4g}" in environment_words(each)
        assert f"{each.used_vcpu_hours:,.2f} vCPU-hours used" in environment_words(each)
    assert queue_words(report.queues[0]) in words
    assert f"most {report.queues[0].peak_waiting}" in queue_words(report.queues[0])


def test_the_areas_are_the_figures(report: Report) -> None:
    """What is blue is as much as the vCPU-hours used, and what is light blue as those that were paid for."""
    for line, each in zip(report.timeline.environments, report.environments, strict=True):
        for points, hours in ((line.points, each.used_vcpu_hours), (line.paid, each.paid_vcpu_hours)):
            starts = [0.0, *(at for at, _ in points)]
            seconds = sum(mean * (end - start) for start, (end, mean) in zip(starts, points, strict=False))
            assert seconds / 3600 == pytest.approx(hours)
        assert line.peak == each.peak_vcpus


def test_what_is_drawn_lies_inside(report: Report) -> None:
    text = svg_image(report, title="x")
    root = ET.fromstring(text)  # noqa: S314 - our own
    width, height = (float(value) for value in root.attrib["viewBox"].split()[2:])
    polygons = [element.attrib["points"] for element in root.iter(f"{SVG}polygon")]
    points = [tuple(map(float, pair.split(","))) for each in polygons for pair in each.split()]

    assert len(polygons) >= 3
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    assert not re.search("nan|inf", re.sub("<[^>]*>", "", text.lower()).replace("info", ""))


def test_a_page_has_the_picture_and_the_figures(report: Report) -> None:
    page = html_page(report, title="<w>")

    assert "<title>&lt;w&gt;</title>" in page
    assert "<svg" in page
    assert all(note in page for note in report.notes)
    assert environment_words(report.environments[0]) in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_an_image_has_the_colours_of_the_picture(report: Report) -> None:
    with Image.open(io.BytesIO(png_image(report, title="x"))) as image:
        pixels = image.convert("RGB").tobytes()
        assert image.width == 2200

    colours = {pixels[place : place + 3].hex() for place in range(0, len(pixels), 3)}
    assert {"1f6fb2", "b9d7ec", "e3a72f", "faf9f6"} <= colours


def test_nothing_that_happened_can_be_drawn_too(run: Run) -> None:
    report = run({"name": "a", "duration_seconds": 1, "vcpus": 8})

    assert headline(report) in svg_image(report, title="x")
    assert headline(report) == "Stuck: nothing more can happen after 0 s, with 1 of 1 job left."


@pytest.mark.parametrize(("step", "rounded"), [(0.011, 0.02), (1, 1), (2.2, 5), (30, 50), (51, 100)])
def test_steps_of_the_axes_are_round(step: float, rounded: float) -> None:
    assert nice(step) == pytest.approx(rounded)


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["Stack/Capacity/Spot", "Stack/Capacity/Queue/FairShare"], ["Spot", "Queue/FairShare"]),
        (["Stack/Spot", "Other/Queue"], ["Stack/Spot", "Other/Queue"]),
        (["Stack/Queue", "Stack/Queue/Environment"], ["Queue", "Queue/Environment"]),
        (["Stack/Queue"], ["Queue"]),
        (["Queue", "Queue"], ["Queue", "Queue"]),
        ([], []),
    ],
)
def test_names_leave_out_what_all_have(names: list[str], short: list[str]) -> None:
    assert short_names(names) == short


def test_what_is_taken_as_given_stands_below(report: Report) -> None:
    root = ET.fromstring(svg_image(report, title="x"))  # noqa: S314 - our own
    words = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))

    assert assumed(report) in words
    assert "hosts boot in 1 min 00 s" in words
    assert "Spot is never taken back" in words
