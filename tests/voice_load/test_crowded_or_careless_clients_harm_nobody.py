"""Too many at once, blocks of any size, orders in any order: each is told, the others go on."""

from contextlib import suppress

import aiohttp
import pytest
from conftest import SILENCE, Hall, Visitor, conversation, spoken, visitor

from assistant.voice.service import MOST_SESSIONS

QUESTION = "đăng ký kết hôn"


async def test_the_ninth_who_speaks_is_told_busy_and_heard_when_there_is_room(
    hall: Hall, http: aiohttp.ClientSession
) -> None:
    begun = spoken("tôi muốn đăng ký khai sinh cho con")[: -len(SILENCE)]
    async with visitor(http, hall) as late:
        await late.start(speak=False)
        others = [visitor(http, hall) for _ in range(MOST_SESSIONS)]
        speaking: list[Visitor] = []
        try:
            for other in others:
                one = await other.__aenter__()
                speaking.append(one)
                await one.start(mode="hold", speak=False)  # their turns end when they say so
                await one.say(begun)
                await one.until("speech_started")
            await hall.until(lambda: hall.voice._sessions == MOST_SESSIONS)
            await late.say(spoken(QUESTION))
            assert (await late.until("error", "final"))["code"] == "voice_busy"
        finally:
            for other, _ in zip(others, speaking, strict=False):
                await other.__aexit__(None, None, None)
        await hall.until(lambda: hall.voice._sessions == 0)
        await late.say(spoken(QUESTION))
        assert "kết hôn" in (await late.until("final", "rejected"))["text"]


@pytest.mark.parametrize("size", [(1 << 20) + 2, 10_000_000])
async def test_a_block_of_megabytes_costs_its_own_connection_at_most(
    hall: Hall, http: aiohttp.ClientSession, size: int
) -> None:
    id_ = await conversation(http, hall)
    async with visitor(http, hall) as beside:
        await beside.start(speak=False)
        async with visitor(http, hall, id_) as one:
            await one.start(speak=False)
            await one.until("ready")
            with suppress(ConnectionError):  # it hangs up before everything is sent
                await one.socket.send_bytes(bytes(size))
            async for message in one.socket:
                if message.type is aiohttp.WSMsgType.TEXT and '"audio_too_large"' in message.data:
                    break
        await beside.say(spoken(QUESTION))
        assert "kết hôn" in (await beside.until("final", "rejected"))["text"]
    async with visitor(http, hall, id_) as again:
        await again.start(speak=False)
        await again.say(spoken(QUESTION))
        assert "kết hôn" in (await again.until("final", "rejected"))["text"]


async def test_orders_and_audio_in_any_order_do_no_harm(
    hall: Hall, http: aiohttp.ClientSession
) -> None:
    words = spoken(QUESTION)
    async with visitor(http, hall) as one:
        for order in ({"type": "stop"}, {"type": "cancel"}, {"type": "played", "sentence": 7}):
            await one.socket.send_json(order)
        await one.socket.send_bytes(words[:3200])
        assert (await one.until("error"))["code"] == "voice_not_started"
        await one.socket.send_json({"type": "stop"})
        await one.start(speak=False, mode="hold")
        await one.start(speak=False)
        await one.start(speak=False, sample_rate=48_000)
        await one.start(speak=False)
        for order in ({"type": "stop"}, {"type": "cancel"}, {"type": "stop"}):
            await one.socket.send_json(order)
        await one.start(speak=False)
        await one.say(words)
        assert "kết hôn" in (await one.until("final"))["text"]
        await one.until("reply")
        assert [event for event in one.events if event["type"] == "error"] == [one.events[0]]
