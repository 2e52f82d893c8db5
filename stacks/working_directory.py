"""Prepares the folders of cdktf.out in which Terraform is going to work."""

import json
import os
import platform
from collections.abc import Iterable
from pathlib import Path

from hybrid_constructs.aws import on_emulator

_REGISTRY = "registry.terraform.io"


def forget_other_target(outdir: Path) -> None:
    """Drop what Terraform remembers of its backends when the target changed between AWS and the emulator.

    Terraform would refuse the changed backend and offer to migrate the state, from the emulator into the real
    bucket or back. Its memory is a cache; `terraform init` makes it anew from the configuration.
    """
    marker = outdir / ".target"
    target = "emulator" if on_emulator() else "aws"
    if marker.exists() and marker.read_text(encoding="utf-8") != target:
        for cache in outdir.glob("stacks/*/.terraform/terraform.tfstate"):
            cache.unlink()
    marker.write_text(target, encoding="utf-8")


def use_provider_mirror(outdir: Path) -> Path | None:
    """Let Terraform take providers from a mirror on disk, so that a machine without the registry works too.

    Terraform looks into `terraform.d/plugins` beside the configuration by itself ("implied local mirror
    directories", Terraform CLI documentation, "Provider Installation"); a link there is all it needs. The
    lock file without hashes keeps cdktf from asking the registry for checksums of other platforms; Terraform
    adds the hash of what it installs. Returns the mirror, or None where the registry is used.
    """
    stacks = sorted((outdir / "stacks").glob("*/cdk.tf.json"))
    providers = {stack.parent: _required_providers(stack) for stack in stacks}
    wanted = {provider for group in providers.values() for provider in group}
    mirror = next((found for found in _candidates() if _holds(found, wanted)), None)
    for stack, needed in providers.items():
        _link(stack / "terraform.d" / "plugins", mirror)
        if mirror:
            _seed_lock(stack / ".terraform.lock.hcl", needed)
    return mirror


def _candidates() -> Iterable[Path]:
    """Directories that may be a mirror, most explicit first."""
    if named := os.environ.get("TF_PROVIDER_MIRROR"):
        yield Path(named).absolute()  # a link to a relative path would start at the link
    yield from (Path.home() / ".terraform.d/plugins", Path.home() / ".local/share/terraform/plugins")
    yield from (Path("/usr/local/share/terraform/plugins"), Path("/usr/share/terraform/plugins"))
    yield from (registry.parent for registry in sorted(Path("/opt").glob(f"*/{_REGISTRY}")))


def _required_providers(stack: Path) -> frozenset[tuple[str, str]]:
    required = json.loads(stack.read_text(encoding="utf-8"))["terraform"]["required_providers"]
    return frozenset((_qualified(provider["source"]), provider["version"]) for provider in required.values())


def _qualified(source: str) -> str:
    """Terraform reads `aws` as `hashicorp/aws` (Terraform language, "Provider Requirements")."""
    return source if "/" in source else f"hashicorp/{source}"


def _holds(mirror: Path, providers: Iterable[tuple[str, str]]) -> bool:
    """Whether the mirror has each provider for this platform, unpacked or as the zip file of a release."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    target = f"{platform.system().lower()}_{machine}"
    for source, version in providers:
        provider = mirror / _REGISTRY / source
        archive = f"terraform-provider-{source.split('/')[-1]}_{version}_{target}.zip"
        if not (provider / version / target).is_dir() and not (provider / archive).is_file():
            return False
    return True


def _link(link: Path, mirror: Path | None) -> None:
    if link.is_symlink():
        link.unlink()
    if mirror:
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(mirror, target_is_directory=True)


def _seed_lock(lock: Path, providers: Iterable[tuple[str, str]]) -> None:
    if lock.exists():  # Terraform's own, with the hash of what it installed
        return
    blocks = [
        f'provider "{_REGISTRY}/{source}" {{\n  version = "{version}"\n  constraints = "{version}"\n}}\n'
        for source, version in sorted(providers)
    ]
    lock.write_text("".join(blocks), encoding="utf-8")
