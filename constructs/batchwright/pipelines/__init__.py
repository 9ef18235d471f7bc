"""Pipelines: steps that are composed with `>>` and run as one Step Functions execution."""

from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.chain import Chain
from batchwright.pipelines.choice import Choice
from batchwright.pipelines.conditions import Condition, When
from batchwright.pipelines.container_override import ContainerOverride
from batchwright.pipelines.dependency import Dependency
from batchwright.pipelines.fail import Fail
from batchwright.pipelines.lambda_step import LambdaStep
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline
from batchwright.pipelines.raw_state import RawState
from batchwright.pipelines.sharded_array_step import ShardedArrayStep
from batchwright.pipelines.step import Step
from batchwright.pipelines.submit_options import SubmitOptions
from batchwright.pipelines.succeed import Succeed

__all__ = [
    "ArrayStep",
    "BatchStep",
    "Chain",
    "Choice",
    "Condition",
    "ContainerOverride",
    "Dependency",
    "Fail",
    "LambdaStep",
    "Parallel",
    "Pass",
    "Pipeline",
    "RawState",
    "ShardedArrayStep",
    "Step",
    "SubmitOptions",
    "Succeed",
    "When",
]
