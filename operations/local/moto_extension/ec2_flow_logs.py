"""EC2: flow logs.

Moto 5.2.5
- takes the prefix in an S3 destination (`arn:aws:s3:::bucket/prefix/`) for a part of the bucket's name;
- forgets DestinationOptions;
- does not find the log group of a destination that is given as an ARN, and so reports a failed delivery.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.flow_logs import FlowLogs, FlowLogsBackend
from moto.ec2.responses.flow_logs import FlowLogs as FlowLogResponses
from moto.logs.models import logs_backends

from operations.local.moto_extension.adopt import adopt

_create_flow_logs = FlowLogsBackend.create_flow_logs
_create_flow_logs_response = FlowLogResponses.create_flow_logs


def install() -> None:
    """Register the fixes."""
    adopt(FlowLogsBackend, Backend)
    adopt(FlowLogResponses, Responses)


class Backend(FlowLogsBackend):
    """What AWS stores."""

    def create_flow_logs(self: Any, **arguments: Any) -> tuple[list[FlowLogs], list[Any]]:  # type: ignore[override] # only named arguments are used
        destination, kind = arguments["log_destination"], arguments["log_destination_type"]
        if destination and kind == "s3":
            # Moto only checks that the bucket exists; the whole destination is put back below.
            arguments["log_destination"] = destination.split("/")[0]
        logs, errors = _create_flow_logs(self, **arguments)
        for log in logs:
            log.log_destination = destination
            if destination and kind == "cloud-watch-logs":
                self._look_for_group(log, destination)
        return logs, errors

    def _look_for_group(self: Any, log: FlowLogs, destination: str) -> None:
        name = destination.rsplit(":log-group:", maxsplit=1)[-1].removesuffix(":*")
        if name in logs_backends[self.account_id][self.region_name].groups:
            log.deliver_logs_status = "SUCCESS"
            log.deliver_logs_error_message = None


class Responses(FlowLogResponses):
    """What AWS answers."""

    def create_flow_logs(self) -> ActionResult:
        answer = _create_flow_logs_response(self)
        result: Any = answer.result
        if options := self._get_param("DestinationOptions"):
            for flow_log_id in result["FlowLogIds"]:
                vars(self.ec2_backend.flow_logs[flow_log_id])["destination_options"] = options
        return answer
