"""IAM.

Moto 5.2.5 leaves the managed policies out unless asked, and then reads the file of all 1,582 again for every
partition, six times for one account and at each reset: one to two seconds. Here it is read once, and only the
commercial partition has the policies.
"""

import json
from datetime import datetime
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy

from operations.local.moto_extension.adopt import adopt


def install() -> None:
    """Register the fixes."""
    adopt(IAMBackend, Backend)


@cache
def managed_policies() -> list[tuple[str, dict[str, Any]]]:
    """Name and constructor arguments of each policy."""
    return [
        (
            name,
            {
                "default_version_id": data.get("DefaultVersionId"),
                "path": data.get("Path"),
                "document": json.dumps(data.get("Document")),
                "create_date": datetime.fromisoformat(data["CreateDate"]),
                "update_date": datetime.fromisoformat(data["UpdateDate"]),
            },
        )
        for name, data in json.loads(aws_managed_policies_data).items()
    ]


class Backend(IAMBackend):
    """What AWS stores."""

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        # The policies count their attachments, so each account and each reset gets new ones.
        if self.region_name != "aws":
            return []
        return [
            # Moto never implements the CloudFormation methods that it declares for every model.
            AWSManagedPolicy(  # type: ignore[abstract]
                name, account_id=self.account_id, region=self.region_name, **arguments
            )
            for name, arguments in managed_policies()
        ]
