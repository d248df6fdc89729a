"""Multinomial logistic regression by mini-batches over sparse rows.

scikit-learn's solvers need minutes for hundreds of classes on two cores; this needs seconds and the
same seed gives the same weights.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

SEED = 20261121
_SCALE = 10.0
"""Rows have length one, so inputs are enlarged to let few epochs reach confident answers."""
_NEGLIGIBLE = 0.003
"""Errors below this teach nothing; without them the step back touches few classes a row."""


_A_TIME = 8
"""How often an epoch adds its weights to the mean."""


def fit(
    rows: csr_matrix,
    labels: np.ndarray,
    weight: np.ndarray,
    classes: int,
    *,
    epochs: int = 5,
    batch: int = 512,
    rate: float = 10.0,
    dropout: float = 0.0,
    averaged: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """(features × classes) float32 weights and the bias, to be used as `softmax(row @ weights +
    bias)`.

    `rows` have Euclidean length one; `labels` are class numbers; `weight` is the importance of a
    row. `dropout` is the share of values left out of each step, so that no single phrase decides
    alone. Steps shrink over the last two epochs; with `averaged` they do not, and the mean of the
    weights over that many last epochs is taken (Polyak and Juditsky 1992): what chance did to one
    step decides less.
    """
    random_ = np.random.default_rng(SEED)
    weights = np.zeros((rows.shape[1], classes), dtype=np.float32)
    flat = weights.reshape(-1)
    bias = np.zeros(classes, dtype=np.float32)
    importance = weight.astype(np.float32)[:, None]
    mean = _Mean(weights, bias) if averaged else None
    for epoch in range(epochs):
        step = rate * (1.0 if averaged or epoch < epochs - 2 else 0.4)
        order = random_.permutation(len(labels))
        starts = range(0, len(order), batch)
        taken = set(starts[:: -max(1, len(starts) // _A_TIME)]) if mean is not None else set()
        for start in starts:
            picked = order[start : start + batch]
            part = rows[picked]
            if dropout:
                kept = random_.random(len(part.data), dtype=np.float32) >= dropout
                part.data *= kept.astype(np.float32) / np.float32(1.0 - dropout)
                part.eliminate_zeros()  # the products below would take each of them along
            error = probabilities(_SCALE * (part @ weights) + bias)
            error[np.arange(len(picked)), labels[picked]] -= 1.0
            error *= importance[picked]
            bias -= 0.1 * error.mean(axis=0)
            error[np.abs(error) < _NEGLIGIBLE] = 0.0
            gradient = (part.T @ csr_matrix(error)).tocoo()  # one value in ten: never made dense
            touched = gradient.row.astype(np.int64) * classes + gradient.col
            flat[touched] -= np.float32(step * _SCALE / batch) * gradient.data
            if mean is not None and epoch >= epochs - averaged and start in taken:
                mean.add(weights, bias)
    if mean is not None:
        weights, bias = mean.weights(), mean.bias()
    return weights * _SCALE, bias


class _Mean:
    """Running mean of weights and bias."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self._weights, self._bias, self._count = np.zeros_like(weights), np.zeros_like(bias), 0

    def add(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self._weights += weights
        self._bias += bias
        self._count += 1

    def weights(self) -> np.ndarray:
        return self._weights / np.float32(self._count)

    def bias(self) -> np.ndarray:
        return self._bias / np.float32(self._count)


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
