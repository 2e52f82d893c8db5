"""Containers that stand beside a service's own and take its traces."""

from typing import Literal

from hybrid_constructs.compute.containers import Container, LogDestination, Port

XRAY_IMAGE = "public.ecr.aws/xray/aws-xray-daemon:3.3.15"
ADOT_IMAGE = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
"""Released versions, never `latest`: a task that ECS restarts at night must be the one that was tested."""

USER = "10001:10001"
"""The number that the daemon's own image gives its user; the collector needs no particular one."""


def tracing(kind: Literal["xray", "adot", "off"], logs: LogDestination) -> Container | None:
    """The side-car of a kind. A service outlives it: losing traces is no reason to lose a task."""
    if kind == "xray":
        return Container(
            name="xray-daemon",
            image=XRAY_IMAGE,
            user=USER,
            logs=logs,
            essential=False,
            ports=(Port(2000, "udp"), Port(2000)),  # segments; sampling rules
            cpu=32,
            memory_mib=128,
        )
    if kind == "adot":
        return Container(
            name="otel-collector",
            image=ADOT_IMAGE,
            user=USER,
            logs=logs,
            essential=False,
            # Comes with the image: OTLP in, X-Ray out.
            command=("--config=/etc/ecs/ecs-xray.yaml",),
            ports=(Port(4317), Port(4318)),
            cpu=64,
            memory_mib=256,
            scratch_mib=16,
        )
    return None
