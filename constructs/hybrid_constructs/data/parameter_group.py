"""Server settings of MySQL on RDS."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from constructs import Construct

from environments.database import DatabaseConfig


class MysqlParameters(Construct):
    """Parameter group: TLS required, UTC, utf8mb4, and logs in files, from where RDS exports them.

    Without `log_output=FILE` the logs are tables and the exported streams stay empty (RDS user guide,
    "MySQL database log files").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        config: DatabaseConfig,
    ) -> None:
        super().__init__(scope, id_)
        self.values = parameters(config)
        family = "mysql" + ".".join(config.engine_version.split(".")[:2])
        self.name = DbParameterGroup(
            self,
            "Group",
            # The family is part of the name: another family needs another group while the old one is in use.
            name=f"{name}-{family.replace('.', '-')}",
            family=family,
            description=f"Server settings of {name}",
            parameter=[
                DbParameterGroupParameter(name=key, value=value, apply_method="immediate")
                for key, value in self.values.items()
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        ).name


def parameters(config: DatabaseConfig) -> dict[str, str]:
    """Every setting that differs from RDS's default, or that the platform relies on; all are dynamic."""
    return {
        "character_set_server": "utf8mb4",
        "collation_server": "utf8mb4_0900_ai_ci",
        "general_log": "1" if config.general_log else "0",
        "log_output": "FILE",
        "long_query_time": f"{config.long_query_seconds:g}",
        "require_secure_transport": "1",
        "slow_query_log": "1",
        "time_zone": "UTC",
    }
