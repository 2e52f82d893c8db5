"""Lets Python and Node work at the same time: an answer that nobody needs yet is read later.

jsii waits for the answer to each request. The answer to a load is of no use to anybody, and the one to a
construction is only the name of the new object. So both are sent, and their answers read, in their order,
before the first request that needs them. Node gets the same requests in the same order.

An error of Node comes out where its answer is read; a note says which line asked. The first object with
methods that Node calls back ends all this: from then on answers may come in another order.
"""

import json
import sys
from collections import deque
from importlib import import_module
from typing import Any

from jsii._kernel.types import CreateRequest, CreateResponse, LoadRequest, LoadResponse

MOST_UNREAD = 64
"""Answers have about 100 bytes and must fit into a pipe (64 KiB), or each side would wait for the other."""

LIBRARIES = ("jsii", "cdktf", "constructs", "cdktf_cdktf_provider_aws", "typeguard")
"""Packages that ask on behalf of somebody else."""

jsii_process: Any = import_module("jsii._kernel.providers.process")
references: Any = import_module("jsii._reference_map")
greet, ask = jsii_process._NodeProcess.handshake, jsii_process._NodeProcess.send
register = references.register_reference


class LateRef(CreateResponse):
    """The name of an object whose construction is not answered yet; to look at it is to wait for it."""

    __slots__ = ("found", "instance", "pipeline")
    found: Any
    instance: Any
    """The object, once it asks to be known by its name."""

    pipeline: Any

    def __init__(self, ref: str = "", interfaces: Any = None, pipeline: "Pipeline | None" = None) -> None:
        # The base class is frozen.
        object.__setattr__(self, "pipeline", pipeline)
        object.__setattr__(self, "found", None if pipeline else CreateResponse(ref, interfaces))
        object.__setattr__(self, "instance", None)

    @property
    def ref(self) -> str:
        return str(self._wait().ref)

    @property
    def interfaces(self) -> Any:
        return self._wait().interfaces

    def arrived(self, found: CreateResponse) -> None:
        """From now on the object looks as if it had been answered at once."""
        object.__setattr__(self, "found", found)
        if self.instance is not None:
            self.instance.__jsii_ref__ = found
            register(self.instance)

    def _wait(self) -> Any:
        if self.found is None:
            self.pipeline.read(self)
        return self.found


class Pipeline:
    """What one Node process was asked, without anybody having read the answer."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.unread: deque[tuple[Any, str]] = deque()
        self.in_order = True

    def takes(self, request: Any) -> bool:
        """Whether the answer can wait."""
        if jsii_process._stack_traces_enabled():
            return False
        if isinstance(request, CreateRequest):
            self.in_order = self.in_order and not request.overrides
            return self.in_order
        return isinstance(request, LoadRequest)

    def send(self, request: Any) -> Any:
        """Ask, and give what stands for the answer."""
        # As `_NodeProcess.send` does, whose serializer finds nothing to change in plain members. It reads
        # answers already, if it names objects that are late.
        api = "create" if isinstance(request, CreateRequest) else "load"
        members = {name: getattr(request, name) for name in request.__slots__ if name != "__weakref__"}
        data = json.dumps({**members, "api": api}, default=jsii_process.jdefault)
        self.node._process.stdin.write(data.encode() + b"\n")
        self.node._process.stdin.flush()
        late = LateRef(pipeline=self) if isinstance(request, CreateRequest) else LoadResponse("", 0)
        self.unread.append((late, _asked_by()))
        if len(self.unread) > MOST_UNREAD:
            self.read(self.unread[0][0])
        return late

    def read(self, until: Any = None) -> None:
        """Read answers: all, or up to one.

        Raises:
            JSIIError, RuntimeError: Node refused; the answers after this one stay to be read.
        """
        late: Any = self
        while self.unread and late is not until:
            late, asked = self.unread.popleft()
            if late is GREETING:
                greet(self.node)
                continue
            structure = self.node._serializer.structure
            answer = structure(self.node._next_message(), jsii_process._ProcessResponse)
            if not isinstance(answer, jsii_process._OkayResponse):
                raise _failure(answer, asked)
            if isinstance(late, LateRef):
                late.arrived(structure(answer.ok, CreateResponse))


GREETING = object()
"""What Node says first, unasked."""


def install() -> None:
    """Put it between jsii and its process; safe to repeat."""
    jsii_process._NodeProcess.handshake = _greet_later
    jsii_process._NodeProcess.send = _send
    references.register_reference = _register_later


def _pipeline(node: Any) -> Pipeline:
    if "hybrid_pipeline" not in vars(node):
        node.hybrid_pipeline = Pipeline(node)
    found: Pipeline = node.hybrid_pipeline
    return found


def _greet_later(node: Any) -> None:
    _pipeline(node).unread.append((GREETING, ""))


def _send(node: Any, request: Any, response_type: Any) -> Any:
    pipeline = _pipeline(node)
    if pipeline.takes(request):
        return pipeline.send(request)
    pipeline.read()
    return ask(node, request, response_type)


def _register_later(instance: Any) -> None:
    ref = instance.__jsii_ref__
    if isinstance(ref, LateRef) and ref.found is None:
        object.__setattr__(ref, "instance", instance)
    else:
        register(instance)


def _failure(answer: Any, asked: str) -> Exception:
    """What `_NodeProcess.send` raises."""
    fault = answer.name == jsii_process.ErrorType.JSII_FAULT.value
    failure: Exception = (jsii_process.JSIIError if fault else RuntimeError)(answer.error)
    failure.__cause__ = jsii_process.JavaScriptError(answer.stack)
    failure.add_note(f"asked for at {asked}")
    return failure


def _asked_by() -> str:
    """The line of the nearest caller that is no library."""
    frame: Any = sys._getframe(3)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in LIBRARIES:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name}"
