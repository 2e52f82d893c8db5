"""What `needs:` of a service means: variables, secrets, grants and open ports."""

from typing import TYPE_CHECKING

from environments import naming
from environments.schema import WorkloadEnvironment
from hybrid_constructs.compute.containers import Parameter, Secret, Source
from hybrid_constructs.compute.service_access import ServiceAccess
from hybrid_constructs.data.mysql_instance import PORT as DATABASE_PORT
from hybrid_constructs.data.secret import secret_arns
from hybrid_constructs.security.policies import Statement
from stacks.base import PlatformStack

if TYPE_CHECKING:
    from stacks.application import Surroundings


class Connections:
    """The needs of one service of `workload` in the stack's environment, read alike by all four verbs.

    Names of variables are those of `environments.service.PROVIDED`. What runbooks switch, such as the host of
    the database, ECS reads from SSM when a task starts: a redeployment follows, and no apply undoes it.
    """

    def __init__(
        self, stack: PlatformStack, workload: WorkloadEnvironment, around: "Surroundings", service: str
    ) -> None:
        self._stack, self._workload, self._around, self._service = stack, workload, around, service
        self._config = workload.services[service]
        self._here = stack.environment

    def environment(self) -> dict[str, str]:
        """Plain variables."""
        needs = self._config.needs
        traced_as = naming.task_family(self._service, self._here.name)
        values = {
            "ENVIRONMENT": self._here.name,
            "SERVICE_NAME": self._service,
            "PORT": str(self._config.port),
            # Sampling rules and groups of traces go by this name, whichever side-car takes them.
            "AWS_XRAY_TRACING_NAME": traced_as,
            "OTEL_SERVICE_NAME": traced_as,
        }
        if "cache" in needs:
            values["CACHE_NAME"] = self._around.cache.name
            values["CACHE_USER"] = naming.cache_user(self._service, self._here.name)
        if "queue" in needs:
            values["QUEUE_URL"] = self._around.queues[self._service].url
        if "bucket" in needs:
            values["BUCKET_NAME"] = self._around.buckets[self._service].name
        return values | dict(self._config.environment)

    def secrets(self) -> dict[str, Source]:
        """Variables that ECS reads from SSM and Secrets Manager."""
        needs, found = self._config.needs, dict[str, Source]()
        if "database" in needs:
            fleet = self._stack.fleet
            side = fleet.dr if self._here is fleet.dr else fleet.primary
            database = naming.database_parameters(side.name)
            found["DB_HOST"] = self._parameter(f"{database}/endpoint")
            found["DB_PORT"] = self._parameter(f"{database}/port")
            login = naming.service_secret_database(self._service, self._workload.name)
            for variable, key in (
                ("DB_NAME", "dbname"),
                ("DB_USERNAME", "username"),
                ("DB_PASSWORD", "password"),
            ):
                found[variable] = self._secret(login, key)
        if "cache" in needs:
            cache = naming.cache_parameters(self._here.name)
            found["CACHE_HOST"] = self._parameter(f"{cache}/endpoint")
            found["CACHE_PORT"] = self._parameter(f"{cache}/port")
        own = naming.service_secret(self._service, self._workload.name)
        return found | {name: self._secret(own, key) for name, key in self._config.secrets.items()}

    def statements(self) -> list[Statement]:
        """What the service itself may do."""
        needs, around, name = self._config.needs, self._around, self._service
        statements: list[Statement] = []
        if "cache" in needs:
            statements += around.cache.grant_connect(name)
        if "queue" in needs:
            queue = around.queues[name]
            statements += [*queue.grant_send(), *queue.grant_consume()]
        if "bucket" in needs:
            bucket = around.buckets[name]
            statements += [*bucket.grant_read(), *bucket.grant_write(), *bucket.grant_delete()]
        return statements

    def open(self, access: ServiceAccess) -> None:
        """Let the tasks connect; the database already admits the private subnets."""
        needs, around = self._config.needs, self._around
        if "database" in needs:
            fleet = self._stack.fleet
            side = fleet.dr if self._here is fleet.dr else fleet.shared
            access.reach_ranges("database", port=DATABASE_PORT, cidrs=side.network.tiers["data"])
        if "cache" in needs:
            access.reach_group(
                "cache", port=around.cache.port, security_group_id=around.cache.security_group_id
            )

    def _parameter(self, name: str) -> Parameter:
        here = self._here
        return Parameter(f"arn:aws:ssm:{here.region}:{self._stack.account_id}:parameter{name}")

    def _secret(self, name: str, key: str) -> Secret:
        region, account_id = self._here.region, self._stack.account_id
        return Secret(
            # Without the six characters at the end: the secret may be made after this stack, or be a copy.
            f"arn:aws:secretsmanager:{region}:{account_id}:secret:{name}",
            key,
            self._around.secrets_key.arn,
            pattern=secret_arns(name, region=region, account_id=account_id),
        )
