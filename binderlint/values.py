"""Values: `NamedTuple` as of `typing`, and `Enum` as of `enum`, for classes whose making costs next to nothing, since a check loads more of them than it makes values of.

`typing.NamedTuple` compiles a constructor for each class (collections.namedtuple). Here all classes have the same one. `enum` looks
through each class for much that nobody here asks for.
"""

from __future__ import annotations

from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from enum import Enum as Enum
    from enum import IntEnum as IntEnum
    from typing import NamedTuple as NamedTuple
else:
    from _collections import _tuplegetter

    class _Value(tuple):
        """What all of them have."""

        __slots__ = ()

        def __new__(cls, *args, **kwargs):
            if kwargs:
                args += tuple(_named(cls, cls._fields[len(args) :], kwargs))
            if missing := cls._size - len(args):
                args += cls._last[-missing:]
                if missing < 0 or len(args) != cls._size:
                    raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}")
            return tuple.__new__(cls, args)

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

    def _named(cls, fields, kwargs):
        """The values of fields that are given by name, or have a default."""
        for name in fields:
            if name in kwargs:
                yield kwargs.pop(name)
            elif name in cls._field_defaults:
                yield cls._field_defaults[name]
            else:
                raise TypeError(f"{cls.__name__} needs {name}")
        if kwargs:
            raise TypeError(f"{cls.__name__} takes no {', '.join(kwargs)}")

    class _Meta(type):
        def __new__(meta, name, bases, space):
            fields = tuple(space.get("__annotations__", ()))
            space["__slots__"] = ()
            space["_fields"] = space["__match_args__"] = fields
            space["_field_defaults"] = {one: space[one] for one in fields if one in space}
            space["_size"] = len(fields)
            space["_last"] = tuple(space["_field_defaults"].values())
            for number, one in enumerate(fields):
                space[one] = _tuplegetter(number, None)
            return type.__new__(type, name, (_Value,), space)

    NamedTuple = type.__new__(_Meta, "NamedTuple", (), {})

    class _Members(type):
        """What has members: all that is in capitals in its body."""

        def __init__(cls, name, bases, space):
            cls._members = {}
            for key, value in space.items():
                if key.isupper():
                    cls._members[value] = one = cls.__new__(cls, value)
                    one.name, one.value = key, value
                    setattr(cls, key, one)

        def __call__(cls, value):
            if value not in cls._members:
                raise ValueError(f"{value!r} is not a valid {cls.__name__}")
            return cls._members[value]

        def __iter__(cls):
            return iter(cls._members.values())

        def __len__(cls):
            return len(cls._members)

    class Enum(metaclass=_Members):
        """One of some values, each of which has a name."""

        def __new__(cls, value):
            return object.__new__(cls)

        def __repr__(self):
            return f"<{type(self).__name__}.{self.name}: {self.value!r}>"

        def __reduce__(self):
            return type(self), (self.value,)

    class IntEnum(int, metaclass=_Members):
        """The same for values that are numbers."""

        __repr__ = Enum.__repr__
        __reduce__ = Enum.__reduce__
