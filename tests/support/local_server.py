"""A local AWS whose jobs are decided by the test: no container, no process."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from batchwright.local.engine import Exit, Started
from batchwright.local.server import LocalAws

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine import Attempt

T = TypeVar("T")


class ScriptedRunner:
    """Ends each attempt with the exit code in its variable CODE; waits for a stop when WAIT is set."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.stops: list[str] = []

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> ScriptedHandle:
        self.attempts.append(attempt)
        handle = ScriptedHandle(self)
        environment = attempt.environment(attempt.container)

        def run() -> None:
            on_started(Started(log_stream_name=attempt.log_stream_name(attempt.container)))
            if environment.get("WAIT"):
                handle.stopped.wait(30)
                on_exit(Exit(exit_code=137))
            else:
                on_exit(Exit(exit_code=int(environment.get("CODE", "0"))))

        threading.Thread(target=run, daemon=True).start()
        return handle

    def release(self, network: str) -> None:
        """Nothing to remove: no network is made."""


class ScriptedHandle:
    def __init__(self, runner: ScriptedRunner) -> None:
        self._runner = runner
        self.stopped = threading.Event()

    def stop(self, reason: str, grace: float) -> None:  # noqa: ARG002
        if not self.stopped.is_set():
            self._runner.stops.append(reason)
        self.stopped.set()


class LocalServer:
    """The server and the runner below it, with short-cuts for tests."""

    def __init__(self, *, iam: bool = False) -> None:
        self.runner = ScriptedRunner()
        self.aws = LocalAws(runner="process", batch_runner=self.runner, iam=iam)

    def close(self) -> None:
        self.aws.close()

    def client(self, service: str) -> Any:  # noqa: ANN401
        return self.aws.client(service)

    def batch_queue(self, name: str) -> tuple[str, str]:
        """Make an environment, a queue and a definition; returns the ARNs of queue and definition."""
        batch = self.client("batch")
        environment = batch.create_compute_environment(
            computeEnvironmentName=f"{name}-environment",
            type="MANAGED",
            state="ENABLED",
            computeResources={
                "type": "FARGATE",
                "maxvCpus": 16,
                "subnets": ["subnet-1"],
                "securityGroupIds": ["sg-1"],
            },
        )["computeEnvironmentArn"]
        queue = batch.create_job_queue(
            jobQueueName=f"{name}-queue",
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
        )["jobQueueArn"]
        definition = batch.register_job_definition(
            jobDefinitionName=f"{name}-definition",
            type="container",
            platformCapabilities=["FARGATE"],
            containerProperties={
                "image": "busybox",
                "command": ["true"],
                "executionRoleArn": f"arn:aws:iam::{self.aws.account}:role/execution",
                "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
            },
        )["jobDefinitionArn"]
        return queue, definition

    def stack(self, name: str, template: dict[str, Any], **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """Create the stack, or update it when it exists, and return its description once it has settled."""
        import json

        formation = self.client("cloudformation")
        existing = [stack["StackName"] for stack in formation.describe_stacks()["Stacks"]]
        operation = formation.update_stack if name in existing else formation.create_stack
        operation(StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"], **options)
        return self.settled(name)

    def settled(self, name: str) -> dict[str, Any]:
        formation = self.client("cloudformation")

        def done() -> dict[str, Any] | None:
            stack = formation.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else dict(stack)

        return eventually(done)

    def outputs(self, stack: dict[str, Any]) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def role(self, name: str, *, service: str, statements: list[dict[str, Any]] | None = None) -> str:
        """Make a role for a service and return its ARN."""
        import json

        iam = self.client("iam")
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
        }
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        if statements:
            policy = {"Version": "2012-10-17", "Statement": statements}
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(policy))
        return str(arn)

    def run_machine(self, definition: dict[str, Any], data: Any = None, *, wait: bool = True) -> dict[str, Any]:  # noqa: ANN401
        """Create a state machine, run it, and return the execution's description."""
        import json
        import uuid

        states = self.client("stepfunctions")
        machine = states.create_state_machine(
            name=f"m-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(definition),
            roleArn=f"arn:aws:iam::{self.aws.account}:role/machine",
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))["executionArn"]
        if not wait:
            return {"executionArn": execution, "stateMachineArn": machine}
        return self.ended(execution)

    def ended(self, execution: str) -> dict[str, Any]:
        states = self.client("stepfunctions")

        def done() -> dict[str, Any] | None:
            found = states.describe_execution(executionArn=execution)
            return None if found["status"] == "RUNNING" else dict(found)

        return eventually(done)

    def queue_for_rule(self, name: str, pattern: dict[str, Any]) -> str:
        """Make a rule of the default bus that delivers to a new SQS queue; returns the queue's URL."""
        import json

        url = str(self.client("sqs").create_queue(QueueName=name)["QueueUrl"])
        arn = f"arn:aws:sqs:{self.aws.region}:{self.aws.account}:{name}"
        events = self.client("events")
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def messages(self, url: str, *, until: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Receive until the messages so far satisfy `until`."""
        import json

        sqs = self.client("sqs")
        found: list[dict[str, Any]] = []

        def enough() -> list[dict[str, Any]] | None:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return found if until(found) else None

        return eventually(enough)


def eventually(check: Callable[[], T | None], *, seconds: float = 30.0) -> T:
    """Return the first result of `check` that is not None; fail when none came in time."""
    deadline = time.monotonic() + seconds
    while True:
        result = check()
        if result is not None:
            return result
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.02)
