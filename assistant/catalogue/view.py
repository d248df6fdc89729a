"""The catalogue of the published release, held in memory: what the API answers from."""

from pathlib import Path
from typing import Self

from pydantic import ValidationError

from assistant.catalogue.problems import procedure_unknown
from assistant.catalogue.published import Procedure, Snapshot
from assistant.catalogue.search import SearchIndex
from assistant.errors import LetanError


class PublishedCatalogue:
    """Immutable; a new release brings a new one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.generated_at = snapshot.generated_at
        self._index = SearchIndex(snapshot.procedures)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``catalogue.json``; raises `LetanError` ``catalogue_unreadable`` when it is bad."""
        try:
            return cls(Snapshot.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError) as error:
            raise LetanError(
                code="catalogue_unreadable",
                status=503,
                vi="Không đọc được danh mục thủ tục của bản phát hành. Hãy phát hành lại, hoặc "
                "quay về bản trước.",
                en="The catalogue of the release cannot be read. Publish again, or roll back to "
                "the previous release.",
                log=f"{path.name}: {type(error).__name__}",
            ) from error

    def get(self, code: str) -> Procedure:
        """The procedure that answers for a code; raises `LetanError` ``procedure_unknown``."""
        found = self._index.get(code)
        if found is None:
            raise procedure_unknown(code)
        return found

    def search(self, query: str = "") -> list[Procedure]:
        """All that fit, best first; an empty query lists all, most asked first."""
        return self._index.search(query)
