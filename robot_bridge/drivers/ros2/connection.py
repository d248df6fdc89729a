"""The line to one robot: a control socket for stopping, and one for goals and topics.

A server may read nothing from a socket while it carries out a goal that came by it; so what ends
goals has a socket of its own, which is opened first (robot.md §2.4).
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import structlog

from robot_bridge.clock import wait_for_event
from robot_bridge.driver import DriverConfig, LinkError
from robot_bridge.drivers.ros2 import operations
from robot_bridge.drivers.ros2.address import read_server
from robot_bridge.drivers.ros2.aside import ask_aside
from robot_bridge.drivers.ros2.calls import Call
from robot_bridge.drivers.ros2.fragments import Fragments
from robot_bridge.drivers.ros2.listener import Heard, Listener
from robot_bridge.drivers.ros2.options import Options
from robot_bridge.drivers.ros2.robot import Robot, Topic
from robot_bridge.drivers.ros2.socket import RosSocket

ANSWER_SECONDS = 1.5
"""For the services that end an earlier life's goals to answer."""
FRESH_SECONDS = 5.0
"""For the robot to show a sign of life."""
POSE_SECONDS = 1.0
"""After that, for its pose and its switches."""
LISTEN_AGAIN = 5.0
"""Seconds without anything on a topic until it is subscribed to anew, longer each time."""

log = structlog.get_logger(__name__)


class Connection:
    """Server and robot together. Raises ValueError when the settings cannot be used."""

    def __init__(self, config: DriverConfig, options: Options, robot: Robot, heard: Heard) -> None:
        self._name = config.robot_id
        self._clock = config.clock
        self._may_send = config.may_send
        self._options = options
        self._robot = robot
        self._server = read_server(config.url, options)
        self._listener = Listener(config, robot.topics(), heard)
        self._asked: dict[str, tuple[float, float]] = {}
        self._control: RosSocket | None = None
        self._work: RosSocket | None = None
        self._renewing: dict[str, asyncio.Task[None]] = {}
        self._advertised: RosSocket | None = None
        self._over = asyncio.Event()
        self.ready = False
        """Both sockets are open and the robot has been heard of."""

    @property
    def up(self) -> bool:
        """Both sockets work: goals can be sent, and ended."""
        return self.can_stop and self._work is not None and self._work.up

    @property
    def can_stop(self) -> bool:
        return self._control is not None and self._control.up

    # --- opening and closing ---

    async def open(self) -> None:
        """Control first, end what an earlier life has left, listen, see the robot.

        Raises `LinkError`.
        """
        await self.close()
        self._over = asyncio.Event()
        self._robot.forget()
        try:
            self._control = await self._connect("control")
            calls = self.cancel_all()
            await self._until(lambda: all(call.answered for call in calls), ANSWER_SECONDS)
            for action, call in zip(self._options.actions, calls, strict=True):
                if not call.worked:
                    log.warning("no such action yet", robot=self._name, action=action)
            self._work = await self._connect("work")
            self._listen()
            await self._see()
        except BaseException:
            await self.close()
            raise
        self.ready = True

    async def lost(self) -> str:
        """Wait until one of the sockets is over; why."""
        await self._over.wait()
        for socket in (self._control, self._work):
            if socket is not None and socket.reason:
                return socket.reason
        return "not connected"

    async def close(self, *, friendly: bool = False) -> None:
        """``friendly``: what has been sent still goes out."""
        self.ready = False
        renewing, self._renewing = list(self._renewing.values()), {}
        for task in renewing:
            task.cancel()
        await asyncio.gather(*renewing, return_exceptions=True)
        work, self._work = self._work, None
        control, self._control = self._control, None
        for socket in (work, control):
            if socket is not None:
                await socket.close(friendly=friendly)

    def drop(self) -> None:
        """Give the connection up, so that it is opened anew."""
        self._over.set()

    def renew(self, which: str) -> None:
        """Open one of the sockets anew: the server seems to read nothing from it any more."""
        if which in self._renewing or not self.ready:
            return
        log.warning("socket opened anew", robot=self._name, socket=which)
        task = asyncio.create_task(self._renew(which), name=f"{self._name} {which} anew")
        self._renewing[which] = task
        task.add_done_callback(lambda _: self._renewing.pop(which, None))

    @property
    def renewing(self) -> bool:
        """The socket for goals is being opened anew."""
        return "work" in self._renewing

    async def _renew(self, which: str) -> None:
        try:
            fresh = await self._connect(which)
        except LinkError as error:
            log.warning("socket not opened", robot=self._name, socket=which, reason=str(error))
            self.drop()
            return
        if which == "control":
            old, self._control = self._control, fresh
        else:
            old, self._work = self._work, fresh
            self._listen()
        if old is not None:
            await old.close()

    async def _connect(self, which: str) -> RosSocket:
        over = self._over
        fragments = Fragments()
        socket = RosSocket(
            self._server,
            lambda text: self._listener.receive(text, fragments),
            self._clock,
            f"{self._name} {which}",
            self._may_send,
        )
        await socket.open()

        async def watch() -> None:
            await socket.lost()
            if socket in (self._control, self._work):
                over.set()

        watching = asyncio.create_task(watch(), name=f"{self._name} {which} watch")
        socket.keep(watching)
        return socket

    async def _see(self) -> None:
        """Wait for a sign of life of the robot itself: an open socket proves nothing."""
        begun = self._clock.monotonic()

        def alive() -> bool:
            at = self._robot.state_at
            return at is not None and at >= begun

        if not await self._until(alive, FRESH_SECONDS):
            where = " and ".join(
                name for name in (self._options.odom_topic, self._options.pose_topic) if name
            )
            raise LinkError(f"the server is there, but nothing comes on {where}")
        await self._until(lambda: self._robot.known, POSE_SECONDS)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        end = self._clock.monotonic() + seconds
        while not condition():
            left = end - self._clock.monotonic()
            if left <= 0:
                return False
            if self._over.is_set():
                raise LinkError(await self.lost())
            self._listener.news.clear()
            await wait_for_event(self._listener.news, self._clock, left)
        return True

    # --- talking ---

    def send_goal(self, operation: Mapping[str, Any]) -> None:
        """Raises `LinkError`."""
        if self._work is None or not self.can_stop:
            raise LinkError("not connected")  # nothing is set in motion that cannot be ended
        self._work.send(operation)

    def send_control(self, operation: Mapping[str, Any]) -> None:
        """Raises `LinkError`."""
        if self._control is None:
            raise LinkError("not connected")
        self._control.send(operation)

    def cancel_all(self) -> list[Call]:
        """Ask every action to end all its goals. Raises `LinkError`."""
        asked = []
        for action in self._options.actions:
            call_id, call = self._listener.calls.new()
            self.send_control(operations.cancel_all(call_id, action))
            asked.append(call)
        return asked

    def cancel_aside(self) -> bool:
        """Ask every action to end all its goals, from a thread, over a connection of its own."""
        asked = (
            operations.cancel_all(f"aside-{number}-{uuid4().hex[:8]}", action)
            for number, action in enumerate(self._options.actions)
        )
        return ask_aside(self._server, list(asked))

    def say_limit(self, metres_per_second: float) -> None:
        """Publish the speed limit. Raises `LinkError`."""
        topic = self._options.speed_limit_topic
        if topic is None:
            return
        if self._advertised is not self._control:
            self.send_control(operations.advertise(topic, operations.SPEED_LIMIT_TYPE))
            self._advertised = self._control
        message = operations.speed_limit(metres_per_second, self._options.frame)
        self.send_control(operations.publish(topic, message))

    def listen_again(self) -> None:
        """Subscribe anew to what nothing has come of: a server may have subscribed in a way
        that does not fit a publisher that came later."""
        now = self._clock.monotonic()
        for name, (asked_at, pause) in list(self._asked.items()):
            if name in self._listener.heard_of:
                del self._asked[name]
            elif now - asked_at >= pause and self._work is not None and self._work.up:
                self._work.send(operations.unsubscribe(name))
                self._subscribe(self._listener.topics[name], min(60.0, pause * 2))

    def _listen(self) -> None:
        self._listener.heard_of.clear()
        for topic in self._listener.topics.values():
            self._subscribe(topic, LISTEN_AGAIN)

    def _subscribe(self, topic: Topic, pause: float) -> None:
        self._asked[topic.name] = (self._clock.monotonic(), pause)
        if self._work is not None:
            self._work.send(operations.subscribe(topic.name, topic.kind, every=topic.every))
