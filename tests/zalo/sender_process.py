"""A process that does nothing but send what is in the outbox, until it is killed or told to end.

python sender_process.py DATA_DIR SECONDS_AHEAD   (its clock; leases of the dead are old for it)
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant import logging
from assistant.channels.zalo.messages import OutgoingMap
from assistant.channels.zalo.outbound import Outbound
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.settings import Settings
from assistant.storage.database import Database


async def no_picture(_message: OutgoingMap) -> bytes | None:
    return None


async def main() -> None:
    settings = Settings(data_dir=Path(sys.argv[1]), log_format="json")
    ahead = timedelta(seconds=float(sys.argv[2]))
    logging.configure(settings)
    database, metrics = Database(settings.database), Metrics()
    outbound = Outbound(
        settings,
        database,
        health=Health(metrics),
        metrics=metrics,
        draw=no_picture,
        clock=lambda: datetime.now(UTC) + ahead,
    )
    outbound.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await outbound.close()
    await database.close()


asyncio.run(main())
