"""What a picture is made of, whatever it is written as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PALETTE: Final = {
    "paper": ("#faf9f6", "#171613"),
    "ink": ("#1d1b18", "#ece8e0"),
    "faint": ("#625d54", "#a59f93"),
    "rule": ("#e3dfd6", "#34312b"),
    "used": ("#1f6fb2", "#3d8fd4"),
    "paid": ("#b9d7ec", "#24435c"),
    "limit": ("#8a6fb3", "#a68bd0"),
    "waiting": ("#e3a72f", "#c98f1d"),
}
"""Colours on light and on dark paper. Blue works, amber waits; they differ in brightness as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled shape; `points` go around it."""

    points: tuple[tuple[float, float], ...]
    colour: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A straight line."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text at its base line."""

    at: tuple[float, float]
    text: str
    colour: str = "ink"
    size: int = 12
    bold: bool = False
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture: what is drawn first lies below."""

    width: int
    height: int
    title: str
    text: str
    shapes: tuple[Area | Stroke | Label, ...]
