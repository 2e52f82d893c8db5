"""Error responses that a client understands at once and does not retry.

Moto answers what it does not implement with a 500, an empty 404 or an HTML page. SDKs take a 500 for a
passing failure and try again, and the Terraform provider for up to half an hour. So every failure of the
emulator itself is a 400, in the protocol of the request, with a code that no client treats specially:
`NotImplemented` and `UnsupportedOperation` would make the provider skip parts of a resource silently.
"""

import json
from wsgiref.types import WSGIEnvironment
from xml.sax.saxutils import escape

from operations.local.emulator.operation import Operation

UNSUPPORTED = "UnsupportedByEmulator"
FAILED = "EmulatorError"

REST_XML = {"cloudfront", "route53", "s3", "s3control"}
"""The only services of AWS's models that speak rest-xml."""

Answer = tuple[str, dict[str, str], bytes]
"""Status line, headers and body of a response."""


def unsupported(environ: WSGIEnvironment, operation: Operation, detail: str) -> Answer:
    """The operation, or an option of it, is missing."""
    message = f"the embedded AWS does not implement {operation}"
    if detail and operation.action.lower() not in detail.replace("_", "").lower():
        message += f": {detail}"
    return answer(environ, operation, UNSUPPORTED, message)


def failed(environ: WSGIEnvironment, operation: Operation, error: Exception) -> Answer:
    """The emulator broke. AWS would say 500, but here a retry never helps, and it would hide the message."""
    message = f"the embedded AWS failed in {operation}: {type(error).__name__}: {error}"
    return answer(environ, operation, FAILED, message)


def answer(
    environ: WSGIEnvironment, operation: Operation, code: str, message: str, status: str = "400 Bad Request"
) -> Answer:
    """An error in the protocol of the request."""
    content_type, body = _rendered(environ, operation.service, code, message)
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "x-amzn-ErrorType": code,
        "x-amzn-RequestId": "embedded-aws",
    }
    return status, headers, body


def _rendered(environ: WSGIEnvironment, service: str, code: str, message: str) -> tuple[str, bytes]:
    """The error in the protocol of the request, which shows in the request itself."""
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return "application/cbor", _cbor({"__type": code, "message": message})
    if environ.get("HTTP_X_AMZ_TARGET"):
        content_type = environ.get("CONTENT_TYPE") or "application/x-amz-json-1.1"
        return content_type, json.dumps({"__type": code, "message": message}).encode()
    if service == "ec2":
        request = "<RequestID>embedded-aws</RequestID>"
        xml = f"<Response><Errors><Error>{error}</Error></Errors>{request}</Response>"
    elif service == "s3":
        xml = f"<Error>{error}<RequestId>embedded-aws</RequestId></Error>"
    elif service in REST_XML or environ.get("CONTENT_TYPE", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        request = "<RequestId>embedded-aws</RequestId>"
        xml = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>{request}</ErrorResponse>"
    else:
        return "application/json", json.dumps({"code": code, "message": message}).encode()
    return "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode()


def _cbor(fields: dict[str, str]) -> bytes:
    """A map of texts, as RFC 8949 encodes it. One map is not worth a dependency."""
    texts = [text.encode() for pair in fields.items() for text in pair]
    # 0xA0 + n: a map of n pairs; 0x79: a text whose length follows in two bytes.
    return bytes([0xA0 + len(fields)]) + b"".join(b"\x79" + len(t).to_bytes(2) + t for t in texts)
