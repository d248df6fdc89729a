"""Lets Rasa start without TensorFlow.

`rasa.utils.train_utils` imports two modules whose only use is training neural networks, and every policy imports
`train_utils`: so TensorFlow (7 to 15 s, 350 MB) is loaded by models that have no neural part. `install()` puts a finder
in front of exactly these two modules. Their classes become placeholders that import the real module at the first call,
subclassing or `isinstance` check: a pipeline with a TensorFlow component still works and merely starts later.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

DEFERRED = frozenset({"rasa.utils.tensorflow.callback", "rasa.utils.tensorflow.data_generator"})


class _Deferred:
    """Stands for one attribute of a deferred module."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        return getattr(_load(self._module), self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._real())

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self._real())


class _DeferredModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Deferred(self.__name__, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in DEFERRED:
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: attributes load the real module."""


def _load(name: str) -> ModuleType:
    """Import the real module and put it in the placeholder's place."""
    present = sys.modules.get(name)
    if present is not None and not isinstance(present, _DeferredModule):
        return present
    uninstall()
    sys.modules.pop(name, None)
    try:
        return importlib.import_module(name)
    finally:
        install()


def install() -> None:
    """Put the finder in front; calling it twice changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def uninstall() -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
