"""The WSGI application: moto's dispatcher, with failures that clients understand and counts of calls."""

import json
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from botocore.model import OperationNotFoundError
from flask import Flask
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.test import run_wsgi_app

from operations.local.emulator import failures, faults, inventory
from operations.local.emulator.operation import Operation, identify
from operations.local.emulator.recording import Recording
from operations.local.moto_extension import ecs_faults, ecs_simulation
from operations.local.moto_extension.ecs_clock import CLOCK

log = logging.getLogger("embedded_aws")

CONTROL = "/_hybrid/"
"""Our own endpoints live here. No bucket can have this name, so they hide no path of S3."""

ARRIVED = "HTTP_X_HYBRID_ARRIVED"
"""The header that keeps the time of a request, in seconds of the Unix epoch, in a recording."""

REMEMBERED_CALLS = 500
"""An SDK repeats a call within seconds."""

UNLOCKED = {"sqs:ReceiveMessage"}
UNLOCKED_SERVICES = {"apigateway", "cloudformation", "execute-api", "lambda", "states"}
"""What may wait for a long time, or call the emulator again from inside, and so must not hold the lock."""


Served = tuple[str, list[tuple[str, str]], Iterable[bytes]]
"""Status line, headers and body, on their way to the client."""


class EmbeddedAws:
    """Serves every AWS API on one port.

    Requests run one at a time. Moto's stores are plain dictionaries that break when two requests change and
    walk them at once, and Python would not run its handlers in parallel anyway.
    """

    def __init__(self, identity: str, recording: Recording) -> None:
        self._identity = identity
        self._recording = recording
        self._moto = DomainDispatcherApplication(_create_backend_app)
        self._calls: Counter[Operation] = Counter()
        self._answers: dict[tuple[Operation, str], Served] = {}
        self._recent: dict[tuple[Operation, str], Served] = {}
        self._faults = faults.Faults()
        self._lock = threading.RLock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(CONTROL):
            self._recording.ready.wait()
        environ.pop(ARRIVED, None)
        return self._dispatch(environ, start_response)

    def prepare(self) -> None:
        """Replay the recording, if there is one, and let requests in. A replayed request is no call."""
        self._recording.replay(self._dispatch, log.error)
        self._calls.clear()
        self._recording.begin()

    def _dispatch(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL):
            status, headers, body = self._control(environ)
            start_response(status, list(headers.items()))
            return [body]
        return self.handle(environ, start_response)

    def handle(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one AWS request."""
        began = time.monotonic()
        operation = identify(environ)
        with self._exclusive(operation):
            self._advance(environ)
            self._calls[operation] += 1
            fault = self._faults.meet(operation)
            status, headers, body = self._faulty(environ, operation, fault) or self._answer_once(
                environ, operation
            )
        faults.withhold(fault)
        took = (time.monotonic() - began) * 1000
        log.info("%s %s %s %.0f ms", operation.region, operation, status.split(" ")[0], took)
        start_response(status, headers)
        return body

    def _advance(self, environ: WSGIEnvironment) -> None:
        """Let happen in the account what was due before this request. A recorded one says when it arrived."""
        with self._lock:
            ecs_simulation.advance(float(environ.setdefault(ARRIVED, f"{time.time():.3f}")))

    def _faulty(
        self, environ: WSGIEnvironment, operation: Operation, fault: faults.Fault | None
    ) -> Served | None:
        answer = faults.answer(environ, operation, fault)
        return (answer[0], list(answer[1].items()), [answer[2]]) if answer else None

    def _answer_once(self, environ: WSGIEnvironment, operation: Operation) -> Served:
        """Moto ignores client tokens, so a request that an SDK repeats would create a second resource.

        An SDK also repeats a call whose connection broke, which a loaded machine does more often than AWS:
        the attempts of one call are answered alike, so that no deployment fails on "already exists".
        """
        known, id_ = (
            (self._answers, operation.token) if operation.token else (self._recent, operation.invocation)
        )
        if not id_ or not operation.writes:
            return self._answer(environ, operation)
        key = (operation, id_)
        if key not in known:
            status, headers, body = self._answer(environ, operation)
            served = status, headers, list(body)
            if not status.startswith("2"):
                return served
            known[key] = served
            while len(self._recent) > REMEMBERED_CALLS:
                self._recent.pop(next(iter(self._recent)))
        return known[key]

    def _answer(self, environ: WSGIEnvironment, operation: Operation) -> Served:
        try:
            body, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
        except (NotImplementedError, OperationNotFoundError) as error:
            answer = failures.unsupported(environ, operation, str(error))
            log.warning("not implemented: %s (%s)", operation, error)
        except Exception as error:
            log.exception("failed: %s", operation)
            answer = failures.failed(environ, operation, error)
        else:
            return status, list(headers), body
        return answer[0], list(answer[1].items()), [answer[2]]

    def _exclusive(self, operation: Operation) -> AbstractContextManager[Any]:
        # A recording must list the requests in the order in which they ran, so there nothing is exempt.
        waits = operation.service in UNLOCKED_SERVICES or str(operation) in UNLOCKED
        return nullcontext() if waits and self._recording.file is None else self._lock

    def _control(self, environ: WSGIEnvironment) -> failures.Answer:
        name, status = environ["PATH_INFO"].removeprefix(CONTROL), "200 OK"
        value: Any
        match environ["REQUEST_METHOD"], name:
            case "GET", "health":
                value = self._health()
            case "GET", "calls":
                value = self._call_counts()
            case "GET", "resources":
                with self._lock:
                    value = inventory.take()
            case "POST", "reset":
                value = self._reset()
            case "POST", "forget-calls":
                self._calls.clear()
                value = {}
            case "POST", "fault":
                try:
                    value = self._faults.add(dict(parse_qsl(environ.get("QUERY_STRING", ""))))
                except (KeyError, ValueError) as error:
                    value, status = {"error": f"{name}: {error!r}"}, "400 Bad Request"
            case "POST", "end-faults":
                self._faults.rules.clear()
                value = {}
            case "POST", "fail-tasks" | "heal-tasks" | "speed" | "pass":
                try:
                    value = self._influence(environ, name)
                except (KeyError, ValueError) as error:
                    value, status = {"error": f"{name}: {error!r}"}, "400 Bad Request"
            case _:
                value, status = {"error": f"no such endpoint: {name}"}, "404 Not Found"
        return status, {"Content-Type": "application/json"}, json.dumps(value).encode()

    def _health(self) -> dict[str, Any]:
        return {
            "identity": self._identity,
            "pid": os.getpid(),
            "ready": self._recording.ready.is_set(),
            "replayed": self._recording.replayed,
            "to_replay": self._recording.to_replay,
        }

    def _call_counts(self) -> list[dict[str, Any]]:
        counts: Counter[tuple[str, bool]] = Counter()
        for operation, count in list(self._calls.items()):
            counts[str(operation), operation.writes] += count
        return [
            {"operation": name, "writes": writes, "count": count}
            for (name, writes), count in sorted(counts.items())
        ]

    def _reset(self) -> dict[str, Any]:
        with self._lock:
            moto_api_backend.reset()
            self._recording.reset()
            self._calls.clear()
            self._answers.clear()
            self._recent.clear()
            self._faults.rules.clear()
            ecs_simulation.reset()
        return {"reset": True}

    def _influence(self, environ: WSGIEnvironment, name: str) -> dict[str, Any]:
        """Change the course of services and deployments; a replay changes it again."""
        arguments = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        with self._lock:
            self._advance(environ)
            if name == "fail-tasks":
                ecs_faults.inject(arguments["match"])
            elif name == "heal-tasks":
                ecs_faults.heal(arguments.get("match", ""))
            elif name == "speed":
                CLOCK.set_speed(float(arguments["factor"]))
            else:
                CLOCK.skip(float(arguments["seconds"]))
                ecs_simulation.advance()
            self._recording.keep(environ)
        return {}


def _create_backend_app(service: Any) -> Flask:
    """Moto's app of one service, which says so when a path has no handler instead of showing an HTML page."""
    if service is None:
        raise NotImplementedError("moto has no such service")
    app = create_backend_app(service)
    app.register_error_handler(NotFound, _no_handler)
    app.register_error_handler(MethodNotAllowed, _no_handler)
    return app


def _no_handler(_: HTTPException) -> Any:
    raise NotImplementedError("moto has no handler for this path")
