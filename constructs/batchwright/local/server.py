"""The local AWS: one object that starts everything, and stops it."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING, Any, Literal, Self

from batchwright.local.control.endpoint import PREFIX, Control
from batchwright.local.emulator import docker_engine, startup
from batchwright.local.emulator.job_brake import DEFAULT_JOBS_A_MINUTE
from batchwright.local.executions.runner import DEFAULT_TIMEOUT, ExecutionRunner
from batchwright.local.machinery import Machinery, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from batchwright.local.engine import BatchEngine, Runner
    from batchwright.local.executions.execution import Execution
    from batchwright.local.runners.process.programs import ProgramRegistry


class LocalAws:
    """An AWS account on this machine, running in this process from construction to `close`.

    CloudFormation, S3, Step Functions, EventBridge, Lambda and the other services that pipelines touch answer on one
    port of 127.0.0.1; AWS Batch runs its jobs in containers, or as processes when there is no Docker engine.

    Args:
        port: Port to listen on; 0 takes a free one.
        account: Account number, 12 digits.
        region: Home region; other regions work too.
        runner: "docker", "process", or "auto": Docker when an engine answers, else processes.
        iam: Whether requests are checked against IAM policies; see `enforce_iam`.
        batch_runner: A runner of your own in place of both, for tests of what surrounds the jobs.
        max_jobs_per_minute: Jobs, each child of an array counted, that may be submitted in a minute; more are refused
            with TooManyRequestsException, so that a loop cannot start a storm (default 60,000: six arrays of the
            largest size).
        max_containers: Containers of jobs that run at once in a region, or programs where there is no Docker; jobs
            beyond that stay STARTING (default 16 containers, or a program for each CPU).
        state_dir: Folder that keeps everything to the next start with it: that account and region then answer as
            before, on the same port if it is free, and jobs go on. When the process is killed no job is lost that was
            submitted, nor any request to Batch; of the other services what was changed in the last five seconds may
            be, unless it was deployed. None keeps nothing.

    Raises:
        LocalAwsError: a value is not allowed, the port is taken, the engine cannot be used, another LocalAws is open
            in this process, or the state cannot be used: it is in use, of another account, region or version, or
            damaged.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        account: str = "123456789012",
        region: str = "us-east-1",
        runner: Literal["auto", "docker", "process"] = "auto",
        iam: bool = False,
        batch_runner: Runner | None = None,
        max_jobs_per_minute: int = DEFAULT_JOBS_A_MINUTE,
        max_containers: int | None = None,
        state_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        startup.check(
            port=port,
            account=account,
            region=region,
            runner=runner,
            max_jobs_per_minute=max_jobs_per_minute,
            max_containers=max_containers,
        )
        self.account = account
        self.region = region
        self._closed = False
        self._docker, self.runner_reason = (
            startup.engine(runner) if batch_runner is None else (None, "given by the caller")
        )
        self.runner_kind: Literal["docker", "process"] = "docker" if self._docker is not None else "process"
        self._machinery = Machinery(
            Settings(
                port=port,
                account=account,
                region=region,
                docker=self._docker,
                batch_runner=batch_runner,
                max_jobs_per_minute=max_jobs_per_minute,
                max_containers=max_containers,
                state_dir=state_dir,
            )
        )
        try:
            self.enforce_iam(on=iam)
            atexit.register(self.close)
        except BaseException:
            self.close()
            raise

    @property
    def endpoint(self) -> str:
        """Where it answers, for programs on this machine."""
        return self._machinery.endpoint

    @property
    def container_endpoint(self) -> str:
        """Where it answers, for containers."""
        return self._machinery.container_endpoint

    @property
    def batch(self) -> BatchEngine:
        """The Batch engine of the home region."""
        return self._machinery.workplace.engine(self.region)

    @property
    def docker_host(self) -> str | None:
        """The engine that jobs run in; None when they are processes."""
        return None if self._docker is None else docker_engine.name(self._docker)

    @property
    def programs(self) -> ProgramRegistry:
        """Which folder stands for which image when jobs run as processes."""
        return self._machinery.programs

    @property
    def refused_deliveries(self) -> list[str]:
        """Deliveries of events that were refused because they were part of a loop."""
        return self._machinery.chain.refused

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a boto3 client that speaks to this server as the account's root."""
        return self._machinery.clients.client(service, region)

    def session(self) -> Any:  # noqa: ANN401 - a boto3.Session
        """Return a boto3 session whose clients all speak to this server as the account's root."""
        return self._machinery.clients.session()

    def environment(self) -> dict[str, str]:
        """Return the variables that point the CDK CLI, the AWS CLI or any SDK at this server.

        CDK_DOCKER names a stand-in for `docker` that builds and tags but does not push: jobs run the tagged image.
        They are meant to be laid over this process's own variables, of which they also replace those that would lead
        elsewhere: a profile, a session token, endpoints of single services, proxies.
        """
        return startup.variables(
            os.environ,
            endpoint=self.endpoint,
            account=self.account,
            region=self.region,
            docker_host=self.docker_host,
        )

    def deploy(
        self, assembly: Path, *, stacks: Iterable[str] | None = None, parameters: Mapping[str, str] | None = None
    ) -> dict[str, dict[str, str]]:
        """Deploy the stacks of a synthesized app (`cdk.out`) and return the outputs of each.

        Args:
            assembly: Folder with manifest.json.
            stacks: Names of the stacks to deploy, with what they depend on; all of them by default.
            parameters: Template parameters: "Name" for every stack that declares it, or "Stack:Name".

        Raises:
            DeploymentError: a stack failed; it was rolled back.
        """
        try:
            return self._machinery.deployer.deploy(assembly, stacks=stacks, parameters=parameters)
        finally:
            self._machinery.save()

    def destroy(self, assembly: Path, *, stacks: Iterable[str] | None = None) -> None:
        """Delete the stacks of a synthesized app, dependents first; those that do not exist are skipped."""
        try:
            self._machinery.deployer.destroy(assembly, stacks=stacks)
        finally:
            self._machinery.save()

    def run(self, state_machine: str | None, state: object = None, *, timeout: float = DEFAULT_TIMEOUT) -> Execution:
        """Start an execution of a state machine and wait for its end; `print(run)` shows its jobs and what failed.

        Args:
            state_machine: Its ARN, its name or a part of it that no other has; None for the only one.
            state: What the execution starts with: anything that JSON can hold, None for an empty object.
            timeout: Seconds to wait.

        Raises:
            LocalAwsError: There is no such state machine, it is EXPRESS, the input is no JSON, or the time is over;
                the execution goes on then.
        """
        return ExecutionRunner(self.client).run(state_machine, state, timeout=timeout)

    def enforce_iam(self, on: bool) -> None:
        """Check every request against IAM policies, or stop doing so.

        Root (`client`, `environment`) stays allowed everything; roles of jobs and functions are allowed what their
        policies say.
        """
        self._machinery.emulator.enforce_iam(on=on)

    def open_control(self) -> str:
        """Let other processes deploy through this one; returns the token that they have to send.

        `batchwright local deploy` does so: images and programs of jobs are known to the process that runs them.
        """
        control = Control(self)
        self._machinery.gateway.mount(PREFIX, control)
        return control.token

    def subscribe(self, callback: Callable[[Mapping[str, Any]], None]) -> Callable[[], None]:
        """Call `callback` with every event of AWS Batch, in order, on one thread; returns what ends it."""
        return self._machinery.emulator.pump.subscribe(callback)

    def close(self) -> None:
        """Stop everything: state machines, jobs, functions, the server. May be called twice."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self._machinery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
