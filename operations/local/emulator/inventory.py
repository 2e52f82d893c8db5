"""What exists in the emulator: how many resources of which kind, by service and region."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.core.common_models import BaseModel

Inventory = dict[str, dict[str, dict[str, int]]]
"""Service, region, kind, count."""

NESTING = 3
"""Stores nest their resources: security groups by VPC and id, parameters by name and version."""

IGNORED_SERVICES = {"moto_api", "instance_metadata"}

GONE = {"deleted", "deleting", "INACTIVE", "STOPPED", "PendingDeletion", "PendingReplicaDeletion"}
"""States of resources that AWS still shows for a while after their end."""

_born_with: WeakKeyDictionary[BaseBackend, list[BaseModel]] = WeakKeyDictionary()


def install() -> None:
    """Remember what each region of a service starts with (default VPC, managed policies), to leave it out."""
    create = AccountSpecificBackend.__getitem__

    def getitem(self: Any, region: str) -> Any:
        existed = ("aws" if region == "global" else region) in self.keys()
        backend = create(self, region)
        if not existed and backend not in _born_with:
            # Strong references: an id must not be reused while it stands for a default resource.
            _born_with[backend] = list(_resources(vars(backend)))
        return backend

    AccountSpecificBackend.__getitem__ = getitem  # type: ignore[method-assign]


def take() -> Inventory:
    """Count the resources that were created since the start or the last reset."""
    inventory: Inventory = {}
    services: Any = BackendDict._instances  # type: ignore[misc] # moto keeps them on the class
    for service in list(services):
        if service.service_name in IGNORED_SERVICES:
            continue
        for account in list(service.values()):
            for region, backend in list(account.items()):
                if kinds := _kinds(backend):
                    inventory.setdefault(service.service_name, {})[region] = kinds
    return {name: dict(sorted(regions.items())) for name, regions in sorted(inventory.items())}


def _kinds(backend: BaseBackend) -> dict[str, int]:
    seen = {id(resource) for resource in _born_with.get(backend, ())}
    kinds: Counter[str] = Counter()
    for resource in _resources(vars(backend)):
        if id(resource) not in seen and not _is_gone(resource):
            seen.add(id(resource))
            kinds[type(resource).__name__] += 1
    return dict(sorted(kinds.items()))


def _resources(store: Any, depth: int = 0) -> Iterator[BaseModel]:
    """The models that `store` holds, looking into containers but not into models."""
    values = store.values() if isinstance(store, Mapping) else store
    for value in list(values):
        if isinstance(value, BaseModel):
            yield value
        elif isinstance(value, (Mapping, list, set, tuple)) and depth < NESTING:
            yield from _resources(value, depth + 1)


def _is_gone(resource: BaseModel) -> bool:
    states = [vars(resource).get(name) for name in ("state", "status", "key_state", "_status")]
    codes = [getattr(state, "code", state) for state in states]
    return any(isinstance(code, str) and code in GONE for code in codes)
