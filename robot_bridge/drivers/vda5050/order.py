"""One order: what of it is released, what is sent next, and whether it has been carried out. Pure.

A vehicle that loses its broker drives on to the end of its base (VDA 5050, §6.6.1). So only a few
metres are released ahead of it, and more only while everything is fresh: that is the dead man's
switch of this protocol.
"""

from collections.abc import Collection
from dataclasses import dataclass

from robot_bridge.drivers.vda5050.reader import Report, VehicleError
from robot_bridge.drivers.vda5050.route import Route, RouteNode

HORIZON = 6
"""Nodes that are announced beyond the base."""


@dataclass(frozen=True, slots=True)
class Part:
    """The content of one order message: consecutive nodes, the first ``released`` in the base."""

    order_id: str
    update_id: int
    nodes: tuple[RouteNode, ...]
    first: int
    """Index in the route of the first node; its sequenceId is twice that."""
    released: int
    """How many of ``nodes`` are in the base."""
    map_id: str
    speed: float
    """Ceiling on the edges, metres a second."""


@dataclass(slots=True)
class Order:
    """The order that a vehicle is given for one goal."""

    id: str
    route: Route
    base_length: float
    longest: int = 100
    """Nodes that fit into one message."""
    update_id: int = 0
    base_end: int = 0
    """Index of the last released node."""
    along: float = 0.0
    """Metres that the vehicle has made, as far as known."""
    passed: int = 0
    """Index of the last node that the vehicle has reported."""

    @property
    def remaining(self) -> float:
        """Metres still to go."""
        return max(0.0, self.route.length - self.along)

    @property
    def complete(self) -> bool:
        """The goal itself has been released."""
        return self.base_end == len(self.route.nodes) - 1

    def first_part(self, speed: float) -> Part:
        """What the order begins with."""
        self.base_end = self._reach()
        return self._part(0, speed)

    def next_part(self, speed: float) -> Part | None:
        """An update that lengthens the base; None when it is long enough."""
        reach = self._reach()
        if reach <= self.base_end:
            return None
        first, self.base_end = self.base_end, reach
        self.update_id += 1
        return self._part(first, speed)

    def is_mine(self, report: Report) -> bool:
        """Whether a report speaks of this order."""
        return report.order_id == self.id

    def taken(self, report: Report) -> bool:
        """Whether the vehicle has all that was sent."""
        return self.is_mine(report) and report.order_update_id >= self.update_id

    def follow(self, report: Report, here: tuple[float, float] | None) -> None:
        """Note how far the vehicle has got."""
        sequence = report.last_node_sequence
        if self.is_mine(report) and sequence is not None and sequence % 2 == 0:
            index = sequence // 2
            nodes = self.route.nodes
            if self.passed < index < len(nodes) and nodes[index].id == report.last_node_id:
                self.passed = index
                self.along = max(self.along, nodes[index].at)
        if here is not None:
            self.along = max(self.along, self.route.along(*here, self.along))

    def arrived(self, report: Report) -> bool:
        """Carried out to the end: nothing ahead, standing, on the last node (§6.6.1)."""
        target = self.route.nodes[-1]
        return (
            self.complete
            and self.taken(report)
            and not report.has_order
            and not report.driving
            and report.last_node_id == target.id
        )

    def given_up(self, report: Report) -> bool:
        """The vehicle has let go of the order before its end.

        At the end of its base it may only be waiting for more: some forget the horizon.
        """
        if not self.complete and report.last_node_id == self.route.nodes[self.base_end].id:
            return False
        return self.taken(report) and not report.has_order and report.standing

    def blamed(self, error: VehicleError, header_ids: Collection[int]) -> bool | None:
        """Whether an error speaks of this order by name; None when it names no order."""
        named = error.value("orderId")
        if named is not None:
            return named == self.id
        header, topic = error.value("headerId"), error.value("topic")
        if header is not None and topic in (None, "order"):
            return header in {str(header_id) for header_id in header_ids}
        return None

    def _reach(self) -> int:
        """Index of the farthest node within the base's length; always one ahead of the vehicle."""
        nodes = self.route.nodes
        reach = max(self.base_end, min(self.passed + 1, len(nodes) - 1))
        while reach + 1 < len(nodes) and nodes[reach + 1].at - self.along <= self.base_length:
            reach += 1
        return reach

    def _part(self, first: int, speed: float) -> Part:
        end = min(
            len(self.route.nodes),
            self.base_end + 1 + HORIZON,
            max(self.base_end + 1, first + self.longest),
        )
        return Part(
            self.id,
            self.update_id,
            self.route.nodes[first:end],
            first,
            self.base_end + 1 - first,
            self.route.map_id,
            speed,
        )
