"""What every service shares."""

from typing import Any

from moto.core.responses import BaseResponse


def install() -> None:
    """Change how moto's services answer what they do not know."""
    _refuse_unknown_paths()


def _refuse_unknown_paths() -> None:
    """Moto answers a path that no operation has with an empty 404, which clients take for "not found"."""
    call_action = BaseResponse.call_action

    def refusing(self: BaseResponse) -> Any:
        if not self._get_action():
            raise NotImplementedError("no operation of the service has this path")
        return call_action(self)

    BaseResponse.call_action = refusing  # type: ignore[method-assign]
