"""A step that calls a Lambda function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.model import Problems
from batchwright.model.arguments import like_problems
from batchwright.pipelines.paths import state_path_problems, template, template_problems
from batchwright.pipelines.permissions import Permission, Site
from batchwright.pipelines.retries import lambda_retry
from batchwright.pipelines.step import States, Step, go_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import aws_lambda as lambda_

    from batchwright.model import Problem


class LambdaStep(Step):
    """Calls a Lambda function and waits for what it returns.

    What it returns replaces the state, unless `result_path` gives it a place of its own. An error that the function
    raises fails the step under the error's own name (`ValueError`), for `catch`; only errors of the Lambda service
    are tried again. The function's ARN is the task's resource: the result is the returned value itself, without the
    metadata that the `lambda:invoke` integration wraps around it.
    Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html

    Args:
        function: The function, a version or an alias of it.
        name: The step's name; default: the function's construct id.
        payload: What the function gets, in place of the whole state: text that starts with `$.` or `$$.` is a
            JSONPath, at any depth; a key that ends in `.$` holds an intrinsic function.
        result_path: Where in the state the returned value goes; `$` replaces the state.

    Attributes:
        function: What it calls.
        result_path: Where in the state the returned value is.
    """

    def __init__(
        self,
        function: lambda_.IFunction,
        *,
        name: str | None = None,
        payload: Mapping[str, object] | None = None,
        result_path: str = "$",
    ) -> None:
        problems = Problems("LambdaStep")
        fix = "Use a lambda_.Function, or lambda_.Function.from_function_arn(...)."
        kind = "a Lambda function"
        problems.extend(like_problems("function", function, "function_arn", kind=kind, fix=fix, required=True))
        problems.raise_if_any()
        super().__init__(function.node.id if name is None else name)
        self.function = function
        self.result_path = result_path
        self._payload = payload
        self._arn = function.function_arn

    @property
    def is_task(self) -> bool:
        """It is one task state."""
        return True

    def own_states(self, site: Site, then: str | None) -> States:
        """Render one task."""
        del site
        state: dict[str, Any] = {"Type": "Task", "Resource": self._arn}
        if self._payload is not None:
            state["Parameters"] = template(self._payload)
        return {self.name: state | {"ResultPath": self.result_path, "Retry": lambda_retry()} | go_on(then)}

    def own_problems(self) -> Iterable[Problem]:
        """Find what Step Functions would refuse."""
        yield from template_problems(f"{self.name}.payload", {} if self._payload is None else self._payload)
        yield from state_path_problems(f"{self.name}.result_path", self.result_path)

    def permissions(self, site: Site) -> Iterable[Permission]:
        """Call this function."""
        del site
        yield Permission(("lambda:InvokeFunction",), (self._arn,))
