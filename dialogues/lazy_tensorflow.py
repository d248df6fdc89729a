"""Lets Rasa start and train without TensorFlow when no component of the pipeline uses it.

Rasa imports its neural components wherever it lists or checks components, so TensorFlow (7 to 30 s,
350 MB) is loaded by models that have no neural part. `install()` puts a finder in front of exactly
these modules: their classes become placeholders that import the real module at the first call or
subclassing. Asking whether something *is* such a class needs no import: while the real module was
never loaded, nothing can derive from it. A model or configuration that names one of the components
(`names_deferred`) must be used without the finder.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

COMPONENTS = {
    "rasa.core.policies.ted_policy": "TEDPolicy",
    "rasa.core.policies.unexpected_intent_policy": "UnexpecTEDIntentPolicy",
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": "ConveRTFeaturizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": "LanguageModelFeaturizer",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
}
"""Modules of components that need TensorFlow, with the name by which a configuration calls them."""
DEFERRED = frozenset(
    {*COMPONENTS, "rasa.utils.tensorflow.callback", "rasa.utils.tensorflow.data_generator"}
)


class _Deferred:
    """Stands for one attribute of a deferred module."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        return getattr(_load(self._module), self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name == "__name__":  # Rasa names components in warnings; that needs no TensorFlow
            return self._name
        return getattr(self._real(), name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __instancecheck__(self, instance: object) -> bool:
        return _loaded(self._module) and isinstance(instance, self._real())

    def __subclasscheck__(self, subclass: type) -> bool:
        return _loaded(self._module) and issubclass(subclass, self._real())


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


def _loaded(name: str) -> bool:
    present = sys.modules.get(name)
    return present is not None and not isinstance(present, _DeferredModule)


def _load(name: str) -> ModuleType:
    """Import the real module, and whatever it needs, in place of the placeholders."""
    if not _loaded(name):
        uninstall()
        for other in DEFERRED:
            if not _loaded(other):
                sys.modules.pop(other, None)
    return importlib.import_module(name)


class _Absent(importlib.abc.MetaPathFinder):
    """While it stands in front, TensorFlow looks as if it were not installed."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"{name} is not wanted here", name=name)
        return None


def install() -> None:
    """Put the finder in front; calling it twice changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    if "tensorflow" in sys.modules or "thinc.compat" in sys.modules:
        return
    # spaCy's thinc imports TensorFlow when it finds it, for converting arrays that we do not have
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        importlib.import_module("thinc.compat")
    finally:
        sys.meta_path.remove(absent)


def uninstall() -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


def model_needs_tensorflow(archive: Path) -> bool:
    """Whether the model's metadata names a component that needs TensorFlow.

    Raises `tarfile.TarError` or `OSError` for a broken archive.
    """
    with tarfile.open(archive) as tar:
        for member in tar:
            if Path(member.name).name == "metadata.json":
                file = tar.extractfile(member)
                text = file.read().decode() if file is not None else ""
                return any(name in text for name in COMPONENTS)
    return True


def configuration_learns_from_rasa(config: Path) -> bool:
    """Whether the pipeline names a component that is not ours: such a one learns from `nlu.yml`,
    ours from `understanding.json`.
    """
    pipeline = yaml.safe_load(config.read_text(encoding="utf-8")).get("pipeline") or ()
    return any(not str(component["name"]).startswith("nlu.") for component in pipeline)


def configuration_needs_tensorflow(config: Path) -> bool:
    """Whether a training configuration names a component that needs TensorFlow."""
    text = config.read_text(encoding="utf-8")
    return any(name in text for name in (*COMPONENTS, *COMPONENTS.values()))
