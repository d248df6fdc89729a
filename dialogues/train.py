"""Train one release: `python -m dialogues.train --release DIR [--content DIR] [--reuse DIR]`.

Reads `catalogue.json` and `centre.json` of the release folder, writes `training/` and
`model.tar.gz` into it. Progress is one JSON object a line on standard output; an error is
`{"error": …}` and exit code 1 (docs/architecture.md).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import sys
import tarfile
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialogues.reuse import NAME, fingerprint, take_model

HERE = Path(__file__).resolve().parent
SEED = 20260101
_GZIP_LEVEL = 3

_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "LOG_LEVEL": "ERROR",
    "TQDM_DISABLE": "1",
}


def report(step: str, fraction: float) -> None:
    print(json.dumps({"step": step, "fraction": fraction}), file=sys.__stdout__, flush=True)


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Rasa prints to standard output, which belongs to the progress lines."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def _packed_quickly() -> Iterator[None]:
    """Rasa packs a model at gzip's highest level: ten seconds more for one twentieth less."""
    slowly = tarfile.TarFile.__dict__["gzopen"]

    def gzopen(cls: Any, name: Any, mode: Any = "r", fileobj: Any = None, **options: Any) -> Any:
        return slowly.__func__(cls, name, mode, fileobj, _GZIP_LEVEL, **options)

    tarfile.TarFile.gzopen = classmethod(gzopen)  # type: ignore[assignment]
    try:
        yield
    finally:
        tarfile.TarFile.gzopen = slowly


def train(release: Path, content: Path, earlier: Path | None = None) -> Path:
    """Train the release's model; returns the path of `model.tar.gz`.

    An `earlier` release that learnt from the same training data lends its model.

    Raises `FileNotFoundError` for an incomplete folder, `ValueError` for content that cannot be
    trained.
    """
    for name in ("catalogue.json", "centre.json"):
        if not (release / name).is_file():
            raise FileNotFoundError(f"{release / name} is missing: take the snapshots first")
    os.environ.update({k: v for k, v in _QUIET.items() if k not in os.environ})
    warnings.filterwarnings("ignore")
    report("training data", 0.02)
    with _stdout_to_stderr():
        from dialogues.life_events import write_events
        from nlu import training_data

        training = release / "training"
        shutil.rmtree(training, ignore_errors=True)
        training.mkdir()
        training_data.generate(
            release / "catalogue.json", release / "centre.json", training, content
        )
        write_events(content, release)
        known = fingerprint(training, content)
        (training / NAME).write_text(known + "\n", encoding="ascii")
    if earlier is not None and take_model(earlier, release, known):
        report("done", 1.0)
        return release / "model.tar.gz"
    report("loading Rasa", 0.15)
    with _stdout_to_stderr():
        from dialogues import lazy_tensorflow
        from dialogues.logs import quiet_logs

        config = HERE / "config.yml"
        if not lazy_tensorflow.configuration_needs_tensorflow(config):
            lazy_tensorflow.install()
        stock = lazy_tensorflow.configuration_learns_from_rasa(config)
        examples = "nlu.yml" if stock else "few.yml"
        quiet_logs()
        import numpy as np
        from rasa.model_training import train as rasa_train

    random.seed(SEED)
    np.random.seed(SEED)
    report("training", 0.3)
    with tempfile.TemporaryDirectory() as scratch, _stdout_to_stderr(), _packed_quickly():
        # a cache of an earlier content could be taken for this one's: each release is
        # trained from nothing
        os.environ["RASA_CACHE_DIRECTORY"] = scratch
        os.environ["RASA_MAX_CACHE_SIZE"] = "0"
        result = rasa_train(
            domain=str(HERE / "domain"),
            config=str(config),
            training_files=[str(training / examples), str(HERE / "rules")],
            output=scratch,
            force_training=True,
            fixed_model_name="model",
        )
        if result.model is None or result.code != 0:
            raise ValueError("Rasa refused the training data: see standard error")
        finished = release / "model.tar.gz"
        partial = release / "model.tar.gz.part"
        shutil.copyfile(result.model, partial)
        partial.replace(finished)
    report("done", 1.0)
    return finished


def main() -> int:
    parser = argparse.ArgumentParser(prog="dialogues.train")
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--content", type=Path, default=HERE.parent / "data" / "nlu")
    parser.add_argument("--reuse", type=Path, help="a release whose model may still fit")
    arguments = parser.parse_args()
    earlier = arguments.reuse.resolve() if arguments.reuse is not None else None
    try:
        train(arguments.release.resolve(), arguments.content.resolve(), earlier)
    except Exception as error:
        traceback.print_exc()
        # Rasa wraps the cause of a failed component: the first error is the one that helps
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        text = f"{type(cause).__name__}: {cause}"
        print(json.dumps({"error": text[:500]}, ensure_ascii=False), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
