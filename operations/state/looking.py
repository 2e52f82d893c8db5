"""What `versions` and `diff` show. Reads only."""

from operations.console import out, print_json
from operations.engine.retry import Clients
from operations.errors import Refused
from operations.state import history, place
from operations.state.difference import compare


def show_versions(stack: str, limit: int, *, as_json: bool) -> None:
    """One line each, newest first."""
    at = place.find(stack)
    aws = Clients(at.account)
    found = history.gather(aws, at)
    rows = [*history.rows(aws, found, limit)]
    if as_json:
        print_json({"state": str(at), "locked": history.lock_of(aws, at), "versions": rows})
        return
    out.print(f"{at}", markup=False)
    for row in rows:
        out.print(_line(row), markup=False)
    if len(found.versions) > limit:
        out.print(f"{len(found.versions) - limit} older ones: --limit {len(found.versions)}", markup=False)


def show_difference(stack: str, before: str, after: str, *, values: bool, as_json: bool) -> None:
    """Resources, and names of attributes."""
    at = place.find(stack)
    aws = Clients(at.account)
    found = history.gather(aws, at)
    if found.is_deleted and "current" in (before, after):
        raise Refused(
            f"{at} is deleted, so there is no current version to compare with: name two versions of "
            f"`hybrid state versions {stack}`, or go back: `hybrid state restore {stack} --version previous`"
        )
    first, second = found.choose(before), found.choose(after)
    old, new = (history.document(aws, at, one.id) for one in (first, second))
    difference = compare(old, new)
    if as_json:
        ids = {"before": first.id, "after": second.id}
        serials = {"before": old.serial, "after": new.serial}
        print_json({"versions": ids, "serials": serials, **difference.describe(values=values)})
        return
    out.print(f"serial {old.serial} ({first.id}) -> serial {new.serial} ({second.id})", markup=False)
    out.print(difference.summary, markup=False)
    for line in difference.lines(values=values):
        out.print(line, markup=False)


def _line(row: dict[str, object]) -> str:
    mark = "*" if row["current"] else " "
    if row["deleted"]:
        what = "deleted"
    elif "problem" in row:
        what = str(row["problem"])
    else:
        what = "serial {serial:>4}  {resources:>4} resources  terraform {terraform_version}".format(**row)
        what += f"  {row['size']} bytes"
    by = f"  {row['by']}" if row["by"] else ""
    return f"{mark} {row['version']}  {row['at']}  {row['age']:>6}  {what}{by}"
