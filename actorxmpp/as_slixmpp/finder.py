"""The import hook: makes a module for each name below ``slixmpp``, out of our modules."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
from types import ModuleType
from typing import TYPE_CHECKING, Any

from actorxmpp.as_slixmpp.table import PLUGIN_MODULES, ROOT, targets_of
from actorxmpp.plugins import PLUGINS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AliasFinder", "NotOffered"]

MISSING = object()
"""What is found where there is nothing: None may be something."""

REGISTERING = frozenset(("register", "register_plugin", "register_plugins"))
"""Functions in modules of slixmpp's plugins that register their stanza classes."""


def _registered() -> None:
    """Stands for a function that registers stanza classes; here importing them has done it."""


class NotOffered(ImportError):
    """A module of slixmpp's that this framework has nothing for."""


class AliasModule(ModuleType):
    """Stands for one of slixmpp's modules; its names are looked up in ours."""

    def __getattr__(self, name: str) -> Any:
        """Find a name in the modules that stand for this one, or import a module below it."""
        if not name.startswith("__"):
            found = self._find(name)
            if isinstance(found, ModuleType) and targets_of(f"{self.__name__}.{name}"):
                return importlib.import_module(f"{self.__name__}.{name}")
            if found is not MISSING:
                return found
            if name in REGISTERING and self.__name__.endswith(".stanza"):
                return _registered
        raise AttributeError(f"actorxmpp has no {name!r} that stands for {self.__name__}.{name}")

    def _find(self, name: str) -> Any:
        for target in self.__dict__.get("_targets", ()):
            try:
                return getattr(target, name)
            except (AttributeError, ModuleNotFoundError):
                continue
        if targets_of(f"{self.__name__}.{name}"):
            return importlib.import_module(f"{self.__name__}.{name}")
        return MISSING

    def __dir__(self) -> list[str]:
        """List what can be found."""
        return sorted({*self.__dict__, *self.__dict__.get("__all__", ())})


class AliasFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and makes ``slixmpp`` and every module below it."""

    @staticmethod
    def made(module: object) -> bool:
        """Whether a module was made by an alias finder."""
        return isinstance(module, AliasModule)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Say that this finder makes the module, if it is one of slixmpp's.

        Raises:
            NotOffered: if it is, and there is nothing here for it.
        """
        del path, target
        if fullname != ROOT and not fullname.startswith(f"{ROOT}."):
            return None
        if not targets_of(fullname):
            raise NotOffered(_explain(fullname), name=fullname)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make the module."""
        return AliasModule(spec.name, f"actorxmpp in the place of {spec.name}.")

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        targets = [importlib.import_module(name) for name in targets_of(module.__name__)]
        module.__dict__["_targets"] = targets
        names: dict[str, None] = {}
        for target in targets:
            listed = _listed(target)
            names |= dict.fromkeys(name for name in listed if not name.startswith("_"))
            for name in listed:
                if name.startswith("__"):  # such as __version__, which is never looked up above
                    module.__dict__.setdefault(name, getattr(target, name))
        module.__dict__["__all__"] = list(names)


def _listed(module: ModuleType) -> list[str]:
    """The names that a module says it has."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    return [name for name in vars(module) if not name.startswith("_")]


def _explain(fullname: str) -> str:
    plugin = fullname.removeprefix(f"{ROOT}.plugins.").partition(".")[0]
    if plugin in PLUGIN_MODULES and plugin not in PLUGINS:
        what = f"actorxmpp has no plugin {plugin} yet"
    else:
        what = f"actorxmpp has nothing that stands for the module {fullname}"
    return f"{what} (the program imports it as one of slixmpp's)"
