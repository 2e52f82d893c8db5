"""The folders Terraform works in: providers from disk where there are some, no memory of another target."""

import os
import platform
from pathlib import Path

import pytest

from stacks.working_directory import forget_other_target, use_provider_mirror
from tests.synth.synthesized import EMULATOR, ENDPOINT
from tests.terraform.command import write

SOURCE, VERSION = "acme/thing", "1.2.3"
"""A provider that no mirror of this machine has."""

PLATFORM = "_".join(
    (
        platform.system().lower(),
        {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
    )
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without mirror, and no mirror named by the environment."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TF_PROVIDER_MIRROR", raising=False)
    return tmp_path / "home"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        provider = {"thing": {"source": SOURCE, "version": VERSION}}
        write(tmp_path / "out/stacks" / name, {"terraform": {"required_providers": provider}})
    return tmp_path / "out"


def unpacked(mirror: Path, *, source: str = SOURCE, version: str = VERSION, target: str = PLATFORM) -> Path:
    (mirror / "registry.terraform.io" / source / version / target).mkdir(parents=True)
    return mirror


def packed(mirror: Path, *, version: str = VERSION, target: str = PLATFORM) -> Path:
    provider = mirror / "registry.terraform.io" / SOURCE
    provider.mkdir(parents=True)
    (provider / f"terraform-provider-thing_{version}_{target}.zip").touch()
    return mirror


def links(out: Path) -> set[Path | None]:
    """Where the link of each stack leads."""
    found = [out / "stacks" / name / "terraform.d/plugins" for name in ("one", "two")]
    return {link.readlink() if link.is_symlink() else None for link in found}


def locks(out: Path) -> list[Path]:
    return sorted(out.glob("stacks/*/.terraform.lock.hcl"))


@pytest.mark.parametrize("layout", [unpacked, packed])
def test_named_mirror_is_linked_beside_every_stack(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: object
) -> None:
    mirror = unpacked(tmp_path / "mirror") if layout is unpacked else packed(tmp_path / "mirror")
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(mirror))
    assert use_provider_mirror(out) == mirror
    assert links(out) == {mirror}
    assert {lock.read_text(encoding="utf-8") for lock in locks(out)} == {
        'provider "registry.terraform.io/acme/thing" {\n  version = "1.2.3"\n  constraints = "1.2.3"\n}\n'
    }
    assert len(locks(out)) == 2


def test_named_mirror_may_be_a_relative_path(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked(tmp_path / "mirror")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TF_PROVIDER_MIRROR", "mirror")
    use_provider_mirror(out)
    assert (out / "stacks/one/terraform.d/plugins/registry.terraform.io").is_dir()


def test_mirror_in_the_home_directory_needs_no_setting(out: Path, home: Path) -> None:
    mirror = unpacked(home / ".terraform.d/plugins")
    assert use_provider_mirror(out) == mirror
    assert links(out) == {mirror}


def test_named_mirror_wins_unless_it_lacks_the_provider(
    out: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home = unpacked(home / ".terraform.d/plugins")
    named = tmp_path / "named"
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(named))
    assert use_provider_mirror(out) == at_home
    unpacked(named)
    assert use_provider_mirror(out) == named
    assert links(out) == {named}


@pytest.mark.parametrize("other", [{"version": "1.2.4"}, {"target": "plan9_mips"}])
@pytest.mark.parametrize("layout", [unpacked, packed])
def test_fails_to_be_a_mirror_when_version_or_platform_differ(
    out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    layout: object,
    other: dict[str, str],
) -> None:
    make = unpacked if layout is unpacked else packed
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(make(tmp_path / "mirror", **other)))
    assert use_provider_mirror(out) is None
    assert links(out) == {None}


def test_one_missing_provider_sends_all_to_the_registry(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"other": {"source": "acme/other", "version": "2.0.0"}}
    write(out / "stacks/two", {"terraform": {"required_providers": other}})
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(unpacked(tmp_path / "mirror")))
    assert use_provider_mirror(out) is None
    unpacked(tmp_path / "mirror", source="acme/other", version="2.0.0")
    assert use_provider_mirror(out) == tmp_path / "mirror"


def test_short_source_means_hashicorp(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        short = {"thing": {"source": "thing", "version": VERSION}}
        write(out / "stacks" / name, {"terraform": {"required_providers": short}})
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(unpacked(tmp_path / "mirror", source="hashicorp/thing")))
    assert use_provider_mirror(out) == tmp_path / "mirror"
    assert 'provider "registry.terraform.io/hashicorp/thing"' in locks(out)[0].read_text(encoding="utf-8")


def test_without_mirror_nothing_is_written_and_a_stale_link_goes(out: Path, tmp_path: Path) -> None:
    stale = out / "stacks/one/terraform.d/plugins"
    stale.parent.mkdir()
    stale.symlink_to(tmp_path / "gone")
    assert use_provider_mirror(out) is None
    assert links(out) == {None}
    assert not os.path.lexists(stale)
    assert locks(out) == []
    assert not (out / "stacks/two/terraform.d").exists()


def test_lock_of_terraform_is_kept(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(unpacked(tmp_path / "mirror")))
    own = out / "stacks/one/.terraform.lock.hcl"
    own.write_text("# with hashes", encoding="utf-8")
    for _ in range(2):
        use_provider_mirror(out)
    assert own.read_text(encoding="utf-8") == "# with hashes"
    assert links(out) == {tmp_path / "mirror"}


def aim(target: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Synthesize for `aws` or `emulator`, as far as working directories go."""
    monkeypatch.delenv(ENDPOINT, raising=False)
    if target == "emulator":
        monkeypatch.setenv(ENDPOINT, EMULATOR)
    forget_other_target(out)


@pytest.fixture
def initialised(out: Path) -> list[Path]:
    """What `terraform init` remembers of each stack's backend."""
    caches = [out / "stacks" / name / ".terraform/terraform.tfstate" for name in ("one", "two")]
    for cache in caches:
        cache.parent.mkdir()
        cache.write_text("backend", encoding="utf-8")
        (cache.parent / "providers").mkdir()
    return caches


@pytest.mark.parametrize(("first", "then"), [("aws", "emulator"), ("emulator", "aws")])
def test_backend_of_another_target_is_forgotten(
    out: Path, initialised: list[Path], monkeypatch: pytest.MonkeyPatch, first: str, then: str
) -> None:
    aim(first, out, monkeypatch)
    aim(then, out, monkeypatch)
    assert not any(cache.exists() for cache in initialised)
    assert all((cache.parent / "providers").is_dir() for cache in initialised)


@pytest.mark.parametrize("target", ["aws", "emulator"])
def test_backend_of_the_same_target_is_remembered(
    out: Path, initialised: list[Path], monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    for _ in range(2):
        aim(target, out, monkeypatch)
    assert all(cache.exists() for cache in initialised)


def test_target_may_change_back_and_forth(
    out: Path, initialised: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for target in ("aws", "emulator"):
        aim(target, out, monkeypatch)
    initialised[0].write_text("backend of the emulator", encoding="utf-8")
    aim("emulator", out, monkeypatch)
    assert initialised[0].exists()
    aim("aws", out, monkeypatch)
    assert not initialised[0].exists()
