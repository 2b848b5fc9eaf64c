"""Scope: the variables that are known at one point of a script or Dockerfile. The next point shares all that does not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from binderlint.typed import TypeVar

LONGEST = 10_000
"""The characters of a value above which it counts as not known: `A=$A$A` in a row doubles it each time."""
V = TypeVar("V")
_Item = tuple[str, V]
_Node = tuple["_Item[V] | None", "_Node[V] | None", "_Node[V] | None"]


class Scope(Mapping[str, V]):
    """Names and their values. It never changes: `having` gives another scope, in steps as many as the names have binary digits.

    Names are numbered as they come, in all scopes made from one; the digits of a number lead through a binary tree.
    """

    def __init__(self, items: Mapping[str, V] | Iterable[tuple[str, V]] = ()) -> None:
        self._numbers: dict[str, int] = {}
        self._root: _Node[V] | None = None
        self._put(items)

    def _put(self, items: Mapping[str, V] | Iterable[tuple[str, V]]) -> None:
        for name, value in items.items() if isinstance(items, Mapping) else items:
            number = self._numbers.setdefault(name, len(self._numbers) + 1)
            self._root = _with(self._root, number, (name, value))

    def having(self, items: Mapping[str, V] | Iterable[tuple[str, V]]) -> Scope[V]:
        """A scope with these values, and the others of this one."""
        other: Scope[V] = Scope()
        other._numbers, other._root = self._numbers, self._root
        other._put(items)
        return other

    def __getitem__(self, name: str) -> V:
        number, node = self._numbers.get(name, 0), self._root
        while node and number > 1:
            node, number = node[2] if number & 1 else node[1], number >> 1
        if not node or not number or not node[0]:
            raise KeyError(name)
        return node[0][1]

    def __iter__(self) -> Iterator[str]:
        return self.differing(Scope())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def differing(self, other: Scope[V]) -> Iterator[str]:
        """The names whose values differ in a scope made from the same one, found without a look at what both share."""
        todo = [(self._root, other._root)]
        while todo:
            one, two = todo.pop()
            if one is two:
                continue
            mine, theirs = one[0] if one else None, two[0] if two else None
            if mine != theirs and (item := mine or theirs):
                yield item[0]
            todo.append((one[1] if one else None, two[1] if two else None))
            todo.append((one[2] if one else None, two[2] if two else None))


def _with(node: _Node[V] | None, number: int, item: _Item[V]) -> _Node[V]:
    """A tree with an item at a number; what is not on the way there is shared."""
    old, even, odd = node or (None, None, None)
    if number == 1:
        return item, even, odd
    if number & 1:
        return old, even, _with(odd, number >> 1, item)
    return old, _with(even, number >> 1, item), odd
