"""Typed: names of `typing` that only annotations need, without the module, which takes longer to load than a small repository to be read."""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import IO as IO
    from typing import Any as Any
    from typing import ClassVar as ClassVar
    from typing import Concatenate as Concatenate
    from typing import NoReturn as NoReturn
    from typing import ParamSpec as ParamSpec
    from typing import Protocol as Protocol
    from typing import TypeVar as TypeVar
    from typing import cast as cast
else:
    IO = Any = ClassVar = Concatenate = NoReturn = Protocol = object

    def TypeVar(name, **_):  # noqa: N802
        return name

    ParamSpec = TypeVar

    def cast(_, value):
        return value
