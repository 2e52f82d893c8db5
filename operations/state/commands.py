"""`hybrid state`: look at the versions of a stack's Terraform state, go back to one, and repair it."""

from pathlib import Path
from typing import Annotated

import typer

from operations.engine.options import Json
from operations.options import DryRun, Yes
from operations.options import Json as PlainJson

app = typer.Typer(
    no_args_is_help=True,
    help="Terraform state: its versions, restoring one, importing resources again, rebuilding all of it.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Stack = Annotated[str, typer.Argument(help="Stack, such as prod.")]
From = Annotated[
    Path | None,
    typer.Option("--from", help="What `cdktf synth` wrote.", show_default="synthesized for this command"),
]


@app.command()
def versions(
    stack: Stack,
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 20,
    as_json: PlainJson = False,
) -> None:
    """List the versions in the bucket: serial, resources, Terraform's version, size, age, who wrote it.

    \b
    Examples:
      hybrid state versions prod
      hybrid state versions prod --limit 100 --json
    """
    from operations.state import looking

    looking.show_versions(stack, limit, as_json=as_json)


@app.command()
def diff(
    stack: Stack,
    before: Annotated[str, typer.Argument(help="Version: its id or the beginning of it.")] = "previous",
    after: Annotated[str, typer.Argument(help="Version.")] = "current",
    *,
    values: Annotated[
        bool, typer.Option("--values", help="Show values, too; sensitive ones stay hidden.")
    ] = False,
    as_json: PlainJson = False,
) -> None:
    """Show which resources two versions add, remove and change, and which attributes.

    \b
    Examples:
      hybrid state diff prod
      hybrid state diff prod 7d1c current --values
    """
    from operations.state import looking

    looking.show_difference(stack, before, after, values=values, as_json=as_json)


@app.command()
def restore(
    stack: Stack,
    *,
    version: Annotated[str, typer.Option(help="Version: its id or the beginning of it, or previous.")],
    lineage: Annotated[
        str, typer.Option(help="Lineage to go back to, if the present state is another stack's.")
    ] = "",
    from_: From = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Write an older version again, with a higher serial. AWS itself is not changed.

    \b
    Examples:
      hybrid state restore prod --version 7d1c --dry-run
      hybrid state restore prod --version previous
    """
    from operations.state import running

    asked = running.Asked.of(stack, from_, dry_run=dry_run, yes=yes, as_json=as_json)
    running.restore(asked, version, lineage)


@app.command()
def push(
    stack: Stack,
    file: Annotated[Path, typer.Argument(help="A state, such as the copy that a run saved.")],
    *,
    from_: From = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Write a file as the state, with a higher serial. Refuses empty, damaged and foreign files.

    \b
    Examples:
      hybrid state push prod before.tfstate --dry-run
      hybrid state push prod before.tfstate
    """
    from operations.state import running

    asked = running.Asked.of(stack, from_, dry_run=dry_run, yes=yes, as_json=as_json)
    running.push(asked, file)


@app.command()
def reimport(
    stack: Stack,
    address: Annotated[str, typer.Argument(help="Address of the resource; quote one with brackets.")],
    *,
    id_: Annotated[str, typer.Option("--id", help="Import id.", show_default="what the state tells")] = "",
    from_: From = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Remove one resource from the state and import it again. If anything fails, the state is not touched.

    \b
    Examples:
      hybrid state reimport prod aws_sqs_queue.orders --dry-run
      hybrid state reimport prod 'aws_subnet.this["a"]' --id subnet-0abc
    """
    from operations.state import running

    asked = running.Asked.of(stack, from_, dry_run=dry_run, yes=yes, as_json=as_json)
    running.reimport(asked, address, id_)


@app.command()
def rebuild(
    stack: Stack,
    *,
    version: Annotated[str, typer.Option(help="Version that the ids come from.")] = "current",
    by_tags: Annotated[
        bool, typer.Option("--by-tags", help="No version is of use: look in the account, by names and tags.")
    ] = False,
    ids: Annotated[
        list[str] | None, typer.Option("--id", metavar="ADDRESS=ID", help="An import id; repeatable.")
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", metavar="ADDRESS", help="Not in the new state; repeatable."),
    ] = None,
    from_: From = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Import every resource into a new state, and put it in the place of the old one.

    \b
    Examples:
      hybrid state rebuild prod --dry-run
      hybrid state rebuild prod --version 7d1c
      hybrid state rebuild prod --by-tags --id aws_eip.nat=eipalloc-0abc
    """
    from operations.state import running

    asked = running.Asked.of(stack, from_, dry_run=dry_run, yes=yes, as_json=as_json)
    running.rebuild(asked, "" if by_tags else version, ids or [], leave_out or [])
