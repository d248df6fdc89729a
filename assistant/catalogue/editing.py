"""Changing the catalogue one procedure at a time: versions, history, what depends on what."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from assistant.catalogue.messages import explain
from assistant.catalogue.problems import ContentProblem, procedure_unknown
from assistant.catalogue.relations import Coded, answering_codes, check_relations
from assistant.catalogue.repository import CatalogueRepository, Codes
from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.service import from_row, to_data
from assistant.catalogue.yaml_tree import Tree, dotted
from assistant.errors import LetanError
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database


@dataclass(frozen=True, slots=True)
class Edited:
    """A procedure as its editors see it."""

    item: CatalogueEntry
    version: int
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class Version:
    """One line of a procedure's history."""

    version: int
    who: str
    saved_at: datetime
    item: CatalogueEntry | None
    """None: it was deleted."""


class Editing:
    """Every call is one transaction; who saves names the version that he has seen."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    async def get(self, code: str) -> Edited:
        """Raises LetanError `procedure_unknown`."""
        async with self._database.reading() as session:
            repository = CatalogueRepository(session)
            row = await repository.row(code.strip().lower())
            if row is None:
                raise procedure_unknown(code)
            versions = await repository.versions(row.code, 1)
            who = versions[0].who if versions else ""
            return Edited(from_row(row), row.version, row.updated_at, who)

    async def save(self, code: str, version: int, written: Mapping[str, Any], who: Who) -> Edited:
        """Replace a procedure. Saving what is there already changes nothing.

        Raises LetanError `procedure_unknown`, `procedure_changed` (somebody was quicker),
        `procedure_invalid` (all mistakes, each with its field).
        """
        item = checked(code, written)
        async with self._database.session() as session:
            repository = CatalogueRepository(session)
            await repository.lock()
            row = await repository.row(code)
            if row is None:
                raise procedure_unknown(code)
            if row.version != version:
                newest = (await repository.versions(code, 1))[0]
                raise _changed(row.version, newest.who)
            data = to_data(item)
            if data == row.data:
                return Edited(item, row.version, row.updated_at, who.name)
            now, before = self._clock(), row.data
            codes = None
            if _leads(before["entry"]) != _leads(data["entry"]):
                codes = _with(item, await repository.codes())
                _check_others(codes)
            row.data, row.rank, row.updated_at = data, item.entry.rank, now
            row.version += 1
            repository.keep(code, row.version, data, who.name, now)
            if codes is not None:
                await _answer_again(repository, codes)
            old, new = _differences(before, data)
            await audit.append(
                session, who, "procedure.changed", code, before=old, after=new, now=now
            )
            return Edited(item, row.version, now, who.name)

    async def create(self, written: Mapping[str, Any], who: Who) -> Edited:
        """A new procedure. Raises LetanError `procedure_exists`, `procedure_invalid`."""
        item = checked(str(written.get("code", "")), written)
        code, data, now = item.entry.code, to_data(item), self._clock()
        async with self._database.session() as session:
            repository = CatalogueRepository(session)
            await repository.lock()
            if await repository.row(code) is not None:
                raise LetanError(
                    "procedure_exists",
                    409,
                    f"Đã có thủ tục mang mã {code}. Hãy mở thủ tục ấy để sửa.",
                    f"There is a procedure {code} already. Open that one.",
                    field="code",
                )
            codes = _with(item, await repository.codes())
            _check_others(codes)
            version = await repository.newest_version(code) + 1
            repository.add(code, data, item.entry.rank, now, version)
            repository.keep(code, version, data, who.name, now)
            await session.flush()
            await _answer_again(repository, codes)
            await audit.append(session, who, "procedure.created", code, after=data, now=now)
            return Edited(item, version, now, who.name)

    async def delete(self, code: str, version: int, who: Who) -> None:
        """Take a procedure out; its versions stay. Raises LetanError `procedure_unknown`,
        `procedure_changed`, `procedure_needed` (others lead to it)."""
        async with self._database.session() as session:
            repository = CatalogueRepository(session)
            await repository.lock()
            row = await repository.row(code)
            if row is None:
                raise procedure_unknown(code)
            if row.version != version:
                raise _changed(row.version, (await repository.versions(code, 1))[0].who)
            codes = [each for each in await repository.codes() if each.code != code]
            needing = _dependents(code, codes)
            if needing:
                listed = ", ".join(needing[:5])
                raise LetanError(
                    "procedure_needed",
                    409,
                    f"Các thủ tục sau dẫn tới {code}: {listed}. Hãy sửa chúng trước.",
                    f"These procedures lead to {code}: {listed}. Change them first.",
                )
            now = self._clock()
            await _answer_again(repository, codes)
            await repository.remove([code])
            repository.keep(code, row.version + 1, None, who.name, now)
            await audit.append(session, who, "procedure.deleted", code, before=row.data, now=now)

    async def history(self, code: str, limit: int | None = None) -> list[Version]:
        """Newest first, all of them or the newest ones. Raises LetanError `procedure_unknown`."""
        async with self._database.reading() as session:
            rows = await CatalogueRepository(session).versions(code, limit)
        if not rows:
            raise procedure_unknown(code)
        return [
            Version(
                row.version,
                row.who,
                row.saved_at,
                CatalogueEntry.model_validate(row.data) if row.data is not None else None,
            )
            for row in rows
        ]

    async def restore(self, code: str, version: int, earlier: int, who: Who) -> Edited:
        """Save an earlier version as the newest one; also of a procedure that was taken out.

        Raises as `save` and `create`.
        """
        versions = await self.history(code)
        for kept in versions:
            if kept.version == earlier and kept.item is not None:
                written = written_form(kept.item)
                if versions[0].item is not None:
                    return await self.save(code, version, written, who)
                if versions[0].version != version:
                    raise _changed(versions[0].version, versions[0].who)
                return await self.create(written, who)
        raise procedure_unknown(f"{code} ({earlier})")

    async def dependents(self, code: str) -> list[str]:
        """The codes of procedures that are replaced by this one, or answer for it."""
        async with self._database.reading() as session:
            return _dependents(code, await CatalogueRepository(session).codes())

    async def mentions(self, code: str) -> list[str]:
        """The codes of procedures whose text sends people to this one, or tells it apart."""
        named = re.compile(rf"(?<![\w.-]){re.escape(code)}(?![\w-])")
        async with self._database.reading() as session:
            rows = await CatalogueRepository(session).naming(code)
        return sorted(
            row.code
            for row in rows
            if row.code != code
            and any(named.search(text) for text in _strings_of({**row.data["entry"], "code": ""}))
        )


def written_form(item: CatalogueEntry) -> dict[str, Any]:
    """The flat form of the staff's API: the entry's keys and `field`."""
    entry = item.entry.model_dump(mode="json", by_alias=True)
    return {**entry, "field": item.field.model_dump(mode="json")}


def checked(code: str, written: Mapping[str, Any]) -> CatalogueEntry:
    """An entry as it would be saved. Raises LetanError `procedure_invalid`."""
    entry = {key: value for key, value in written.items() if key != "field"}
    entry.setdefault("code", code)
    try:
        item = CatalogueEntry.model_validate({"field": written.get("field"), "entry": entry})
    except ValidationError as error:
        raise _invalid(
            _told(found) for found in error.errors(include_url=False, include_input=False)
        ) from error
    if item.entry.code != code:
        said = (
            "code_fixed",
            "Mã thủ tục không đổi được; hãy tạo thủ tục mới rồi ghi replaced_by ở thủ tục cũ.",
            "A code cannot be changed; create a new procedure and write replaced_by in the old.",
        )
        raise _invalid([ContentProblem(code, 1, 1, "code", *said)])
    return item


def _told(found: Mapping[str, Any]) -> ContentProblem:
    path = tuple(part for part in found["loc"] if part != "entry")
    path += tuple((found.get("ctx") or {}).get("place", ()))
    return ContentProblem("", 1, 1, dotted(path), *explain({**found, "loc": path}))


def _leads(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    """What an entry says of other codes; most changes leave it alone."""
    return entry.get("same_as", []), entry.get("replaced_by")


def _with(item: CatalogueEntry, codes: Iterable[Codes]) -> list[Codes]:
    """The codes as they would be with an entry, which stands last."""
    entry = item.entry
    own = Codes(entry.code, entry.same_as, entry.replaced_by)
    return [*(each for each in codes if each.code != entry.code), own]


def _check_others(entries: Sequence[Coded]) -> None:
    """Codes must lead somewhere, and to one place only."""
    placed = [(entry, Tree(f"thủ tục {entry.code}"), 0) for entry in entries]
    problems = check_relations(placed, [(entry.code, tree, at) for entry, tree, at in placed])
    if problems:
        raise _invalid(
            ContentProblem("", 1, 1, _inner(problem.path), problem.code, problem.vi, problem.en)
            for problem in problems
        )


def _strings_of(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key != "replaced_by":
                yield from _strings_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings_of(part)


def _inner(path: str) -> str:
    """`procedures[0].same_as[1]` of a file is `same_as[1]` of the entry."""
    return path.partition("].")[2] or path


async def _answer_again(repository: CatalogueRepository, codes: Sequence[Codes]) -> None:
    answers = answering_codes(codes)
    second = {code: answer for code, answer in answers.items() if code != answer}
    await repository.replace_codes(second)


def _dependents(code: str, codes: Iterable[Codes]) -> list[str]:
    return sorted(each.code for each in codes if each.replaced_by == code)


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was and what is, of the keys that changed."""
    old = {**before["entry"], "field": before["field"]}
    new = {**after["entry"], "field": after["field"]}
    changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return {key: old.get(key) for key in changed}, {key: new.get(key) for key in changed}


def _changed(version: int, who: str) -> LetanError:
    return LetanError(
        "procedure_changed",
        409,
        f"Thủ tục này vừa được {who} sửa (bản {version}). Anh/chị mở lại, so sánh rồi lưu; "
        "nội dung đang soạn vẫn còn.",
        f"{who} has changed this procedure meanwhile (version {version}). Open it again, compare, "
        "then save; what you were writing is kept.",
        field="version",
    )


def _invalid(problems: Iterable[ContentProblem]) -> LetanError:
    found = sorted(set(problems))
    return LetanError(
        "procedure_invalid",
        422,
        "; ".join(f"{problem.path}: {problem.vi}" for problem in found[:20]),
        "; ".join(f"{problem.path}: {problem.en}" for problem in found[:20]),
        field=found[0].path if found else None,
    )
