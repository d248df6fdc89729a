"""A learnt judge of aspects beside the patterns: where it is sure, it adds what they miss and takes
back what they see wrongly.

Two layers. A logistic regression per aspect looks at words, pairs and triples of words and at how a
message begins and ends. A second one, fitted on wordings that the first had not seen, weighs its
verdict against that of the patterns. Both are arrays and strings only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from nlu.aspect_shape import shape
from nlu.aspects import ASPECTS
from nlu.beside import beside
from nlu.text import Normalised

MARGIN = 1.5
"""Log odds beyond which the model adds an aspect where the patterns see none."""
BESIDE_OTHERS = 3.0
"""The same beside aspects that the patterns see: names of papers in a question about something else
look like a question about papers."""
TAKEN_BACK = 2.5
"""Log odds against an aspect beyond which what the patterns saw is taken back."""
SHARES = {
    "documents": 0.21, "fee": 0.17, "time": 0.18, "place": 0.18, "online": 0.07,
    "eligibility": 0.26, "steps": 0.035, "result": 0.02, "legal_basis": 0.025, "form": 0.045,
}  # fmt: skip
"""How many of the questions at a desk that ask for aspects ask for this one. The examples have all
aspects about as often, which would see the rare ones everywhere."""
FEWEST = 200
"""Examples below which nothing is learnt."""
_STRENGTH = 10.0
_STEPS = 40
_SEEN = 3
"""Examples that must hold a feature."""
_MOST_FEATURES = 24_000
_VALUE = {
    "w": 1.0, "b": 1.0, "t": 0.8, "a": 0.7, "d": 0.7, "^": 0.5, "$": 0.7, "?": 0.7, "n": 0.5,
    "k": 0.8, "K": 0.8,
}  # fmt: skip
"""Weight of a kind of feature: word, pair, triple, accented word and pair, beginning, end, question
mark, length, pair and triple of kinds (`nlu.aspect_shape`)."""
_LONGEST = 6.0
"""Log odds that count at most in the second layer."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a message asks, and what the patterns see in it."""

    message: Normalised
    asked: frozenset[str]
    seen: frozenset[str]
    weight: float = 1.0
    half: int | None = None
    """0 or 1, all of one wording alike: learnt from only while that half is not held out."""
    made: bool = False
    """Put together from others: learnt from, never judged by."""

    @property
    def judges(self) -> bool:
        return self.half is not None and not self.made


@dataclass(frozen=True, slots=True)
class Words:
    """The first layer: features and their weights for each aspect."""

    index: dict[str, int]
    weights: np.ndarray
    """(features × aspects), float32."""
    bias: np.ndarray

    def __call__(self, documents: Sequence[Sequence[str]]) -> np.ndarray:
        """(messages × aspects) log odds."""
        return np.asarray(_matrix(documents, self.index) @ self.weights + self.bias)

    def of_one(self, document: Sequence[str]) -> np.ndarray:
        """The same for one message, without building a matrix."""
        at, values = [], []
        for feature, place in zip(document, map(self.index.get, document), strict=True):
            if place is not None:
                at.append(place)
                values.append(_VALUE[feature[0]])
        if not at:
            return self.bias
        return np.asarray(values, np.float32) @ self.weights[at] * _scale(document) + self.bias


class AspectModel:
    """Read-only after `fit` or `load`."""

    def __init__(self, words: Words, judge: np.ndarray) -> None:
        """`judge`: (aspects × evidence and bias) weights of the second layer."""
        self._words = words
        self._judge = judge

    @classmethod
    def fit(cls, examples: Sequence[Example]) -> AspectModel | None:
        """Deterministic; None where there are too few examples."""
        if sum(e.judges for e in examples) < FEWEST:
            return None
        documents = [features(e.message) for e in examples]
        with beside(lambda: _unseen(examples, documents, 1).tolist()) as second:
            first = _unseen(examples, documents, 0)
            words = _learn(examples, documents)
            odds = np.concatenate([first, np.asarray(second()).reshape(-1, len(ASPECTS))])
        judging = [e for half in (0, 1) for e in examples if e.judges and e.half == half]
        return cls(words, _weigh(judging, odds))

    def __call__(self, message: Normalised, seen: Sequence[str]) -> list[str]:
        """`seen`: the aspects that the patterns found. Aspects in the order of `ASPECTS`."""
        if not message.folded:
            return [a for a in ASPECTS if a in seen]
        chances = self.log_odds(message, seen)
        added = BESIDE_OTHERS if seen else MARGIN
        return [
            a
            for a, odds in zip(ASPECTS, chances, strict=True)
            if odds > (-TAKEN_BACK if a in seen else added)
        ]

    def log_odds(self, message: Normalised, seen: Sequence[str]) -> np.ndarray:
        """One value an aspect."""
        odds = self._words.of_one(features(message)).tolist()
        evidence = _evidence_of_one(odds, [float(a in seen) for a in ASPECTS])
        return np.asarray((np.asarray(evidence) * self._judge).sum(axis=1))

    def save(self, folder: Path) -> None:
        np.save(folder / "aspect_weights.npy", self._words.weights.astype(np.float16), False)
        np.save(folder / "aspect_bias.npy", self._words.bias, False)
        np.save(folder / "aspect_judge.npy", self._judge, False)
        text = json.dumps(list(self._words.index), ensure_ascii=False)
        (folder / "aspect_features.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> AspectModel | None:
        """What `save` wrote; None where nothing was learnt."""
        path = folder / "aspect_features.json"
        if not path.exists():
            return None
        names = json.loads(path.read_text(encoding="utf-8"))
        weights, bias, judge = (
            np.load(folder / f"aspect_{n}.npy", allow_pickle=False)
            for n in ("weights", "bias", "judge")
        )
        index = {name: i for i, name in enumerate(names)}
        return cls(Words(index, weights.astype(np.float32), bias), judge)


def features(message: Normalised) -> list[str]:
    """Strings `kind:value`, once each; numbers are alike, and a comma stands where a part ends."""
    words = [","]
    stops = {*message.stops, len(message.folded)}
    for number, word in enumerate(message.folded, 1):
        words.append("#" if word[0].isdigit() else word)
        if number in stops:
            words.append(",")
    found = ["w:" + w for w in words]
    found += [f"b:{x} {y}" for x, y in pairwise(words)]
    found += [f"t:{x} {y} {z}" for x, y, z in zip(words, words[1:], words[2:], strict=False)]
    if message.accented:
        tokens = message.tokens
        found += ["a:" + w for w in tokens]
        found += [f"d:{x} {y}" for x, y in pairwise(tokens)]
    if message.folded:
        last = message.folded[-3:]
        found += ["^:" + message.folded[0], f"n:{min(len(message.folded) // 4, 9)}"]
        found += ["$:" + " ".join(last[-n:]) for n in (1, 2, 3)]
    if "?" in message.clean:
        found.append("?:")
    kinds = shape(words)
    found += [f"k:{x} {y}" for x, y in pairwise(kinds)]
    found += [f"K:{x} {y} {z}" for x, y, z in zip(kinds, kinds[1:], kinds[2:], strict=False)]
    return list(dict.fromkeys(found))


def _scale(document: Sequence[str]) -> float:
    """Long messages count less for each of their features, known or not."""
    return 5.0 / max(1, len(document)) ** 0.5


def _matrix(documents: Sequence[Sequence[str]], index: dict[str, int]) -> csr_matrix:
    pointers, columns, values = [0], [], []
    for document in documents:
        scale = _scale(document)
        known = sorted((index[f], _VALUE[f[0]]) for f in document if f in index)
        columns += [i for i, _ in known]
        values += [scale * value for _, value in known]
        pointers.append(len(columns))
    return csr_matrix(
        (np.asarray(values, np.float32), np.asarray(columns, np.int32), np.asarray(pointers)),
        shape=(len(documents), len(index)),
    )


def _unseen(
    examples: Sequence[Example], documents: Sequence[Sequence[str]], half: int
) -> np.ndarray:
    """Log odds of the examples of this half by what is learnt without it."""
    inside = [i for i, e in enumerate(examples) if e.judges and e.half == half]
    rest = [i for i, e in enumerate(examples) if e.half != half]
    words = _learn([examples[i] for i in rest], [documents[i] for i in rest])
    return words([documents[i] for i in inside])


def _learn(examples: Sequence[Example], documents: Sequence[Sequence[str]]) -> Words:
    counts = Counter(f for document in documents for f in document)
    kept = sorted((f for f, n in counts.items() if n >= _SEEN), key=lambda f: (-counts[f], f))
    index = {f: i for i, f in enumerate(kept[:_MOST_FEATURES])}
    rows = _matrix(documents, index)
    back = rows.T.tocsr()
    asked = _flags([e.asked for e in examples]).astype(np.float32)
    weight = np.asarray([e.weight for e in examples], np.float32)[:, None]
    shape = (len(index) + 1, len(ASPECTS))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(shape).astype(np.float32)
        odds = rows @ table[:-1] + table[-1]
        wrong = (_chance(odds) - asked) * weight
        total = (weight * (np.logaddexp(0.0, odds) - asked * odds)).sum()
        gradient = np.vstack([back @ wrong + table[:-1] / _STRENGTH, wrong.sum(axis=0)])
        total += (table[:-1] ** 2).sum() / (2 * _STRENGTH)
        return float(total), gradient.ravel().astype(np.float64)

    start = np.zeros(shape)
    start[-1] = -2.0
    table = _minimum(loss, start.ravel(), _STEPS).reshape(shape).astype(np.float32)
    return Words(index, table[:-1].astype(np.float16).astype(np.float32), table[-1])


def _weigh(examples: Sequence[Example], odds: np.ndarray) -> np.ndarray:
    """The second layer, with examples weighed so that aspects are as frequent as at the desk."""
    asked = _flags([e.asked for e in examples])
    evidence = _evidence(odds, _flags([e.seen for e in examples]))
    often = asked.sum(axis=0) / max(1.0, asked.any(axis=1).sum())
    ratio = np.asarray([SHARES[a] for a in ASPECTS]) / np.maximum(often, 1e-6)
    weight = np.ones(len(examples))
    some = asked.any(axis=1)
    weight[some] = (asked[some] @ ratio) / asked[some].sum(axis=1)
    return np.stack([_logistic(evidence[:, k], asked[:, k], weight) for k in range(len(ASPECTS))])


def _evidence(odds: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(messages × aspects × 9): what each layer says of the aspect and of the others, and a one."""
    odds = np.clip(odds, -_LONGEST, _LONGEST)
    others, seen_others = _largest_other(odds), _largest_other(seen)
    columns = [
        odds, others, seen, seen_others, seen * odds, seen * others, seen * seen_others,
        np.maximum(0.0, odds), np.ones_like(odds),
    ]  # fmt: skip
    return np.stack(columns, axis=2)


def _evidence_of_one(odds: Sequence[float], seen: Sequence[float]) -> list[list[float]]:
    """`_evidence` of one message: ten aspects are too few for arrays to pay."""
    odds = [min(max(o, -_LONGEST), _LONGEST) for o in odds]
    others, seen_others = _largest_other_of_one(odds), _largest_other_of_one(seen)
    return [
        [o, other, s, s_other, s * o, s * other, s * s_other, max(0.0, o), 1.0]
        for o, other, s, s_other in zip(odds, others, seen, seen_others, strict=True)
    ]


def _largest_other_of_one(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    best, next_best = ordered[-1], ordered[-2]
    return [next_best if value == best else best for value in values]


def _largest_other(values: np.ndarray) -> np.ndarray:
    """The largest value of the other aspects, for each aspect."""
    ordered = np.sort(values, axis=1)
    best, next_best = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(values == best, np.where(ordered[:, -2:-1] == best, best, next_best), best)


def _logistic(evidence: np.ndarray, asked: np.ndarray, weight: np.ndarray) -> np.ndarray:
    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        odds = evidence @ w
        held = np.append(w[:-1], 0.0)
        total = (weight * (np.logaddexp(0.0, odds) - asked * odds)).sum() + held @ held / 2
        return float(total), evidence.T @ (weight * (_chance(odds) - asked)) + held

    return _minimum(loss, np.zeros(evidence.shape[1]), 200)


def _minimum(
    loss: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray, steps: int
) -> np.ndarray:
    options = {"maxiter": steps, "maxcor": 5}
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x)


def _chance(odds: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))


def _flags(sets: Sequence[frozenset[str]]) -> np.ndarray:
    return np.asarray([[a in s for a in ASPECTS] for s in sets], dtype=np.float64)
