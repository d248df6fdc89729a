"""Sums over a few rows of a large sparse matrix, for one message at a time.

SciPy's product of two sparse matrices spends more time on checking its operands than on a message
of twenty words; here the loops beneath it are called by themselves, and the rows that most messages
touch are dense.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import saxpy
from scipy.sparse import _sparsetools, csr_matrix

_DENSE_SHARE = 0.05
"""Rows with values in more of the columns than this are kept dense …"""
_MANY_COLUMNS = 4_000
"""… where there are so many columns that adding one dense row pays for a call of its own."""
_MOST_DENSE = 6_000_000
"""Values that may be kept dense."""


class Postings:
    """Read-only; rows are features, columns entries or phrasings."""

    def __init__(self, rows: csr_matrix) -> None:
        self._columns = rows.shape[1]
        filled = np.diff(rows.indptr)
        dense = np.flatnonzero(filled > max(1.0, _DENSE_SHARE * self._columns))
        if self._columns < _MANY_COLUMNS:
            dense = dense[:0]
        dense = dense[np.argsort(-filled[dense], kind="stable")][: _MOST_DENSE // self._columns]
        self._dense = rows[dense].toarray().astype(np.float32)
        self._place = np.full(rows.shape[0], -1, dtype=np.int32)
        self._place[dense] = np.arange(len(dense))
        self._filled = filled.astype(np.int32)
        self._starts = rows.indptr.astype(np.int32)
        self._indices = rows.indices.astype(np.int32)
        self._data = rows.data.astype(np.float32)

    def __call__(self, at: np.ndarray, values: np.ndarray) -> np.ndarray:
        """`values @ rows[at]` as a dense array of float32, one value a column."""
        at, values = at.astype(np.int32, copy=False), values.astype(np.float32, copy=False)
        sums = np.zeros(self._columns, dtype=np.float32)
        if len(self._dense):
            places = self._place[at]
            common = places >= 0
            for place, value in zip(places[common].tolist(), values[common].tolist(), strict=True):
                saxpy(self._dense[place], sums, a=value)
            at, values = at[~common], values[~common]
        ends = np.zeros(len(at) + 1, dtype=np.int32)
        self._filled[at].cumsum(out=ends[1:])
        columns = np.empty(ends[-1], dtype=np.int32)
        picked = np.empty(ends[-1], dtype=np.float32)
        _sparsetools.csr_row_index(
            len(at), at, self._starts, self._indices, self._data, columns, picked
        )
        # the picked rows, read as columns of the transposed matrix
        _sparsetools.csc_matvec(self._columns, len(at), ends, columns, picked, values, sums)
        return sums
