"""How a fix reaches moto: methods written as if inside moto's class move onto that class."""

from typing import Any


def adopt(owner: type[Any], fixes: type[Any]) -> None:
    """Give `owner` the public and private methods and properties that `fixes` defines; dunders stay."""
    for name, value in vars(fixes).items():
        if not name.startswith("__"):
            setattr(owner, name, value)
