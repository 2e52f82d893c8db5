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
    new, name, stack = facts["to instance"], facts["configured"], facts["stack"]
    # A run of an older version did not look; then it was there.
    lives = facts.get("configured lives", True)
    unknown = "\n`ADDRESS` is the line of `terraform state list` that begins with `aws_db_instance.`.\n"
    replicas = "".join(
        f"\n- `{one}` follows the old instance. Make it anew: `npx cdktf deploy dr` after "
        "`terraform apply -replace` of its `aws_db_instance`. Until then do not fail over."
        for one in facts["replicas"]
    )
    managed = (
        f"its plan stays empty: the parameter's value is not its business (docs/runtime-fields.md). Do not "
        f"delete `{name}` with Terraform."
        if lives
        else f"that one is gone. Apply nothing to `{stack}` before the steps below: Terraform would make an "
        f"empty `{name}`."
    )
    left = (
        f"`{name}-before` holds what was written before the switch. Take a snapshot, and delete it when "
        "nobody needs it."
        if lives
        else f"`{name}` was lost. Its retained backups and final snapshot go on to exist, the backups for "
        "their days."
    )
    return f"""# Terraform and {new}

Services use `{new}`. Terraform manages `{name}`, and {managed}

Until `{new}` bears that name:

- **Nobody watches it.** Alarms and dashboards name `{name}`. Look at CPUUtilization, FreeStorageSpace,
  FreeableMemory and DatabaseConnections of `{new}` in CloudWatch yourself, each day.
- Policies for IAM authentication name the resource id of `{name}` (`/shared/rds/{side}/resource-id`): such
  logins fail. Users with passwords are not concerned.
{_logs(facts)}
The restored instance takes over the name, so no configuration changes. Each rename ends connections for
minutes, and RDS refuses it while an instance is backed up:

```sh
{_renames(facts, side, lives=lives)}
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
- The log groups of `{new}` get no more lines; delete them when nobody needs them.
- {left}{replicas}
"""


def _renames(facts: Mapping[str, Any], side: str, *, lives: bool) -> str:
    new, name, region = facts["to instance"], facts["configured"], facts["region"]
    rename = f"aws rds modify-db-instance --region {region} --apply-immediately --db-instance-identifier"
    wait = f"aws rds wait db-instance-available --region {region} --db-instance-identifier"
    before = [f"{rename} {name} --new-db-instance-identifier {name}-before", f"{wait} {name}-before"]
    after = [
        f"{rename} {new} --new-db-instance-identifier {name}",
        f"{wait} {name}",
        f"hybrid db switch --side {side} --to {name} --confirm {name}",
    ]
    return "\n".join([*(before if lives else ()), *after])


def _logs(facts: Mapping[str, Any]) -> str:
    """RDS makes the groups of exported logs itself, where the stack has not made them before."""
    groups, region = facts.get("log groups") or (), facts["region"]
    if not groups:
        return ""
    key, days = facts["logs key"], facts["log retention days"]
    return f"""- Its logs are in groups that RDS made, without the platform's key and kept for ever. Set both:

```sh
key=$(aws kms describe-key --region {region} --key-id {key} --query KeyMetadata.Arn --output text)
for group in {" ".join(groups)}; do
  aws logs put-retention-policy --region {region} --log-group-name $group --retention-in-days {days}
  aws logs associate-kms-key --region {region} --log-group-name $group --kms-key-id $key
done
```
"""
