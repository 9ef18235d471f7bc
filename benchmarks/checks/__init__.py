"""The rules over large templates: how long, and how it grows."""
