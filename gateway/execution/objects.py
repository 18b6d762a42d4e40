"""The objects of an answer: dictionaries, or of a class that is made for their selection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec


class Shaped(msgspec.Struct):
    """An object of a class whose members are known, which takes less time than a dictionary.

    Its members are attributes by their order in the selection, and found by their keys as well.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(self.__struct_encode_fields__)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, self._attribute(key))

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, self._attribute(key), value)

    def _attribute(self, key: str) -> str:
        return attribute(self.__struct_encode_fields__.index(key))


Object = dict[str, Any] | Shaped


@cache
def attribute(order: int) -> str:
    """The attribute of a shaped object that the member at this place of its selection is."""
    return f"f{order}"


def assign(objects: Sequence[Object], key: str, order: int, values: Sequence[Any]) -> None:
    """Give each object its value of a member; they were all made in one go."""
    if objects and type(objects[0]) is dict:
        for object_, value in zip(objects, values, strict=True):
            object_[key] = value
    else:
        name = attribute(order)
        for object_, value in zip(objects, values, strict=True):
            setattr(object_, name, value)
