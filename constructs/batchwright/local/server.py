"""The local AWS: one object that starts everything, and stops it."""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Self

from batchwright.local.control.endpoint import PREFIX, Control
from batchwright.local.deployer.deployer import Deployer
from batchwright.local.emulator import docker_engine, startup
from batchwright.local.emulator.clients import Clients
from batchwright.local.emulator.context import EmulatorContext
from batchwright.local.emulator.emulator import Emulator
from batchwright.local.emulator.events.chain import ChainGuard
from batchwright.local.emulator.job_brake import DEFAULT_JOBS_A_MINUTE, JobBrake
from batchwright.local.runners.programs import ProgramRegistry
from batchwright.local.state import Keeper
from batchwright.local.workplace import Site, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from batchwright.local.emulator.gateway import Gateway
    from batchwright.local.engine import BatchEngine, Runner


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
        state_dir: Folder that keeps everything from `close` to the next start with it: that account and region then
            answer as before, on the same port if it is free. A process that is killed leaves what the last `close`
            saved. None keeps nothing.

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
        state_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        startup.check(port=port, account=account, region=region, runner=runner, max_jobs_per_minute=max_jobs_per_minute)
        self.account = account
        self.region = region
        self._programs = ProgramRegistry()
        self._batch_runner = batch_runner
        self._brake = JobBrake(max_jobs_per_minute)
        self._closed = False
        self._docker, self.runner_reason = (
            startup.engine(runner) if batch_runner is None else (None, "given by the caller")
        )
        self.runner_kind: Literal["docker", "process"] = "docker" if self._docker is not None else "process"
        self._keeper: Keeper | None = None
        try:
            if state_dir is not None:
                self._keeper = Keeper(state_dir, account=account, region=region)
            self._start(port)
            self.enforce_iam(on=iam)
            atexit.register(self.close)
        except BaseException:
            self.close()
            raise

    def _start(self, port: int) -> None:
        before = 0 if self._keeper is None else self._keeper.port
        gateway, host = startup.listen(self._docker, port=port, before=before)
        try:
            self._open(gateway, host)
        except BaseException:
            gateway.close()
            raise

    def _open(self, gateway: Gateway, host: str) -> None:
        self.endpoint = f"http://{startup.LOOPBACK}:{gateway.port}"
        self.container_endpoint = f"http://{host}:{gateway.port}"
        self._clients = Clients(endpoint=self.endpoint, region=self.region)
        self._chain = ChainGuard()
        self._workplace = Workplace(
            site=Site(
                account=self.account,
                client=self._clients.client,
                endpoint=self.endpoint,
                container_endpoint=self.container_endpoint,
                emit=lambda region, event: self._emulator.pump.publish(region, event),
            ),
            docker_client=self._docker,
            runner=self._batch_runner,
            programs=self._programs,
        )
        if self._keeper is not None:
            self._keeper.settle(self._workplace, port=gateway.port, hosts=(startup.LOOPBACK, "localhost", host))
        context = EmulatorContext(
            account=self.account,
            region=self.region,
            client=self._clients.client,
            engine=self._workplace.engine,
            chain=self._chain,
            brake=self._brake,
        )
        self._gateway = gateway
        self._emulator = Emulator(gateway=gateway, context=context, keeper=self._keeper)
        self._deployer = Deployer(
            client=self.client, account=self.account, region=self.region, images=self._workplace.images
        )

    @property
    def batch(self) -> BatchEngine:
        """The Batch engine of the home region."""
        return self._workplace.engine(self.region)

    @property
    def docker_host(self) -> str | None:
        """The engine that jobs run in; None when they are processes."""
        return None if self._docker is None else docker_engine.name(self._docker)

    @property
    def programs(self) -> ProgramRegistry:
        """Which folder stands for which image when jobs run as processes."""
        return self._programs

    @property
    def refused_deliveries(self) -> list[str]:
        """Deliveries of events that were refused because they were part of a loop."""
        return self._chain.refused

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a boto3 client that speaks to this server as the account's root."""
        return self._clients.client(service, region)

    def session(self) -> Any:  # noqa: ANN401 - a boto3.Session
        """Return a boto3 session whose clients all speak to this server as the account's root."""
        return self._clients.session()

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
        return self._deployer.deploy(assembly, stacks=stacks, parameters=parameters)

    def destroy(self, assembly: Path, *, stacks: Iterable[str] | None = None) -> None:
        """Delete the stacks of a synthesized app, dependents first; those that do not exist are skipped."""
        self._deployer.destroy(assembly, stacks=stacks)

    def enforce_iam(self, on: bool) -> None:
        """Check every request against IAM policies, or stop doing so.

        Root (`client`, `environment`) stays allowed everything; roles of jobs and functions are allowed what their
        policies say. Calls between services, such as a rule that starts a state machine, are not checked.
        """
        self._emulator.enforce_iam(on=on)

    def open_control(self) -> str:
        """Let other processes deploy through this one; returns the token that they have to send.

        `batchwright local deploy` does so: images and programs of jobs are known to the process that runs them.
        """
        control = Control(self)
        self._gateway.mount(PREFIX, control)
        return control.token

    def subscribe(self, callback: Callable[[Mapping[str, Any]], None]) -> Callable[[], None]:
        """Call `callback` with every event of AWS Batch, in order, on one thread; returns what ends it."""
        return self._emulator.pump.subscribe(callback)

    def close(self) -> None:
        """Stop everything: state machines, jobs, functions, the server. May be called twice."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        emulator: Emulator | None = getattr(self, "_emulator", None)
        workplace: Workplace | None = getattr(self, "_workplace", None)
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            if self._keeper is not None:
                steps.callback(self._keeper.close)
            if self._docker is not None:
                steps.callback(self._docker.close)
            if hasattr(self, "_clients"):
                steps.callback(self._clients.close)
            if emulator is not None:
                steps.callback(emulator.close)
            if workplace is not None:
                steps.callback(workplace.close_runners)
            if emulator is not None:
                # After the engines: executions that wait for jobs end with them.
                steps.callback(emulator.stop_executions)
            if workplace is not None:
                steps.callback(workplace.close_engines)
            if emulator is not None:
                emulator.abort_executions()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
