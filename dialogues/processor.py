"""Rasa's message processor with the waste taken out of a turn.

The trained graph, the policies, the tracker, the events and the actions are Rasa's; what differs
from `MessageProcessor.handle_message` (figures in `docs/dialogue.md`):

- the nodes that a target needs are put in order once, not rebuilt for each run;
- the tracker is not copied for each action, nor deep-copied for debug logs;
- a policy decision is remembered by everything that the policies can see of the conversation. This
  is exact as long as no slot is featurised, no loop exists, and no rule looks further back than the
  current turn: `_short_sighted` checks the loaded model, and any other model is asked afresh each
  time;
- slots are extracted only when the domain maps one from messages (ours never does: no slot is set
  by text);
- `RegexMessageHandler` is left out: text that begins with "/" stays text.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.graph import GraphNode
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, UserUttered
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

RunAction = Callable[[str, DialogueStateTracker], Sequence[Event]]
"""Runs a custom action by name and returns its events."""


class TurnProcessor(MessageProcessor):
    """Parse, decide, act: synchronous, for one thread."""

    def __init__(self, model: Path) -> None:
        """Load the archive; raises what Rasa raises for a broken one."""
        super().__init__(
            model,
            tracker_store=InMemoryTrackerStore(None),
            lock_store=InMemoryLockStore(),
            generator=TemplatedNaturalLanguageGenerator({}),
        )
        self._nlu = _Plan(self.graph_runner, _without_slash_commands(self))
        self._core = _Plan(self.graph_runner, self.model_metadata.core_target)
        self._short_sighted = _short_sighted(self)
        self._decisions: dict[tuple[Any, ...], PolicyPrediction] = {}
        self._extracts_slots = any(_filled_from_messages(slot) for slot in self.domain.slots)

    def parse(self, text: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Understanding of one message, as Rasa's NLU components give it; never reads a "/"
        as a command."""
        message = UserMessage(text, metadata=dict(metadata))
        inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: None}
        parsed: Message = self._nlu.run(inputs)[0]
        data: dict[str, Any] = {
            "text": "",
            "intent": {"name": None, "confidence": 0.0},
            "entities": [],
        }
        data.update(parsed.as_dict(only_output_properties=True))
        data.pop("text_tokens", None)
        return data

    def run(
        self, tracker: DialogueStateTracker, message: UserUttered, act: RunAction
    ) -> list[Event]:
        """Update the tracker by one turn and return the events to store.

        Raises whatever an action raises; the tracker is then half updated and must be thrown away.
        """
        turn = _Log(tracker, self)
        if not tracker.events:
            for event in _session_start():
                turn.log(event)
        turn.log(message)
        if self._extracts_slots:
            for event in self._extracted(tracker):
                turn.log(event)
        for _ in range(self.max_number_of_predictions):
            prediction = self._decide(tracker)
            name = self.domain.action_names_or_texts[prediction.max_confidence_index]
            events = () if name == ACTION_LISTEN_NAME else act(name, tracker)
            for event in prediction.events:
                turn.log(_renewed(event))
            turn.log(ActionExecuted(name, prediction.policy_name, prediction.max_confidence))
            for event in events:
                turn.log(event)
            if name == ACTION_LISTEN_NAME:
                break
        return turn.events

    def _decide(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        if tracker.followup_action or not self._short_sighted:
            return self._predict_next_with_tracker(tracker)
        key = (tracker.latest_message.intent_name, tracker.latest_action_name, tracker.is_paused())
        known = self._decisions.get(key)
        if known is None:
            known = self._decisions[key] = self._core.run(
                {PLACEHOLDER_TRACKER: self._tail(tracker)}
            )
        return known

    def _tail(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The current turn as the whole conversation: all that short-sighted policies can see."""
        tail = DialogueStateTracker(tracker.sender_id, self.domain.slots)
        turn: list[Event] = []
        for event in reversed(tracker.events):
            turn.append(event)
            if isinstance(event, UserUttered):
                break
        tail.update_with_events([*_session_start(), *reversed(turn)], self.domain)
        return tail

    def _extracted(self, tracker: DialogueStateTracker) -> list[Event]:
        action = self._get_action("action_extract_slots")
        return list(_finish(action.run(None, self.nlg, tracker, self.domain)))


class _Log:
    """The events of a turn: applied to the tracker and kept for the store."""

    def __init__(self, tracker: DialogueStateTracker, processor: TurnProcessor) -> None:
        self._tracker, self._domain = tracker, processor.domain
        self.events: list[Event] = []

    def log(self, event: Event) -> None:
        self._tracker.update(event, self._domain)
        self.events.append(event)


class _Plan:
    """The graph nodes that one target needs, in an order in which each finds its inputs ready."""

    def __init__(self, runner: Any, target: str) -> None:
        self._target = target
        schema = runner._graph_schema.minimal_graph_schema([target])
        self._steps: list[tuple[str, GraphNode, tuple[str, ...]]] = []
        done: set[str] = {PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER}
        waiting = dict(schema.nodes)
        while waiting:
            ready = [name for name, node in waiting.items() if done.issuperset(node.needs.values())]
            if not ready:
                raise ValueError(f"the graph before {target} has a cycle or lacks a node")
            for name in ready:
                needs = tuple(waiting.pop(name).needs.values())
                self._steps.append((name, runner._instantiated_nodes[name], needs))
                done.add(name)

    def run(self, inputs: Mapping[str, Any]) -> Any:
        outputs: dict[str, tuple[str, Any]] = {name: (name, it) for name, it in inputs.items()}
        for name, node, needs in self._steps:
            outputs[name] = node(*(outputs[need] for need in needs))
        return outputs[self._target][1]


def _without_slash_commands(processor: TurnProcessor) -> str:
    target: str = processor.model_metadata.nlu_target
    node = processor.graph_runner._graph_schema.nodes[target]
    if issubclass(node.uses, RegexMessageHandler):
        return str(node.needs["messages"])
    return target


def _short_sighted(processor: TurnProcessor) -> bool:
    """Whether the policies' decision depends on this turn's intent and last action alone.

    Entities never matter: the engine's messages carry none into the tracker.
    """
    domain = processor.domain
    if domain.form_names or any(slot.influence_conversation for slot in domain.slots):
        return False
    for node in processor.graph_runner._instantiated_nodes.values():
        component = node._component
        lookup = getattr(component, "lookup", None)
        if lookup is None:
            continue
        if not isinstance(component, RulePolicy):
            if lookup:  # a memoisation policy that learnt stories
                return False
            continue
        for rules in ("rules", "rules_for_loop_unhappy_path"):
            for key in lookup.get(rules) or {}:
                if not _one_turn(json.loads(key)):
                    return False
    return True


def _one_turn(states: Sequence[Mapping[str, Any]]) -> bool:
    """A rule that starts by listening and sees one message at most (see
    `RulePolicy._is_rule_applicable`)."""
    if not states or not states[0].get("prev_action"):
        return False
    listens = [s for s in states if s["prev_action"].get("action_name") == ACTION_LISTEN_NAME]
    return len(listens) <= 1


def _filled_from_messages(slot: Slot) -> bool:
    return any(
        mapping.get("type") != "custom" or mapping.get("action") for mapping in slot.mappings
    )


def _session_start() -> list[Event]:
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def _renewed(event: Event) -> Event:
    """A remembered decision's event, as of now."""
    fresh = copy.copy(event)
    fresh.timestamp = ActionExecuted(ACTION_LISTEN_NAME).timestamp
    return fresh


def _finish(coroutine: Any) -> Any:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("an action waited for something outside the engine")
