"""Sums over a few rows of a large sparse matrix, for one message at a time.

SciPy's product of two sparse matrices spends more time on checking its operands than on a message
of twenty words; here the rows that most messages touch are dense, and the others are gathered.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

_DENSE_SHARE = 0.05
"""Rows with values in more of the columns than this are kept dense."""
_MOST_DENSE = 6_000_000
"""Values that may be kept dense."""


class Postings:
    """Read-only; rows are features, columns entries or phrasings."""

    def __init__(self, rows: csr_matrix) -> None:
        self._columns = rows.shape[1]
        filled = np.diff(rows.indptr)
        dense = np.flatnonzero(filled > max(1.0, _DENSE_SHARE * self._columns))
        dense = dense[np.argsort(-filled[dense], kind="stable")][: _MOST_DENSE // self._columns]
        self._dense = rows[dense].toarray()
        self._place = np.full(rows.shape[0], -1, dtype=np.int32)
        self._place[dense] = np.arange(len(dense))
        self._starts = rows.indptr[:-1]
        self._filled = np.where(self._place < 0, filled, 0)
        self._indices = rows.indices
        self._data = rows.data

    def __call__(self, at: np.ndarray, values: np.ndarray) -> np.ndarray:
        """`values @ rows[at]` as a dense array, one value a column."""
        many = self._filled[at]
        ends = np.cumsum(many)
        picked = np.repeat(self._starts[at] - ends + many, many) + np.arange(many.sum())
        products = self._data[picked] * np.repeat(values, many)
        sums = np.bincount(self._indices[picked], weights=products, minlength=self._columns)
        sums = sums.astype(np.float32)  # whole numbers where nothing was picked
        places = self._place[at]
        common = places >= 0
        if common.any():
            sums += values[common] @ self._dense[places[common]]
        return sums
