"""Input that cannot be judged."""

from __future__ import annotations


class InputError(ValueError):
    """What was given is no template, or cannot be read; its text is one line for the user.

    Attributes:
        where: The file (with line and column where known), the folder or the option.
        problem: What is wrong with it.
        fix: What to do.
    """

    def __init__(self, where: object, problem: str, fix: str) -> None:
        self.where = " ".join(str(where).split())
        self.problem = " ".join(problem.split())
        self.fix = fix
        super().__init__(f"{self.where}: {self.problem}. {self.fix}")
