"""A rosbridge server by the book, with the habits of three real ones (robot.md §2.3)."""

import asyncio
import contextlib
import json
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from ros_nav import CANCELED, NavGoal, NavRobot
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Habit = Literal["rs", "classic", "blocking"]
LATCHED = ("/amcl_pose", "/e_stop", "/manual", "/_action/status")
ACTIONS = ("/navigate_to_pose", "/dock_robot", "/undock_robot")
GONE = "Failed: context is invalid"


@dataclass(eq=False)
class Client:
    """One WebSocket."""

    socket: ServerConnection
    outgoing: deque[str] = field(default_factory=deque)
    topics: dict[str, float] = field(default_factory=dict)
    sent_at: dict[str, float] = field(default_factory=dict)
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    busy: str | None = None
    """The goal behind which everything else waits, on a blocking server."""
    goals: set[str] = field(default_factory=set)


class ScriptedServer:
    """rosbridge before a `NavRobot`."""

    def __init__(self, habit: Habit = "rs", *, nested: bool = False) -> None:
        self.habit = habit
        self.nested = nested
        self.robot = NavRobot()
        self.robot.publish = self._publish
        self.clients: list[Client] = []
        self.connections = 0
        self.operations: list[dict[str, Any]] = []
        """Everything that was carried out."""
        self.latch_lost: set[str] = set()
        """Topics whose first subscription does not fit its publisher."""
        self.headers: list[dict[str, str]] = []
        self.port = 0
        self._server: Server | None = None
        self._last: dict[str, dict[str, Any]] = {}

    # --- life ---

    async def open(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            ssl=tls,
            ping_interval=None,
            compression=None,
            max_size=None,
            close_timeout=0.2,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self.robot.say_status()
        self.robot.change()
        self.robot.step(0)

    def kill(self) -> None:
        """As ``kill -9``: every connection is reset."""
        server, self._server = self._server, None
        for client in list(self.clients):
            client.socket.transport.abort()
        if server is not None:
            server.close(close_connections=False)

    async def close(self) -> None:
        server = self._server
        self.kill()
        if server is not None:
            await server.wait_closed()

    def sent(self, op: str) -> list[dict[str, Any]]:
        """The operations of this kind that have come."""
        return [operation for operation in self.operations if operation["op"] == op]

    async def step(self, seconds: float) -> None:
        self.robot.step(seconds)
        await self.flush()

    async def flush(self) -> None:
        """Send what is to be sent. A client that takes nothing gets nothing."""
        for client in list(self.clients):
            while client.outgoing:
                text = client.outgoing.popleft()
                try:
                    await asyncio.wait_for(client.socket.send(text), 0.5)
                except (ConnectionClosed, TimeoutError):
                    client.outgoing.clear()

    def raw(self, text: str) -> None:
        """Send something to every client, whatever it is."""
        for client in self.clients:
            client.outgoing.append(text)

    # --- clients ---

    async def _serve(self, socket: ServerConnection) -> None:
        client = Client(socket)
        self.clients.append(client)
        self.connections += 1
        if socket.request is not None:
            self.headers.append({k.lower(): v for k, v in socket.request.headers.raw_items()})
        try:
            async for text in socket:
                self._take(client, text)
                await self._flush_one(client)
        except ConnectionClosed:
            pass
        finally:
            self.clients.remove(client)
            if self.habit == "rs" and client.goals:
                self.robot.cancel()  # the others let the goal go on

    async def _flush_one(self, client: Client) -> None:
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while client.outgoing:
                await asyncio.wait_for(client.socket.send(client.outgoing.popleft()), 0.5)

    def _take(self, client: Client, text: str | bytes) -> None:
        try:
            operation = json.loads(text)
        except ValueError:
            self._complain(client, "bad JSON")
            return
        client.waiting.append(operation)
        self._work(client)

    def _work(self, client: Client) -> None:
        while client.waiting and client.busy is None:
            operation = client.waiting.popleft()
            self.operations.append(operation)
            do = getattr(self, f"_do_{operation.get('op')}", None)
            if do is None:
                self._complain(client, f"unknown op {operation.get('op')}")
            else:
                do(client, operation)

    def _complain(self, client: Client, text: str, of: str | None = None) -> None:
        if self.habit == "rs":
            answer = {"op": "status", "level": "error", "msg": text}
            self._answer(client, answer | ({"id": of} if of else {}))

    def _answer(self, client: Client, message: dict[str, Any]) -> None:
        if client in self.clients:
            client.outgoing.append(json.dumps(message))

    # --- operations ---

    def _do_subscribe(self, client: Client, operation: dict[str, Any]) -> None:
        topic = operation["topic"]
        assert operation["type"].count("/") == 2
        client.topics[topic] = operation.get("throttle_rate", 0) / 1000
        client.sent_at.pop(topic, None)
        if topic in self.latch_lost:
            self.latch_lost.discard(topic)
            del client.topics[topic]
        elif topic.endswith(LATCHED) and topic in self._last and not self.robot.faults.dead:
            self._pass_on(client, topic, self._last[topic])

    def _do_unsubscribe(self, client: Client, operation: dict[str, Any]) -> None:
        client.topics.pop(operation["topic"], None)

    def _do_advertise(self, client: Client, operation: dict[str, Any]) -> None:
        pass

    def _do_publish(self, client: Client, operation: dict[str, Any]) -> None:
        if operation["topic"] == "/speed_limit":
            limit = operation["msg"]["speed_limit"]
            self.robot.told_limits.append(limit)
            self.robot.ceiling = limit or 0.6

    def _do_call_service(self, client: Client, operation: dict[str, Any]) -> None:
        answer = {"op": "service_response", "id": operation.get("id")}
        answer["service"] = operation["service"]
        action, _, name = operation["service"].partition("/_action/")
        if self.robot.faults.dead:
            self._answer(client, {**answer, "result": False, "values": GONE})
        elif name != "cancel_goal" or action not in ACTIONS or self.robot.faults.absent:
            self._answer(client, {**answer, "result": False, "values": "no such service"})
        else:
            info = operation["args"]["goal_info"]
            assert info["goal_id"]["uuid"] == [0] * 16, "all of them"
            goal = self.robot.goal
            found = self.robot.cancel() if goal is not None and goal.action == action else []
            code = 1 if self.robot.faults.ignores_cancel and goal is not None else 0
            values = {
                "return_code": code,
                "goals_canceling": [{"goal_id": {"uuid": uuid}} for uuid in found],
            }
            self._answer(client, {**answer, "result": True, "values": values})

    def _do_cancel_action_goal(self, client: Client, operation: dict[str, Any]) -> None:
        goal = operation["id"]
        if self.habit == "rs" and goal not in client.goals:
            self._complain(client, "unknown active goal", goal)
        elif any(goal in other.goals for other in self.clients):
            self.robot.cancel()

    def _do_send_action_goal(self, client: Client, operation: dict[str, Any]) -> None:
        goal_id, action = operation["id"], operation["action"]
        if self.robot.faults.dead:
            self._end(client, operation, 0, GONE)
            return
        if action not in ACTIONS or self.robot.faults.absent:
            self._wait_for_ever(client, goal_id)
            return
        if not isinstance(operation["args"], dict) or (
            "navigate" in action and "pose" not in operation["args"]
        ):
            self._end(client, operation, 6 if self.habit == "rs" else 0, "bad argument type")
            return

        def feedback(values: dict[str, Any]) -> None:
            message = {"op": "action_feedback", "id": goal_id, "action": action, "values": values}
            if operation.get("feedback"):
                self._answer(client, message)

        client.goals.add(goal_id)
        if self.habit == "blocking":
            client.busy = goal_id
        taken = self.robot.begin(
            NavGoal(
                action,
                operation["args"],
                feedback,
                lambda status, values: self._end(client, operation, status, values),
            )
        )
        if not taken:
            if self.habit == "rs":
                self._end(client, operation, 6, "goal rejected")
            else:
                client.goals.discard(goal_id)
                self._wait_for_ever(client, goal_id)

    def _wait_for_ever(self, client: Client, goal_id: str) -> None:
        if self.habit == "blocking":
            client.busy = goal_id

    def _end(self, client: Client, operation: dict[str, Any], status: int, values: Any) -> None:
        client.goals.discard(operation["id"])
        message: dict[str, Any] = {
            "op": "action_result",
            "id": operation["id"],
            "action": operation["action"],
            "values": values,
        }
        if self.nested and isinstance(values, dict):
            message["values"] = {} if status == CANCELED else {"status": status, "result": values}
            message["result"] = True
        else:
            message["status"] = status
            message["result"] = status == 4 or (self.habit != "rs" and isinstance(values, dict))
        self._answer(client, message)
        if client.busy == operation["id"]:
            client.busy = None
            self._work(client)

    # --- topics ---

    def _publish(self, topic: str, message: dict[str, Any]) -> None:
        self._last[topic] = message
        for client in self.clients:
            every = client.topics.get(topic)
            if (
                every is not None
                and self.robot.time - client.sent_at.get(topic, -1e9) >= every - 1e-6
            ):
                self._pass_on(client, topic, message)

    def _pass_on(self, client: Client, topic: str, message: dict[str, Any]) -> None:
        client.sent_at[topic] = self.robot.time
        self._answer(client, {"op": "publish", "topic": topic, "msg": message})
