"""What a procedure is called, where it is known."""

from assistant.catalogue.view import PublishedCatalogue
from assistant.errors import Language, LetanError


def name_of(catalogue: PublishedCatalogue | None, code: str, language: Language) -> str:
    """Its name in the release in force; its code where it is not in there."""
    if catalogue is None:
        return code
    try:
        name = catalogue.get(code).name
    except LetanError:
        return code
    return (name.en if language == "en" else None) or name.vi
