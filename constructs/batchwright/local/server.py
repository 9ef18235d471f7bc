"""The local AWS: one object that starts everything, and stops it."""

from __future__ import annotations

import atexit
import os
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Self

from batchwright.local.deployer.deployer import Deployer
from batchwright.local.deployer.images import DockerImages, ProcessImages, UnusedImages
from batchwright.local.emulator import docker_engine, startup
from batchwright.local.emulator.clients import ROOT_KEY, Clients
from batchwright.local.emulator.context import EmulatorContext
from batchwright.local.emulator.emulator import Emulator
from batchwright.local.emulator.engines import Engines
from batchwright.local.emulator.events.chain import ChainGuard
from batchwright.local.engine import BatchEngine
from batchwright.local.runners.docker import DockerRunner
from batchwright.local.runners.process import ProcessRunner
from batchwright.local.runners.programs import ProgramRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from batchwright.local.deployer.images import ImagePublisher
    from batchwright.local.engine import Runner


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

    Raises:
        LocalAwsError: a value is not allowed, the port is taken, the engine cannot be used, or another LocalAws is open
            in this process.
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
    ) -> None:
        startup.check(port=port, account=account, region=region, runner=runner)
        self.account = account
        self.region = region
        self._label = uuid.uuid4().hex
        self._programs = ProgramRegistry()
        self._runners: list[DockerRunner | ProcessRunner] = []
        self._batch_runner = batch_runner
        self._closed = False
        self._docker, self.runner_reason = (
            startup.engine(runner) if batch_runner is None else (None, "given by the caller")
        )
        self.runner_kind: Literal["docker", "process"] = "docker" if self._docker is not None else "process"
        try:
            self._start(port)
            self.enforce_iam(on=iam)
            atexit.register(self.close)
        except BaseException:
            self.close()
            raise

    def _start(self, port: int) -> None:
        host, addresses = startup.LOOPBACK, [startup.LOOPBACK]
        if self._docker is not None:
            address = docker_engine.container_address(self._docker)
            host = address.host
            if address.listen is not None:
                addresses.append(address.listen)
        gateway = startup.bind(addresses, port, self._docker)
        self.endpoint = f"http://{startup.LOOPBACK}:{gateway.port}"
        self.container_endpoint = f"http://{host}:{gateway.port}"
        self._clients = Clients(endpoint=self.endpoint, region=self.region)
        self._chain = ChainGuard()
        self._engines = Engines(self._make_engine)
        context = EmulatorContext(
            account=self.account,
            region=self.region,
            client=self._clients.client,
            engine=self._engines.of,
            chain=self._chain,
        )
        try:
            self._emulator = Emulator(gateway=gateway, context=context)
        except BaseException:
            gateway.close()
            raise
        self._deployer = Deployer(
            client=self.client,
            account=self.account,
            region=self.region,
            images=self._images(),
        )

    @property
    def batch(self) -> BatchEngine:
        """The Batch engine of the home region."""
        return self._engines.of(self.region)

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
        shim = self._deployer.docker_shim
        engine = {"DOCKER_HOST": docker_engine.name(self._docker)} if self._docker is not None else {}
        return {
            **engine,
            **startup.overrides(os.environ, self.endpoint),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DEFAULT_ACCOUNT": self.account,
            "CDK_DEFAULT_REGION": self.region,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DOCKER": str(shim),
        }

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
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            if self._docker is not None:
                steps.callback(self._docker.close)
            if hasattr(self, "_clients"):
                steps.callback(self._clients.close)
            if emulator is not None:
                steps.callback(emulator.close)
            steps.callback(self._close_runners)
            if emulator is not None:
                # After the engines: executions that wait for jobs end with them.
                steps.callback(emulator.stop_executions)
            if hasattr(self, "_engines"):
                steps.callback(self._engines.close)
            if emulator is not None:
                emulator.abort_executions()

    def _close_runners(self) -> None:
        with ExitStack() as steps:
            for runner in self._runners:
                steps.callback(runner.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _images(self) -> ImagePublisher:
        if self._batch_runner is not None:
            return UnusedImages()
        if self._docker is not None:
            return DockerImages(host=docker_engine.name(self._docker))
        return ProcessImages(self._programs)

    def _make_engine(self, region: str) -> BatchEngine:
        return BatchEngine(
            account=self.account,
            region=region,
            runner=self._batch_runner or self._make_runner(region),
            emit=lambda event: self._emulator.pump.publish(region, event),
        )

    def _make_runner(self, region: str) -> Runner:
        def client(service: str) -> Any:  # noqa: ANN401 - a boto3 client
            return self._clients.client(service, region)

        made: DockerRunner | ProcessRunner
        if self._docker is None:
            made = ProcessRunner(client=client, region=region, endpoint=self.endpoint, programs=self._programs)
        else:
            made = DockerRunner(
                client=client,
                region=region,
                endpoint=self.container_endpoint,
                label=self._label,
                docker_client=self._docker,
            )
        self._runners.append(made)
        return made
