"""Values: `NamedTuple` as of `typing`, for classes whose making costs next to nothing, since a check loads more of them than it makes values of.

`typing.NamedTuple` compiles a constructor for each class (collections.namedtuple). Here it is compiled when the first value is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from _collections import _tuplegetter
    from collections import namedtuple

    def _construct(cls, args, kwargs):
        """Make the first value of a class, and its constructor for all others."""
        owner = next(one for one in cls.__mro__ if "_fields" in vars(one))
        defaults = owner._field_defaults.values()
        made = owner.__new__ = namedtuple(owner.__name__, owner._fields, defaults=defaults).__new__
        return made(cls, *args, **kwargs)

    class _Value(tuple):
        """What all of them have."""

        __slots__ = ()

        def __new__(cls, *args, **kwargs):
            return _construct(cls, args, kwargs)

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changed):
            made = self._make(map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"Got unexpected field names: {list(changed)!r}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self):
            return tuple(self)

    class _Meta(type):
        def __new__(meta, name, bases, space):
            fields = tuple(space.get("__annotations__", ()))
            space["__slots__"] = ()
            space["_fields"] = space["__match_args__"] = fields
            space["_field_defaults"] = {one: space[one] for one in fields if one in space}
            for number, one in enumerate(fields):
                space[one] = _tuplegetter(number, None)
            return type.__new__(type, name, (_Value,), space)

    NamedTuple = type.__new__(_Meta, "NamedTuple", (), {})
