"""A process that sends one message's worth of token work, as told: for races and for kill -9.

python refresh_process.py race    waits for a line, then finds its token refused and renews it
python refresh_process.py start   takes its tokens, prints what it would send with
Prints JSON lines. Its settings are in the environment.
"""

import asyncio
import json
import sys
from pathlib import Path

import aiohttp

from assistant import logging
from assistant.channels.zalo.tokens import Tokens
from assistant.settings import Settings
from assistant.storage.database import Database


def tell(**values: object) -> None:
    print(json.dumps(values), flush=True)


async def main(what: str) -> None:
    settings = Settings(data_dir=Path(sys.argv[2]), log_format="json")
    logging.configure(settings)
    database = Database(settings.database)
    async with aiohttp.ClientSession() as session:
        tokens = Tokens(settings, database, session)
        await tokens.start()
        access = await tokens.access()
        tell(ready=True, token=access.token if access else None)
        if what == "race":
            await asyncio.to_thread(sys.stdin.readline)
            assert access is not None
            renewed = await tokens.renew(access)
            tell(token=renewed.token if renewed else None)
        row = await tokens.state()
        tell(state=row.state if row else None, reason=row.reason if row else None)
        await tokens.close()
    await database.close()


asyncio.run(main(sys.argv[1]))
