"""What an editor is warned of: wordings that procedures or other questions have, long answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.catalogue.repository import CatalogueRepository
from assistant.catalogue.search import fold
from assistant.faq.schemas import FaqEntry
from assistant.storage.database import Database

CLOSE = 78.0
"""Likeness (0 to 100) from which the desk might take one for the other."""
MOST_SPOKEN_WORDS = 60
"""About twenty seconds of speech."""
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Near:
    """A wording that is close to one of something else."""

    wording: str
    kind: str
    """`procedure` or `faq`."""
    id: str
    name: str
    phrase: str
    closeness: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that hinders nobody from saving."""

    code: str
    vi: str
    en: str
    near: Near | None = None


class Neighbours:
    """The phrases of the catalogue as it is being edited, folded once."""

    def __init__(self, phrases: Iterable[tuple[str, str, str]]) -> None:
        """Triples of a phrase, the code of its procedure and the procedure's name."""
        self._phrases = [(fold(text), text, code, name) for text, code, name in phrases]

    @classmethod
    async def load(cls, database: Database) -> "Neighbours":
        async with database.reading() as session:
            rows = await CatalogueRepository(session).all()
        written = [row.data["entry"] for row in rows.values()]
        return cls(
            (text, entry["code"], entry["name"]["vi"])
            for entry in written
            if entry.get("replaced_by") is None
            for text in (*entry["name"].values(), *entry.get("aliases", ()))
            if text
        )

    def of(self, entry: FaqEntry, others: Sequence[FaqEntry]) -> list[Near]:
        """The closest of each procedure or other question, closest first."""
        phrases = [(*each, "procedure") for each in self._phrases]
        phrases += [
            (fold(text), text, other.id, other.question.vi, "faq")
            for other in others
            if other.id != entry.id
            for text in other.wordings
        ]
        best: dict[tuple[str, str], Near] = {}
        for wording in entry.wordings:
            said = fold(wording)
            for folded, phrase, id_, name, kind in phrases:
                closeness = _closeness(said, folded)
                known = best.get((kind, id_))
                if closeness >= CLOSE and (known is None or closeness > known.closeness):
                    best[kind, id_] = Near(wording, kind, id_, name, phrase, round(closeness))
        return sorted(best.values(), key=lambda near: (-near.closeness, near.id))[:_MOST_SHOWN]


def cautions(entry: FaqEntry, near: Iterable[Near]) -> list[Caution]:
    """What an editor should look at before the desk says it."""
    found = [_close(each) for each in near]
    for language, text in (("vi", entry.answer.vi), ("en", entry.answer.en)):
        words = len((text or "").split())
        if words > MOST_SPOKEN_WORDS:
            found.append(
                Caution(
                    "answer_long",
                    f"Câu trả lời ({language}) dài {words} chữ, nói ra quá lâu; nên dưới "
                    f"{MOST_SPOKEN_WORDS} chữ.",
                    f"The answer ({language}) has {words} words, too long to be spoken; keep it "
                    f"under {MOST_SPOKEN_WORDS}.",
                )
            )
    if entry.question.en is None or entry.answer.en is None:
        found.append(
            Caution(
                "english_missing",
                "Chưa có tiếng Anh: khách nói tiếng Anh sẽ nghe tiếng Việt.",
                "There is no English: who speaks English will hear Vietnamese.",
            )
        )
    if not entry.variants:
        found.append(
            Caution(
                "variants_missing",
                "Chưa có cách hỏi nào khác. Thêm vài cách dân hay hỏi thì máy nhận ra chắc hơn.",
                "There is no other wording. A few that people use make it easier to recognise.",
            )
        )
    return found


def _close(near: Near) -> Caution:
    what = ("thủ tục", "procedure") if near.kind == "procedure" else ("hỏi đáp", "question")
    return Caution(
        "wording_close",
        f"“{near.wording}” giống {near.closeness} % với “{near.phrase}” của {what[0]} {near.id} "
        f"({near.name}). Hãy đổi cách nói, hoặc hỏi điều chỉ riêng mục này có.",
        f"“{near.wording}” is {near.closeness} % like “{near.phrase}” of the {what[1]} {near.id} "
        f"({near.name}). Word it otherwise, or ask what only this one has.",
        near,
    )


def _closeness(one: str, other: str) -> float:
    """Whole wordings compared, in any order of words; a name inside a long question is no match."""
    return fuzz.token_sort_ratio(one, other, score_cutoff=CLOSE)
