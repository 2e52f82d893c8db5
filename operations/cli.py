"""Entry point of `hybrid`. Command groups load on first use, so that `--help` stays instant."""

import importlib
import sys
from typing import TYPE_CHECKING, NamedTuple, cast

import typer
from typer.core import TyperGroup

from operations.errors import HybridError

if TYPE_CHECKING:
    from typer.core import TyperCommand


class Group(NamedTuple):
    """A command group: the module that holds its typer `app`, and the line `hybrid --help` shows."""

    module: str
    help: str


GROUPS = {
    "db": Group("operations.db.commands", "Give each service a database of its own on the shared instance."),
    "deploy": Group("operations.deploy.commands", "Deploy services, check them before, and watch them."),
    "dr": Group("operations.dr.commands", "Disaster recovery: what stands by in the second region."),
    "drill": Group("operations.drill.commands", "Practise the way back, measure it, and see when it is due."),
    "env": Group("operations.env", "Check and show the environments' configuration."),
    "fleet": Group("operations.fleet.commands", "Deploy the platform onto the embedded AWS."),
    "graph": Group("operations.graph.commands", "Draw the topology from what is synthesized."),
    "incident": Group("operations.incident.commands", "Run an incident, from declaring to the postmortem."),
    "local": Group("operations.local.commands", "Run the embedded AWS on this machine."),
    "runs": Group("operations.runs.commands", "What commands did; resume or undo one that stopped."),
    "service": Group("operations.service.commands", "What services run and ran, and the way back."),
    "state": Group("operations.state.commands", "Terraform state: versions, restoring, importing again."),
}


class LazyGroup(TyperGroup):
    """Lists every group from `GROUPS`, but imports a group's module only when that group runs."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return [*GROUPS, *super().list_commands(ctx)]

    def get_command(  # type: ignore[override]
        self,
        ctx: typer.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> "TyperCommand | TyperGroup | None":
        if cmd_name not in GROUPS:
            return None
        group = GROUPS[cmd_name]
        if cmd_name not in sys.argv[1:]:  # only listed, by `--help` or completion
            return TyperGroup(name=cmd_name, help=group.help)
        app: typer.Typer = importlib.import_module(group.module).app
        loaded = typer.main.get_group(app)
        # A command of the group's own name is all there is: `hybrid graph`, not `hybrid graph graph`.
        command = cast("TyperCommand | TyperGroup", loaded.commands.get(cmd_name, loaded))
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    help="Operate the platform: configuration, the embedded AWS, rollback, recovery and cost.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _root() -> None:
    """Operate the platform: configuration, the embedded AWS, rollback, recovery and cost."""


def main() -> None:
    """Run the CLI; known errors become one message on stderr and their promised exit code."""
    try:
        app()
    except HybridError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
