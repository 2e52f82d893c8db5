"""How Terraform learns of an instance that a restore made: written out after a switch, to be followed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from environments import naming
from operations.aws import Aws
from operations.restore.side import Side

UNKNOWN = "ADDRESS"


def address(aws: Aws, side: Side) -> str:
    """Terraform's address of the instance, from the stack's state; empty if the state cannot be read."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        body = aws.client("s3", side.region).get_object(
            Bucket=side.state_bucket, Key=naming.state_key(side.stack)
        )
        resources = json.loads(body["Body"].read())["resources"]
    except (BotoCoreError, ClientError, ValueError, KeyError):
        return ""
    for one in resources:
        identifiers = [each["attributes"].get("identifier") for each in one.get("instances", ())]
        if one["type"] == "aws_db_instance" and side.identifier in identifiers:
            return f"{one['type']}.{one['name']}"
    return ""


def write(directory: Path, facts: Mapping[str, Any], side: str) -> Path:
    """Write the page and the import block; the page's path."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    to = facts["terraform"] or UNKNOWN
    block = {"import": [{"to": to, "id": facts["configured"]}]}
    imports = directory / "import.tf.json"
    imports.write_text(f"{json.dumps(block, indent=2)}\n", encoding="utf-8")
    page = directory / "terraform.md"
    page.write_text(_page(facts, side, to, imports), encoding="utf-8")
    return page


def _page(facts: Mapping[str, Any], side: str, to: str, imports: Path) -> str:
    new, name, region, stack = facts["to instance"], facts["configured"], facts["region"], facts["stack"]
    rename = f"aws rds modify-db-instance --region {region} --apply-immediately --db-instance-identifier"
    wait = f"aws rds wait db-instance-available --region {region} --db-instance-identifier"
    unknown = "\n`ADDRESS` is the line of `terraform state list` that begins with `aws_db_instance.`.\n"
    replicas = "".join(
        f"\n- `{one}` follows the old instance. Make it anew: `npx cdktf deploy dr` after "
        "`terraform apply -replace` of its `aws_db_instance`. Until then do not fail over."
        for one in facts["replicas"]
    )
    return f"""# Terraform and {new}

Services use `{new}`. Terraform manages `{name}`, and its plan stays empty: the parameter's value is not its
business (docs/runtime-fields.md). Nothing breaks while you wait, but do not delete `{name}` with Terraform.

The restored instance takes over the name, so no configuration changes. Each rename ends connections for
minutes:

```sh
{rename} {name} --new-db-instance-identifier {name}-before
{wait} {name}-before
{rename} {new} --new-db-instance-identifier {name}
{wait} {name}
hybrid db switch --side {side} --to {name} --confirm {name}
```

Then Terraform forgets the old instance and adopts the new one under the same address. `hybrid state reimport`
does that with a backup of the state; by hand:

```sh
make synth
cd cdktf.out/stacks/{stack}
terraform init
terraform state rm '{to}'
cp {imports} .
terraform plan        # one import, nothing destroyed or replaced
terraform apply
```
{unknown if to == UNKNOWN else ""}
Afterwards:

- `hybrid db list` shows secrets whose host is out of date; `hybrid db provision SERVICE` corrects each.
- `{name}-before` holds what was written before the switch. Take a snapshot, and delete it when nobody needs
  it.{replicas}
"""
