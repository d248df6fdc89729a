"""What Prometheus sees at `/metrics`. One registry for each application, nothing global."""

import asyncio
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

_TURN_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_VOICE_BUCKETS = (0.05, 0.1, 0.15, 0.3, 0.5, 0.7, 0.9, 1.2, 2, 5, 15, 60)
_LAG_SECONDS = 0.5


class Metrics:
    """Every metric of the application; see `docs/api.md`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.turns = Histogram(
            "letan_turn_seconds",
            "Time from a message to its stored reply",
            ["channel", "outcome"],
            buckets=_TURN_BUCKETS,
            registry=self.registry,
        )
        self.engine_seconds = Histogram(
            "letan_engine_seconds",
            "Time the dialogue engine took for a turn",
            buckets=_TURN_BUCKETS,
            registry=self.registry,
        )
        self.requests = Counter(
            "letan_http_requests",
            "HTTP requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.child_restarts = Counter(
            "letan_child_restarts",
            "How often a child process was started again after it had ended",
            ["child"],
            registry=self.registry,
        )
        self.ready = Gauge(
            "letan_part_ready", "1 when a part works", ["part"], registry=self.registry
        )
        self.waiting = Gauge(
            "letan_queue_waiting", "People waiting", ["counter"], registry=self.registry
        )
        self.open_conversations = Gauge(
            "letan_conversations_in_turn",
            "Conversations with a turn under way",
            registry=self.registry,
        )
        self.voice_seconds = Histogram(
            "letan_voice_seconds",
            "Stages of a spoken turn",
            ["interval"],
            buckets=_VOICE_BUCKETS,
            registry=self.registry,
        )
        self.voice_turns = Counter(
            "letan_voice_turns", "Spoken turns", ["outcome"], registry=self.registry
        )
        self.voice_lost = Counter(
            "letan_voice_lost_seconds",
            "Audio that came faster than it could be heard and was thrown away, the oldest first",
            registry=self.registry,
        )
        self.zalo_events = Counter(
            "letan_zalo_events",
            "Events that came in on Zalo's webhooks",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.zalo_inbox = Gauge(
            "letan_zalo_inbox",
            "Events of Zalo that are not done with",
            ["state"],
            registry=self.registry,
        )
        self.zalo_last_event = Gauge(
            "letan_zalo_last_event_timestamp_seconds",
            "When the last genuine event came in",
            ["channel"],
            registry=self.registry,
        )
        self.zalo_answer_seconds = Histogram(
            "letan_zalo_answer_seconds",
            "Time from an event to its replies in the outbox",
            ["channel", "outcome"],
            buckets=_TURN_BUCKETS,
            registry=self.registry,
        )
        self.zalo_messages = Counter(
            "letan_zalo_messages",
            "What became of messages to citizens on Zalo",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.zalo_outbox = Gauge(
            "letan_zalo_outbox",
            "Messages to citizens on Zalo that are not sent yet",
            ["channel", "state"],
            registry=self.registry,
        )
        self.zalo_refreshes = Counter(
            "letan_zalo_refreshes",
            "Refreshes of Zalo's tokens by this process",
            ["outcome"],
            registry=self.registry,
        )
        self.zalo_token_expires = Gauge(
            "letan_zalo_token_expires_timestamp_seconds",
            "When the access token in use expires; 0 when there is none to send with",
            registry=self.registry,
        )
        self.loop_lag = Gauge(
            "letan_event_loop_lag_seconds",
            "How late the event loop woke up, last measurement",
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text format of Prometheus (version 0.0.4)."""
        return generate_latest(self.registry)

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_LAG_SECONDS)
            self.loop_lag.set(max(0.0, time.perf_counter() - began - _LAG_SECONDS))
