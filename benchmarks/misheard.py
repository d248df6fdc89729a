"""Counts what syllables are taken for, and writes `data/lexicon/misheard.json`.

    .venv/bin/python -m benchmarks.misheard --phrases var/speech/phrases.json [--sentences 1000]

eSpeak NG says sentences of the desk in several voices, paces and noises; VietASR's model hears
them. What was said is aligned with what was heard (the most probable way, with the counts of the
round before), four times over; onsets, rhymes, tones and whole syllables are counted apart. What
people are known to confuse (n/l, s/x, tr/ch, r/gi/v, hỏi/ngã, -n/-ng, -t/-c) is added.
"""

import argparse
import json
import math
import random
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import read_wav
from speech.engines import SAMPLE_RATE
from speech.lattice import WORD_START, AcousticModel, load_acoustic_model
from speech.misheard import FILE, Event, Misheard, Sounds, events, parts

ROUNDS = 4
MISSING, PASSED = -4.0, -3.0
SAME_SHARE = 0.6
"""Of the syllables heard as they were said, those that the parts do not explain by themselves."""
VOICES = ("vi", "vi", "vi", "vi+f2", "vi+m3", "vi+f4", "vi-vn-x-south", "vi-vn-x-central")
LEAST_PAIR = 0.5
PEOPLE = 6.0
ONSETS = "n l|s x|tr ch|r gi|gi v|r v|ng nh|h kh|c h"
TONES = "\u0309\u0303 \u0303\u0309"
FINALS = "n ng|t c"

Heard = tuple[list[str], list[Event]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phrases", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    model = load_acoustic_model()
    chance = random.Random(options.seed)
    noise = np.random.default_rng(options.seed)
    texts = sentences(json.loads(options.phrases.read_text(encoding="utf-8")), chance)
    heard: list[Heard] = []
    while len(heard) < options.sentences:
        words = next(texts)
        if all(WORD_START + word in model.vocabulary and parts(word) for word in words):
            heard.append((words, events(rows(model, spoken(" ".join(words), chance), noise))))
    write(count(heard, model.vocabulary))


def sentences(expected: dict[str, Any], chance: random.Random) -> Iterable[list[str]]:
    while True:
        text = chance.choice(expected["phrases"])
        if chance.random() < 0.7:
            text = chance.choice(expected["frames"]).replace("{p}", text).replace(",", "")
        yield text.split()[:18]


def spoken(text: str, chance: random.Random) -> NDArray[np.float32]:
    """Mostly as the usual voice says it at 120 words a minute."""
    voice, rate, pitch = "vi", 120, 50
    if chance.random() > 0.6:
        voice = chance.choice(VOICES)
        rate, pitch = chance.choice((110, 130, 145, 160)), chance.choice((30, 40, 60, 70))
    argv = ["espeak-ng", "-v", voice, "-s", str(rate), "-p", str(pitch), "--stdin", "--stdout"]
    done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
    return np.frombuffer(read_wav(done.stdout).pcm, "<i2").astype(np.float32)


def rows(
    model: AcousticModel, voice: NDArray[np.float32], random: np.random.Generator
) -> NDArray[np.float32]:
    """In half of the cases with the rumble of a hall, 5 to 15 dB below the voice."""
    lead = int(random.uniform(0.3, 0.7) * SAMPLE_RATE)
    samples = np.pad(voice, (lead, SAMPLE_RATE // 2))
    if random.random() < 0.5:
        spectrum = np.fft.rfft(random.normal(size=len(samples)))
        rumble = np.fft.irfft(spectrum / (np.arange(len(spectrum)) + 1), len(samples))
        rumble *= voice.std() / rumble.std() * 10 ** (-random.uniform(5, 15) / 20)
        samples = samples + rumble
    stream = model.stream()
    pcm = np.clip(samples, -32768, 32767).astype("<i2").tobytes()
    found = [some for some in (stream.accept(pcm), stream.finish()) if some.size]
    return np.concatenate(found)


def count(heard: Sequence[Heard], vocabulary: Sequence[str]) -> dict[str, Any]:
    """The content of the file."""
    usual: Counter[str] = Counter()
    for _, found in heard:
        for event in found:
            for unit, share in zip(event.units, event.shares, strict=True):
                usual[vocabulary[unit]] += share
    counts: dict[str, Any] = {
        "heard": {unit[1:]: n for unit, n in usual.items() if unit.startswith(WORD_START)}
    }
    for number in range(ROUNDS):
        misheard = Misheard(counts, vocabulary)
        words = sorted({word for said, _ in heard for word in said})
        columns = {word: at for at, word in enumerate(words)}
        sounds = Sounds(misheard, words)
        pairs: dict[str, Counter[str]] = defaultdict(Counter)
        total = 0.0
        for said, found in heard:
            evidence = sounds.evidence(found)[:, [columns[word] for word in said]]
            score, aligned = align(evidence, found)
            total += score
            for position, at in aligned:
                event = found[at]
                every = sum(event.shares)
                for unit, share in zip(event.units, event.shares, strict=True):
                    pairs[said[position]][vocabulary[unit].removeprefix(WORD_START)] += (
                        share / every
                    )
        print(f"round {number + 1}: evidence for a sentence {total / len(heard):.1f}", flush=True)
        counts |= counted_parts(pairs)
    return counts


def align(
    evidence: NDArray[np.float32], found: Sequence[Event]
) -> tuple[float, list[tuple[int, int]]]:
    """Score, and which word was heard at which event."""
    many, length = evidence.shape
    scores = np.full((many + 1, length + 1), -np.inf)
    steps = np.zeros((many + 1, length + 1), np.int8)
    scores[0] = MISSING * np.arange(length + 1)
    steps[0] = 2
    for at in range(1, many + 1):
        passed = max(math.log(found[at - 1].blank), PASSED)
        for word in range(length + 1):
            ways = [scores[at - 1, word] + passed, -np.inf, -np.inf]
            if word:
                ways[1] = scores[at - 1, word - 1] + evidence[at - 1, word - 1]
                ways[2] = scores[at, word - 1] + MISSING
            steps[at, word] = int(np.argmax(ways))
            scores[at, word] = max(ways)
    at, word, pairs = many, length, []
    while at or word:
        step = steps[at, word]
        if step == 1:
            pairs.append((word - 1, at - 1))
        at, word = at - (step < 2), word - (step > 0)
    return float(scores[-1, -1]), pairs[::-1]


def counted_parts(pairs: dict[str, Counter[str]]) -> dict[str, Any]:
    tables: list[dict[str, Counter[str]]] = [defaultdict(Counter) for _ in range(3)]
    same = every = 0.0
    for said, others in pairs.items():
        for other, number in others.items():
            every += number
            same += number * (said == other)
            one, two = parts(said), parts(other)
            if one and two and said != other:
                for kind in range(3):
                    tables[kind][one[kind]][two[kind]] += number
    _add_people(tables)
    return {
        "same": SAME_SHARE * same / every,
        "onsets": tables[0], "rhymes": tables[1], "tones": tables[2],
        "said": {said: sum(others.values()) for said, others in pairs.items()},
        "pairs": pairs,
    }  # fmt: skip


def _add_people(tables: Sequence[dict[str, Counter[str]]]) -> None:
    for pair in ONSETS.split("|"):
        one, two = pair.split()
        tables[0][one][two] += PEOPLE
        tables[0][two][one] += PEOPLE
    for pair in TONES.split():
        tables[2][pair[0]][pair[1]] += PEOPLE
    for rhyme in list(tables[1]):
        for pair in FINALS.split("|"):
            one, two = pair.split()
            if rhyme.endswith(one) and rhyme.removesuffix(one) + two in tables[1]:
                other = rhyme.removesuffix(one) + two
                tables[1][rhyme][other] += PEOPLE
                tables[1][other][rhyme] += PEOPLE


def write(counts: dict[str, Any]) -> None:
    def rounded(table: dict[str, float], least: float = 0.1) -> dict[str, float]:
        return {key: round(n, 1) for key, n in sorted(table.items()) if n >= least}

    content = {
        "what": "What VietASR's model takes eSpeak NG's syllables for: benchmarks/misheard.py",
        "same": round(counts["same"], 3),
        "heard": rounded(counts["heard"]),
        "said": rounded(counts["said"], 1.0),
    }
    for name, least in (("onsets", 0.1), ("rhymes", 0.1), ("tones", 0.1), ("pairs", LEAST_PAIR)):
        content[name] = {
            said: found for said, others in sorted(counts[name].items())
            if (found := rounded(others, least))
        }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    FILE.write_text(text.replace("},", "},\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
