"""What services need beside their tasks: cache, queues, secrets and images, alike in every environment."""

from environments import naming
from environments.schema import WorkloadEnvironment
from hybrid_constructs.compute.repository import ImageRepository
from hybrid_constructs.data.cache import Cache
from hybrid_constructs.data.parameters import cache_parameters
from hybrid_constructs.data.queue import WorkQueue
from hybrid_constructs.data.secret import ServiceSecret
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.key import Key
from stacks.base import PlatformStack


def service_cache(
    stack: PlatformStack,
    *,
    workload: WorkloadEnvironment,
    network: Network,
    key: Key,
    logs_key: Key,
    running: bool = True,
) -> Cache:
    """The Redis of `workload`'s services, in the stack's environment."""
    environment = stack.environment
    cache = Cache(
        stack,
        "Cache",
        name=naming.cache(stack.organisation.prefix, environment.name),
        network=network,
        key=key,
        logs_key=logs_key,
        config=workload.cache,
        users={
            service: naming.cache_user(service, environment.name)
            for service in services_with("cache", workload)
        },
        region=environment.region,
        account_id=stack.account_id,
        log_retention_days=environment.log_retention_days,
        running=running,
    )
    cache_parameters(
        stack,
        prefix=naming.cache_parameters(environment.name),
        endpoint=cache.primary_endpoint,
        port=cache.port,
    )
    return cache


def service_queues(stack: PlatformStack, *, workload: WorkloadEnvironment, key: Key) -> dict[str, WorkQueue]:
    """A queue for each service of `workload` that needs one."""
    return {
        service: WorkQueue(
            stack,
            f"Queue-{service}",
            name=naming.queue(service, stack.environment.name),
            key=key,
            config=workload.services[service].queue,
            region=stack.environment.region,
            account_id=stack.account_id,
        )
        for service in services_with("queue", workload)
    }


def service_secrets(
    stack: PlatformStack, *, workload: WorkloadEnvironment, key: Key, replica_keys: dict[str, Key]
) -> dict[str, ServiceSecret]:
    """A secret for each service, copied to each region that `replica_keys` has a key of."""
    return {
        service: ServiceSecret(
            stack,
            f"Secret-{service}",
            name=naming.service_secret(service, workload.name),
            description=f"Settings of {service} that nobody else may know",
            key=key,
            region=workload.region,
            replicas=replica_keys,
        )
        for service in workload.services
    }


def image_repositories(
    stack: PlatformStack, *, names: tuple[str, ...], key: Key
) -> dict[str, ImageRepository]:
    """The repositories that images are pushed to or, in the second region, copied to."""
    return {
        name: ImageRepository(stack, f"Images-{name}", name=name, key=key, account_id=stack.account_id)
        for name in names
    }


def services_with(need: str, workload: WorkloadEnvironment) -> list[str]:
    """Services that need something, in the order of the file."""
    return [name for name, service in workload.services.items() if need in service.needs]
