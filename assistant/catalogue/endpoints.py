"""`GET /api/v1/procedures`: the catalogue as published; `create_app` adds the prefix."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel

from assistant.catalogue.published import Localised, Procedure
from assistant.catalogue.search import MAX_QUERY
from assistant.catalogue.view import PublishedCatalogue
from assistant.errors import LetanError

router = APIRouter(tags=["procedures"])


class ProcedureSummary(BaseModel):
    """One line of a list of procedures."""

    code: str
    same_as: list[str]
    name: Localised
    field: Localised
    service: str
    rank: int | None
    online: str | None
    documents_known: bool
    verified: bool
    needs_review: bool
    source_date: str | None


class ProcedureList(BaseModel):
    """Procedures that fit, best first."""

    procedures: list[ProcedureSummary]
    total: int
    """How many fit, before `limit` and `offset`."""


def published_catalogue(request: Request) -> PublishedCatalogue:
    """The catalogue of the release in force; `create_app` puts it into `app.state.catalogue`."""
    catalogue = getattr(request.app.state, "catalogue", None)
    if not isinstance(catalogue, PublishedCatalogue):
        raise LetanError(
            code="catalogue_not_ready",
            status=503,
            vi="Danh mục thủ tục đang được chuẩn bị. Xin thử lại sau ít giây.",
            en="The catalogue is being prepared. Please try again in a few seconds.",
            retry_after=5,
        )
    return catalogue


Published = Annotated[PublishedCatalogue, Depends(published_catalogue)]


@router.get("/procedures", summary="Find procedures")
def list_procedures(
    catalogue: Published,
    q: Annotated[
        str,
        Query(
            max_length=MAX_QUERY,
            description="Words in Vietnamese (accents may be left out) or English, or a code",
            examples=["khai sinh"],
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> ProcedureList:
    """Procedures that fit `q`, best first; without `q` all of them, the most asked first."""
    found = catalogue.search(q)
    lines = [
        ProcedureSummary.model_validate(procedure, from_attributes=True)
        for procedure in found[offset : offset + limit]
    ]
    return ProcedureList(procedures=lines, total=len(found))


@router.get("/procedures/{code}", summary="One procedure", response_model_exclude={"examples"})
def get_procedure(
    catalogue: Published,
    code: Annotated[str, Path(examples=["1.001193"], description="Also a retired or second code")],
) -> Procedure:
    """Everything that is known about a procedure; a retired code gives the one that replaced it."""
    return catalogue.get(code)
