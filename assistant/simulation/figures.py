"""The figures of a simulated day, as JSON; the same for the same seed, `measured` aside."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.simulation.day import PlayedDay
from assistant.simulation.record import Halt, Lead

CALLED_OFF = {"estop", "not_localised", "link_lost", "simulated", "asked"}
"""Ends that somebody or a provoked fault brings about: no failing of the robot."""
TOGETHER = 4.0
"""Metres within which a visitor is with the robot."""


def figures_of(day: PlayedDay, seconds: float) -> dict[str, Any]:
    """Everything that the report tells; ``seconds``: real time that playing it took."""
    record, plan = day.record, day.plan
    milliseconds = sorted(turn.milliseconds for turn in record.turns)
    return {
        "plan": {
            "visitors": plan.visitors,
            "robots": plan.robots,
            "hours": plan.hours,
            "seed": plan.seed,
            "faults": plan.faults,
            "day": day.opened.date().isoformat(),
            "release": day.release,
        },
        "visitors": _visitors(day),
        "waiting": _waiting(day),
        "leads": _leads(record.leads),
        "safety": _safety(day),
        "conversations": _conversations(day),
        "robots": _robots(day),
        "missions": dict(sorted(record.missions.items())),
        "said": dict(sorted(record.said.items())),
        "faults": dict(sorted(record.faults.items())),
        "measured": {
            "seconds": round(seconds, 1),
            "turn_ms": {
                "p50": _quantile(milliseconds, 0.5),
                "p95": _quantile(milliseconds, 0.95),
                "longest": _quantile(milliseconds, 1.0),
            },
        },
    }


def _visitors(day: PlayedDay) -> dict[str, Any]:
    stays = day.record.stays
    endings = Counter(stay.ending for stay in stays)
    minutes = sorted((stay.left - stay.came) / 60 for stay in stays if stay.left is not None)
    return {
        "came": len(stays),
        "endings": dict(sorted(endings.items())),
        "most_at_once": max((sample.in_hall for sample in day.record.samples), default=0),
        "minutes_in_hall": _spread(minutes),
        "closed_at": day.ended.isoformat(timespec="seconds"),
    }


def _waiting(day: PlayedDay) -> dict[str, Any]:
    """Minutes until somebody listened, and from the number to the counter's call."""
    stays, centre = day.record.stays, day.centre
    by_counter = []
    for counter in centre.content.counters.values():
        own = [stay for stay in stays if stay.counter == counter.id and stay.ticket is not None]
        called = _waits((stay.ticket, stay.called) for stay in own)
        by_counter.append(
            {
                "counter": counter.id,
                "name": counter.name.vi,
                "numbers": len(own),
                "served": sum(stay.served is not None for stay in own),
                "wait": _spread(called),
                "busy_share": round(day.record.busy[counter.id] / (day.plan.hours * 3600), 3),
            }
        )
    return {
        "for_an_ear": _spread(_waits((stay.came, stay.spoke) for stay in stays)),
        "at_counters": _spread(_waits((stay.ticket, stay.called) for stay in stays)),
        "by_counter": by_counter,
    }


def _leads(leads: Sequence[Lead]) -> dict[str, Any]:
    begun = [lead for lead in leads if lead.begun is not None]
    reached = [lead for lead in begun if lead.state == "arrived"]
    undisturbed = [lead for lead in begun if lead.state == "arrived" or not _called_off(lead)]
    endings = Counter(_ending(lead) for lead in begun)
    kept_up = [lead for lead in reached if not lead.strayed]
    took = sorted(
        lead.ended - lead.begun for lead in reached if lead.ended is not None and lead.begun
    )
    return {
        "asked": len(leads),
        "begun": len(begun),
        "reached": len(reached),
        "reached_share": _share(len(reached), len(begun)),
        "reached_share_undisturbed": _share(len(reached), len(undisturbed)),
        "endings": dict(sorted(endings.items())),
        "not_begun": dict(
            sorted(Counter(lead.refused or "other" for lead in leads if lead.begun is None).items())
        ),
        "waited_for_robot": sum(lead.waited and lead.begun is not None for lead in leads),
        "seconds": _spread(took),
        "asked_still_there": sum(lead.questions for lead in leads),
        "answered": sum(lead.answers for lead in leads),
        "fetched": sum(lead.fetched for lead in begun),
        "together_at_the_start": _together(lead.together for lead in begun),
        "together_at_the_end": _together(lead.apart for lead in reached),
        "together_of_those_who_kept_up": _together(lead.apart for lead in kept_up),
        "strayed": _strayed([lead for lead in begun if lead.strayed]),
    }


def _strayed(leads: Sequence[Lead]) -> dict[str, Any]:
    """What became of visitors who did not keep up."""
    return {
        "leads": len(leads),
        "how": dict(sorted(Counter(lead.strayed for lead in leads).items())),
        "asked_meanwhile": sum(lead.asked_when_away for lead in leads),
        "came_back": sum(lead.came_back for lead in leads),
        "given_up_politely": sum(lead.reason == "no_answer" for lead in leads),
        "arrived_without_the_visitor": sum(
            lead.state == "arrived" and (lead.apart or 0) > TOGETHER for lead in leads
        ),
    }


def _together(distances: Iterable[float | None]) -> float | None:
    known = [away for away in distances if away is not None]
    return _share(sum(away <= TOGETHER for away in known), len(known))


def _called_off(lead: Lead) -> bool:
    """By somebody, by a provoked fault, or by a visitor who has gone away."""
    gone = lead.strayed == "leaves" and lead.reason == "no_answer"
    return gone or lead.reason in CALLED_OFF


def _ending(lead: Lead) -> str:
    if lead.state == "arrived":
        return "arrived"
    provoked = f" ({lead.disturbed})" if lead.disturbed else ""
    return f"{lead.state} {lead.reason}{provoked}"


def _safety(day: PlayedDay) -> dict[str, Any]:
    world, halts = day.hall.world, day.record.halts
    driving = [contact for contact in world.contacts if contact.speed > 0]
    return {
        "collisions": len(driving),
        "collisions_with": dict(sorted(Counter(contact.other for contact in driving).items())),
        "touched_while_standing": len(world.contacts) - len(driving),
        "stops": sum(halt.kind == "stop" for halt in halts),
        "e_stops": sum(halt.kind == "e_stop" for halt in halts),
        "longest_until_it_stood": _longest(halts),
        "moves_after_a_stop": sum(halt.moved > 0.005 for halt in halts),
        "nearest_person_metres": (
            round(world.nearest_person, 3) if math.isfinite(world.nearest_person) else None
        ),
    }


def _longest(halts: Sequence[Halt]) -> float | None:
    """Seconds; None: nobody stopped a robot."""
    times = [halt.seconds for halt in halts if halt.seconds is not None]
    return round(max(times), 3) if times else None


def _conversations(day: PlayedDay) -> dict[str, Any]:
    turns = day.record.turns
    first = [turn for turn in turns if turn.first]
    talked = sum(stay.spoke is not None for stay in day.record.stays)
    return {
        "conversations": talked,
        "turns": len(turns),
        "turns_each": round(len(turns) / talked, 2) if talked else None,
        "outcomes": dict(sorted(Counter(turn.outcome for turn in turns).items())),
        "first_questions": len(first),
        "right_matter_at_once": _share(sum(bool(turn.right) for turn in first), len(first)),
        "failed": sum(turn.outcome.startswith("error") for turn in turns),
    }


def _robots(day: PlayedDay) -> list[dict[str, Any]]:
    samples = day.record.samples
    found = []
    for robot in sorted(samples[0].batteries if samples else ()):
        levels = [sample.batteries[robot] for sample in samples]
        doing = Counter(sample.doing[robot] for sample in samples)
        found.append(
            {
                "robot": robot,
                "battery": {"first": levels[0], "least": min(levels), "last": levels[-1]},
                "metres": round(day.odometers[robot]),
                "charged": day.record.dockings[robot],
                "share_of_the_day": {
                    what: _share(count, len(samples)) for what, count in sorted(doing.items())
                },
            }
        )
    return found


def _waits(pairs: Iterable[tuple[float | None, float | None]]) -> list[float]:
    return sorted((to - since) / 60 for since, to in pairs if since is not None and to is not None)


def _spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Of sorted values."""
    return {
        "n": len(values),
        "mean": round(sum(values) / len(values), 2) if values else None,
        "p50": _quantile(values, 0.5),
        "p90": _quantile(values, 0.9),
        "longest": _quantile(values, 1.0),
    }


def _quantile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    return round(values[min(len(values) - 1, int(share * len(values)))], 2)


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None
