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
) -> tuple[np.ndarray, np.ndarray]:
    """(features × classes) float32 weights and the bias, to be used as `softmax(row @ weights +
    bias)`.

    `rows` have Euclidean length one; `labels` are class numbers; `weight` is the importance of a
    row. Steps shrink over the last two epochs. `dropout` is the share of values left out of each
    step, so that no single phrase decides alone.
    """
    random_ = np.random.default_rng(SEED)
    weights = np.zeros((rows.shape[1], classes), dtype=np.float32)
    flat = weights.reshape(-1)
    bias = np.zeros(classes, dtype=np.float32)
    importance = weight.astype(np.float32)[:, None]
    for epoch in range(epochs):
        step = rate * (1.0 if epoch < epochs - 2 else 0.4)
        order = random_.permutation(len(labels))
        for start in range(0, len(order), batch):
            picked = order[start : start + batch]
            part = rows[picked]
            if dropout:
                kept = random_.random(len(part.data), dtype=np.float32) >= dropout
                part.data *= kept.astype(np.float32) / np.float32(1.0 - dropout)
            error = probabilities(_SCALE * (part @ weights) + bias)
            error[np.arange(len(picked)), labels[picked]] -= 1.0
            error *= importance[picked]
            bias -= 0.1 * error.mean(axis=0)
            error[np.abs(error) < _NEGLIGIBLE] = 0.0
            gradient = (part.T @ csr_matrix(error)).tocoo()  # one value in ten: never made dense
            touched = gradient.row.astype(np.int64) * classes + gradient.col
            flat[touched] -= np.float32(step * _SCALE / batch) * gradient.data
    return weights * _SCALE, bias


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
