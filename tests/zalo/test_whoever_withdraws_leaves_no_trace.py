"""`user_withdraw`: somebody wants to be forgotten. Nothing of them is left, in no file."""

from pathlib import Path

import pytest
from desk_fixtures import until
from sqlalchemy import text
from zalo_events import Zalo, now_ms, oa_event, said, somebody

from assistant.errors import LetanError

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "bí mật của riêng tôi xyzzy"


def left_in(folder: Path, *words: str) -> list[str]:
    """Files that hold one of the words."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sock"]
    return [
        f"{path.name}: {word}"
        for path in files
        for word in words
        if word.encode() in path.read_bytes()
    ]


async def erased(zalo: Zalo, *words: str) -> None:
    """Wait until no file holds any of it; a reader may hold the log open for a moment."""
    await zalo.settled()

    async def gone() -> bool:
        await zalo.app.state.zalo.replies.overwrite()
        return left_in(zalo.app.state.settings.data_dir, *words) == []

    await until(gone, 15)


async def withdraw(zalo: Zalo, user: str, minutes: float = 0.0) -> int:
    event = oa_event("user_withdraw", user_id=user, user_id_by_app=f"9{user}")
    del event["sender"]
    return (await zalo.oa({**event, "timestamp": now_ms(minutes)})).status_code


async def test_no_byte_is_left_in_the_database(zalo: Zalo) -> None:
    folder = zalo.app.state.settings.data_dir
    user, other = await zalo.known(), await zalo.known()
    for words in (SECRET, f"{SECRET} nữa"):
        await zalo.oa(said(words, user))
    await zalo.oa(said("người khác hỏi", other))
    await zalo.settled()
    mine = "SELECT conversation FROM zalo_citizens WHERE id = :citizen"
    conversation = (await zalo.rows(mine, citizen=f"zalo_oa:{user}"))[0][0]
    assert left_in(folder, user) and left_in(folder, "xyzzy")  # there is something to erase
    assert await withdraw(zalo, user) == 200
    await erased(zalo, user, "xyzzy", conversation)
    assert (zalo.fault / "forgotten").read_text().split()[-1] == conversation
    assert (await zalo.told(other))[-1] == "người khác hỏi"


async def test_what_was_answered_is_not_answered_again_afterwards(zalo: Zalo) -> None:
    user = await zalo.known()
    event = said("một câu", user)
    await zalo.oa(event)
    await zalo.settled()
    await withdraw(zalo, user)
    await zalo.settled()
    zalo.asked()
    assert (await zalo.oa(event)).status_code == 200  # delivered once more by the platform
    await zalo.settled()
    assert zalo.asked() == []
    assert left_in(zalo.app.state.settings.data_dir, user) == []


async def test_who_comes_back_is_somebody_new(zalo: Zalo) -> None:
    user = await zalo.known()
    await zalo.oa(said("trước khi rút", user))
    await zalo.settled()
    await withdraw(zalo, user)
    await zalo.oa(said("tôi trở lại", user))
    await zalo.settled()
    everything = await zalo.rows(
        "SELECT body FROM zalo_outbox WHERE citizen = :citizen", citizen=f"zalo_oa:{user}"
    )
    assert "em là máy trả lời tự động" in everything[0][0].lower()  # greeted as at first


async def test_waiting_questions_go_and_the_wish_waits_for_the_engine(zalo: Zalo) -> None:
    """The engine cannot be reached: nothing is half erased and called done."""
    user = await zalo.known()
    await zalo.oa(said("câu trước", user))
    await zalo.settled()
    engine, real = zalo.app.state.engine, zalo.app.state.engine.forget
    tried = []

    async def unreachable(conversation: str) -> None:
        tried.append(conversation)
        raise LetanError("engine_unavailable", 503, "", "")

    engine.forget = unreachable
    try:
        await withdraw(zalo, user)
        await until(lambda: bool(tried))
    finally:
        engine.forget = real
    await erased(zalo, user)


async def test_somebody_unknown_may_withdraw(zalo: Zalo) -> None:
    user = somebody()
    assert await withdraw(zalo, user) == 200
    await erased(zalo, user)


async def test_nothing_is_left_in_the_log(zalo: Zalo, capfd: pytest.CaptureFixture[str]) -> None:
    user = await zalo.known()
    await zalo.oa(said(SECRET, user))
    await zalo.oa(said("refuse", user))

    async def tried() -> bool:
        found = await zalo.rows(
            "SELECT attempts FROM zalo_inbox WHERE citizen = :citizen AND state = 'waiting'",
            citizen=f"zalo_oa:{user}",
        )
        return bool(found) and found[0][0] > 0

    await until(tried)
    await withdraw(zalo, user)  # does not stand behind what cannot be answered
    await zalo.settled()
    logged = "".join(capfd.readouterr())
    assert user not in logged and "xyzzy" not in logged
    async with zalo.app.state.database.reading() as session:
        left = await session.execute(
            text("SELECT count(*) FROM zalo_inbox WHERE citizen = :citizen"),
            {"citizen": f"zalo_oa:{user}"},
        )
        assert left.scalar_one() == 0
