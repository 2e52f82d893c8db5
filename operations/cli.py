"""Entry point of `hybrid`. Command groups load on first use, so that `--help` stays instant."""

import importlib
import sys
from dataclasses import dataclass

import click
import typer
from typer.core import TyperGroup

from operations.errors import HybridError


@dataclass(frozen=True)
class Group:
    """A command group: the module that holds its typer `app`, and the line `hybrid --help` shows."""

    module: str
    help: str


GROUPS = {
    "env": Group("operations.env", "Check and show the environments' configuration."),
    "local": Group("operations.local.commands", "Run the embedded AWS on this machine."),
}


class LazyGroup(TyperGroup):
    """Lists every group from `GROUPS`, but imports a group's module only when that group runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*GROUPS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        group = GROUPS.get(cmd_name)
        if group is None:
            return super().get_command(ctx, cmd_name)
        if self._only_listing(ctx):
            return click.Command(cmd_name, help=group.help)
        command = typer.main.get_command(importlib.import_module(group.module).app)
        command.name = cmd_name
        return command

    @staticmethod
    def _only_listing(ctx: click.Context) -> bool:
        return not ctx.args and not ctx._protected_args


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    help="Operate the platform: configuration, the embedded AWS, rollback, recovery and cost.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Keeps typer in group mode although commands arrive lazily."""


def main() -> None:
    """Run the CLI; known errors become one message on stderr and their promised exit code."""
    try:
        app()
    except HybridError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
