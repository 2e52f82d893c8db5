"""What the configuration of the standby must leave to others."""

from collections.abc import Iterator

from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, View


def keeps_deployments(view: View, _block: Block, twin: Block | None) -> Iterator[Finding]:
    """The next apply must not take back what was deployed: the image of the configuration may be older."""
    if twin is None:
        return
    ignored = (twin.body.get("lifecycle") or {}).get("ignore_changes", [])
    if ignored != "all" and "task_definition" not in ignored:
        yield Gap(
            f"an apply would take {view.name(twin)} back to the images of its configuration",
            "put task_definition into ignore_changes of the service",
        )
