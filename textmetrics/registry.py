"""The one way to add a thing: put a module with a decorated function into the family's folder.

A registry imports every module of its own package the first time it is asked for anything, then every
entry point of the group ``textmetrics.<family>``. Importing is what runs the decorators, so no list of
names is kept anywhere. Another thread that asks meanwhile waits until all members are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from threading import RLock
from typing import TypeVar

from .errors import TextmetricsError, UnknownName

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """The members of one family by name, found the first time one is asked for."""

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._items: dict[str, T] = {}
        self._homes: dict[str, str] = {}
        self._names: tuple[str, ...] = ()
        self._loading = RLock()
        self._begun = self._loaded = False

    def add(self, name: str, item: T, home: str) -> None:
        """Take in one member; ``home`` says where it is written, for the error when a second one comes."""
        if name in self._items:
            raise TextmetricsError(f"Two {self.kind}s are called {name!r}: one in {self._homes[name]}, one in {home}.")
        self._items[name] = item
        self._homes[name] = home
        self._names = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all members, in order."""
        self._load()
        if not self._names:
            self._names = tuple(sorted(self._items))
        return self._names

    def home(self, name: str) -> str:
        """Where a member is written."""
        self[name]
        return self._homes[name]

    def __getitem__(self, name: str) -> T:
        self._load()
        try:
            return self._items[name]
        except KeyError:
            raise UnknownName(self.kind, name, self._items) from None

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        self._load()
        return len(self._items)

    def _load(self) -> None:
        if self._loaded:
            return
        with self._loading:
            if self._begun:  # by a thread that is through with it, or by this one, whose module asks while it is imported
                return
            self._begun = True
            try:
                for module in iter_modules(import_module(self.package).__path__):
                    import_module(f"{self.package}.{module.name}")
                for point in entry_points(group=self.package):
                    point.load()
                self._loaded = True
            finally:
                self._begun = self._loaded
