"""A vehicle of our own making for faults that no well-behaved one has: VDA 5050 2.x and 3.0 names.

Its time passes only by `step`, so tests need not wait. It answers at once to what it is sent.
"""

import asyncio
import contextlib
import json
import math
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import aiomqtt
from vda_faults import Faults

AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
BRAKE = 6.0
GAIN = 2.0
TURN = 2.5


@dataclass
class ScriptedVehicle:
    """One vehicle on a broker. ``fields``: names of the instant actions' array that it reads."""

    port: int
    version: str = "2.1.0"
    fields: tuple[str, ...] = ("actions",)
    serial: str = "sv-1"
    x: float = 1.0
    y: float = 1.0
    theta: float = 0.0
    last_node: str = "home"
    charge: float = 80.0
    faults: Faults = field(default_factory=Faults)
    e_stop: str = "NONE"
    field_violation: bool = False
    mode: str = "AUTOMATIC"
    localised: bool = True
    map_id: str = "lobby"
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields that overwrite those of the state."""
    login: dict[str, str] = field(default_factory=dict)
    ca: str | None = None

    def __post_init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        """Every order message that has come."""
        self.actions: list[dict[str, Any]] = []
        """Every instant action that has come."""
        self.messages: list[dict[str, Any]] = []
        self.speed = 0.0
        self.errors: list[dict[str, Any]] = []
        self.charging = False
        self.client: aiomqtt.Client | None = None
        self._reading: asyncio.Task[None] | None = None
        self.restart()

    @property
    def v3(self) -> bool:
        return self.version.startswith("3")

    @property
    def root(self) -> str:
        return f"{'vda5050/v3' if self.v3 else 'uagv/v2'}/letan-test/{self.serial}"

    def restart(self) -> None:
        """Forget everything, as after its power was off."""
        self.order_id, self.update_id = "", 0
        self.last_sequence = 0
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.canceling: str | None = None
        self.errors = []
        self._counts = count()

    @property
    def driving(self) -> bool:
        return self.speed > 0 or (self.faults.frozen and bool(self.nodes))

    # --- the broker ---

    async def connect(self, port: int | None = None) -> None:
        will = aiomqtt.Will(
            f"{self.root}/connection", self._connection("CONNECTIONBROKEN"), 1, True
        )
        self.client = aiomqtt.Client(
            "127.0.0.1",
            port or self.port,
            will=will,
            timeout=5,
            socket_options=[AT_ONCE],
            tls_params=aiomqtt.TLSParameters(ca_certs=self.ca) if self.ca else None,
            username=self.login.get("username"),
            password=self.login.get("password"),
        )
        await self.client.__aenter__()
        await self.client.subscribe([(f"{self.root}/order", 0), (f"{self.root}/instantActions", 0)])
        await self.client.publish(
            f"{self.root}/connection", self._connection("ONLINE"), qos=1, retain=True
        )
        self._reading = asyncio.create_task(self._read(self.client))
        await self.publish()

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        if self.client is not None:
            client, self.client = self.client, None
            with contextlib.suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)

    async def ask(self) -> None:
        """Return when the broker has seen everything of ours, and we everything of its."""
        if self.client is not None:
            with contextlib.suppress(aiomqtt.MqttError):
                await self.client.unsubscribe("nobody/nothing", timeout=10)

    async def send(self, subtopic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Publish something as it is."""
        if self.client is not None:
            with contextlib.suppress(aiomqtt.MqttError):
                await self.client.publish(f"{self.root}/{subtopic}", payload, retain=retain)

    async def publish(self) -> None:
        """Send a state."""
        if self.client is not None and not self.faults.mute:
            await self.send("state", json.dumps(self.state()))

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if message.retain:
                continue
            assert isinstance(message.payload, bytes)
            body = json.loads(message.payload)
            self.messages.append(body)
            if message.topic.value.endswith("/order"):
                self.take_order(body)
            elif self.faults.strict and {"actions", "instantActions"} & set(body) != set(
                self.fields
            ):
                self.errors = [{"errorType": "validationError", "errorLevel": "WARNING"}]
            else:
                for name in self.fields:
                    for action in body.get(name, []):
                        self.take_action(action)
            await self.publish()

    # --- what it does with what it is told ---

    def take_order(self, order: dict[str, Any]) -> None:
        self.orders.append(order)
        if self.faults.drop_orders > 0:
            self.faults.drop_orders -= 1
            self.orders.pop()
            return
        same = order["orderId"] == self.order_id
        if self.faults.refuse_orders:
            self._refuse(order, self.faults.refuse_orders)
        elif same and order["orderUpdateId"] == self.update_id:
            return
        elif same and order["orderUpdateId"] < self.update_id:
            self._refuse(order, "orderUpdateError")
        elif not same and self.nodes:
            self._refuse(order, "OTHER_ORDER_ACTIVE" if self.v3 else "orderError")
        elif same and not self._fits(order):
            self._refuse(order, "orderUpdateError")
        elif not same and not self._near(order["nodes"][0]):
            self._refuse(order, "START_NODE_OUT_OF_RANGE" if self.v3 else "noRouteError")
        else:
            self._accept(order, same)

    def _fits(self, order: dict[str, Any]) -> bool:
        base = [node for node in self.nodes if node["released"]]
        first = order["nodes"][0]
        if base:
            return (base[-1]["nodeId"], base[-1]["sequenceId"]) == (
                first["nodeId"],
                first["sequenceId"],
            )
        return bool((first["nodeId"], first["sequenceId"]) == (self.last_node, self.last_sequence))

    def _near(self, node: dict[str, Any]) -> bool:
        place = node["nodePosition"]
        allowed = place.get("allowedDeviationXY", place.get("allowedDeviationXy", 0))
        limit = allowed["a"] if isinstance(allowed, dict) else allowed
        return place["mapId"] == self.map_id and (
            math.dist((place["x"], place["y"]), (self.x, self.y)) <= limit
        )

    def _accept(self, order: dict[str, Any], update: bool) -> None:
        self.errors = [error for error in self.errors if error["errorLevel"] != "WARNING"]
        self.order_id, self.update_id = order["orderId"], order["orderUpdateId"]
        if update:
            self.nodes = [node for node in self.nodes if node["released"]] + order["nodes"][1:]
            self.edges = [edge for edge in self.edges if edge["released"]] + order["edges"]
        else:
            self.nodes, self.edges = order["nodes"][1:], list(order["edges"])
            self._pass(order["nodes"][0])
            self.states = {}

    def _refuse(self, order: dict[str, Any], kind: str) -> None:
        self.errors.append(
            {
                "errorType": kind,
                "errorLevel": "WARNING",
                "errorDescription": "refused",
                "errorReferences": [
                    {"referenceKey": "orderId", "referenceValue": order["orderId"]},
                    {"referenceKey": "headerId", "referenceValue": str(order["headerId"])},
                ],
            }
        )

    def take_action(self, action: dict[str, Any]) -> None:
        self.actions.append(action)
        key, kind = action["actionId"], action["actionType"]
        if kind in self.faults.fail_actions or kind in ("say", "show"):
            self._action(key, kind, "FAILED" if kind in self.faults.fail_actions else "FINISHED")
        elif kind == "cancelOrder":
            if self.faults.deaf_to_cancel:
                return
            if not self.nodes and self.speed == 0:
                self._action(key, kind, "FAILED")
                self.errors.append(
                    {
                        "errorType": "NO_ORDER_TO_CANCEL" if self.v3 else "noOrderToCancel",
                        "errorLevel": "WARNING",
                        "errorReferences": [{"referenceKey": "actionId", "referenceValue": key}],
                    }
                )
                return
            self.canceling = key
            self._action(key, kind, "RUNNING")
        elif kind in ("startCharging", "stopCharging"):
            if not self.faults.no_charge:
                self.charging = kind == "startCharging"
            self._action(key, kind, "FINISHED")
        else:
            self._action(key, kind, "FINISHED")

    def _action(self, key: str, kind: str, status: str) -> None:
        self.states[key] = {"actionId": key, "actionType": kind, "actionStatus": status}

    # --- its time ---

    async def step(self, seconds: float) -> None:
        """Let time pass for it, and send a state."""
        for _ in range(max(1, round(seconds / 0.02))):
            self._move(seconds / max(1, round(seconds / 0.02)))
        await self.publish()

    def _move(self, dt: float) -> None:
        halted = self.e_stop != "NONE" or self.mode == "MANUAL" or self.field_violation
        if self.mode == "MANUAL":
            self.nodes, self.edges = [], []
        wanted = 0.0
        if not (halted or self.canceling or self.faults.blocked) and self.nodes:
            wanted = self._wanted()
        change = (GAIN if wanted > self.speed else -BRAKE) * dt
        self.speed = (
            max(wanted, self.speed + change) if change < 0 else min(wanted, self.speed + change)
        )
        if not self.faults.frozen:
            self._advance(self.speed * dt)
            self._turn(dt, halted)
        if self.canceling and self.speed == 0:
            self.nodes, self.edges = [], []
            self._action(self.canceling, "cancelOrder", "FINISHED")
            self.canceling = None

    def _wanted(self) -> float:
        base = [node for node in self.nodes if node["released"]]
        if not base:
            return 0.0
        edge = self.edges[0]
        ceiling = float(edge.get("maxSpeed", edge.get("maximumSpeed", 1.0)))
        way, here = 0.0, (self.x, self.y)
        for node in base:
            there = (node["nodePosition"]["x"], node["nodePosition"]["y"])
            way, here = way + math.dist(here, there), there
        return 0.0 if way < 1e-6 else min(ceiling, math.sqrt(2 * BRAKE / 3 * way) + 0.02)

    def _advance(self, way: float) -> None:
        while self.nodes and self.nodes[0]["released"]:
            place = self.nodes[0]["nodePosition"]
            dx, dy = place["x"] - self.x, place["y"] - self.y
            length = math.hypot(dx, dy)
            if length > 1e-6:
                self.theta = math.atan2(dy, dx)
            if length > way + 1e-6:
                self.x, self.y = self.x + dx / length * way, self.y + dy / length * way
                return
            self.x, self.y, way = place["x"], place["y"], way - length
            last = len(self.nodes) == 1
            if last and (self.speed > 0.1 or not self._turned(place)):
                self.speed = 0.0
                return
            self._pass(self.nodes.pop(0))
            self.edges = self.edges[1:]
            if last:
                self.speed = 0.0

    def _turned(self, place: dict[str, Any]) -> bool:
        return abs(math.remainder(place.get("theta", self.theta) - self.theta, math.tau)) < 0.05

    def _turn(self, dt: float, halted: bool) -> None:
        if halted or len(self.nodes) != 1 or self.canceling:
            return
        place = self.nodes[0]["nodePosition"]
        if math.dist((place["x"], place["y"]), (self.x, self.y)) < 1e-6 and "theta" in place:
            self.theta = place["theta"]

    def _pass(self, node: dict[str, Any]) -> None:
        self.last_node, self.last_sequence = node["nodeId"], node["sequenceId"]

    # --- what it tells ---

    def _header(self) -> dict[str, Any]:
        return {
            "headerId": next(self._counts) + (self.faults.headers_from or 0),
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.00Z"),
            "version": self.version,
            "manufacturer": "letan-test",
            "serialNumber": self.serial,
        }

    def _connection(self, state: str) -> str:
        return json.dumps({**self._header(), "connectionState": state})

    def position(self) -> object:
        if self.faults.position is not None:
            return None if self.faults.position == "null" else self.faults.position
        known = "localized" if self.v3 else "positionInitialized"
        return {
            "x": self.x,
            "y": self.y,
            "theta": self.theta,
            "mapId": self.map_id,
            known: self.localised,
        }

    def state(self) -> dict[str, Any]:
        """The next state message."""
        charge = self.charge if self.faults.battery == "real" else self.faults.battery
        names = {
            False: ("batteryState", "batteryCharge", "eStop", "agvPosition", "actionStates"),
            True: (
                "powerSupply",
                "stateOfCharge",
                "activeEmergencyStop",
                "mobileRobotPosition",
                "instantActionStates",
            ),
        }[self.v3]
        power, level, e_stop, position, actions = names
        return {
            **self._header(),
            "orderId": self.order_id,
            "orderUpdateId": self.update_id,
            "lastNodeId": self.last_node,
            "lastNodeSequenceId": self.last_sequence,
            "nodeStates": [
                {key: node[key] for key in ("nodeId", "sequenceId", "released")}
                for node in self.nodes
            ],
            "edgeStates": [
                {key: edge[key] for key in ("edgeId", "sequenceId", "released")}
                for edge in self.edges
            ],
            "actionStates": [],
            "driving": self.driving,
            "operatingMode": self.mode,
            "errors": self.errors,
            "safetyState": {e_stop: self.e_stop, "fieldViolation": self.field_violation},
            "velocity": {"vx": self.speed, "vy": 0.0, "omega": 0.0},
            power: {level: charge, "charging": self.charging},
            position: self.position(),
            actions: list(self.states.values()),
            **self.extra,
        }
