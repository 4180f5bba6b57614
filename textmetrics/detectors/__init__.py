"""Detectors: a message in its context in, a vote out, one file per label.

To add one, put a module here with a function decorated ``@detector("label", by=...)``. It is called for each message of the roles in
``by`` and returns a ``Vote`` for the label, or None where its rule has nothing to say. The words it goes by are cues of the language packs;
what it adds is the context: what the other side just said, whether a solution stands, who speaks, where in the conversation. Where a trained model
speaks the language, votes are evidence the model weighs; where none does, the vote decides.
"""

from __future__ import annotations

import inspect
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct, field

from ..folding import fold
from ..memo import Memo
from ..registry import Registry
from ..types import CUSTOMERS, RESPONDERS, Conversation, Cue, Role

T = TypeVar("T")


class View:
    """A conversation as detectors see it: texts cleaned and folded, cues found, and what the judge has found out so far.

    ``chances`` holds, for each message, the probability of each label key judged so far: responders are judged before customers.
    """

    def __init__(
        self,
        conversation: Conversation,
        roles: Sequence[Role],
        texts: Sequence[str],
        folded: Sequence[str],
        cues: Sequence[tuple[Cue, ...]],
        languages: Sequence[str | None],
    ) -> None:
        self.conversation, self.roles, self.texts, self.folded, self.languages = conversation, roles, texts, folded, languages
        self.cues = cues
        self.named: list[dict[str, list[Cue]]] = []
        for shown in cues:
            by: dict[str, list[Cue]] = {}
            for cue in shown:
                by.setdefault(cue.name, []).append(cue)
            self.named.append(by)
        self.chances: list[dict[str, float]] | Memo[int, dict[str, float]] = [{} for _ in roles]
        self._before: dict[int, list[int]] = {}
        self._given: list[int] | None = None  # every solution, once that is settled
        self._made: dict[tuple[Any, ...], Any] = {}

    def __len__(self) -> int:
        return len(self.roles)

    def shows(self, i: int, *names: str) -> list[Cue]:
        """The cues of some names in one message."""
        named = self.named[i]
        if len(names) == 1:
            return named.get(names[0], [])
        return [c for name in names if name in named for c in named[name]]

    def asks(self, i: int) -> bool:
        """Whether a message holds a question."""
        return "?" in self.folded[i]

    def before(self, i: int) -> list[int]:
        """What the other side said since this side last spoke: the nearest first; failing that, its last message."""
        if i in self._before:
            return self._before[i]
        side = self.roles[i] in RESPONDERS
        found = self._before[i] = []
        for j in range(i - 1, -1, -1):
            if self.roles[j] not in CUSTOMERS and self.roles[j] not in RESPONDERS:
                continue
            if (self.roles[j] in RESPONDERS) != side:
                found.append(j)
            elif found:
                break
        return found

    def once(self, make: Callable[..., T], *given: Any) -> T:
        """What a function makes of this view and what else it is given, worked out when it is first asked for: not of chances, which change."""
        if (make, *given) not in self._made:
            self._made[make, *given] = make(self, *given)
        return self._made[make, *given]

    def chance(self, i: int, label: str) -> float:
        """The probability of a label in one message, as far as it has been judged."""
        return self.chances[i].get(label, 0.0)

    def solved_by(self, i: int) -> int | None:
        """The solution that a message is about: the one it replies to, the one it quotes, else the nearest that stands before it."""
        message = self.conversation.messages[i]
        given = self._solutions(i) if self._given is None else self._given
        many = bisect_left(given, i)
        if not many or (message.reply_to is None and ">" not in message.text):
            return given[many - 1] if many else None
        every = given[many - 1 :: -1]
        if message.reply_to is not None and (linked := [j for j in every if self.conversation.messages[j].id == message.reply_to]):
            return linked[0]
        if len(every) > 1 and ">" in message.text and (quoted := QUOTED.search(message.text)):
            words = fold(" ".join(quoted[1].split()))[:QUOTE]
            if cited := [j for j in every if words in " ".join(self.folded[j].split())]:
                return cited[0]
        return every[0]

    def settle(self, solutions: list[int] | None = None) -> None:
        """Responders are judged: which solutions stand changes no more. ``solutions``: these, where they are known."""
        self._given = self._solutions(len(self)) if solutions is None else solutions

    def _solutions(self, before: int) -> list[int]:
        """The solutions that stand before a message, in order."""
        return [j for j in range(before) if self.roles[j] in RESPONDERS and self.chances[j].get("solution", 0.0) >= STANDS]


QUOTED = re.compile(r"(?:^|\n|\ssaid\s)\s*>+\s*([^\n>]{12,})")  # as mail and forums mark what somebody else wrote
QUOTE = 60  # characters of a quote by which its message is found
STANDS = 0.4  # chance from which a message is taken as a solution by what follows it


class Vote(Struct, frozen=True):
    """What a rule says of one message: how sure it is, and the characters it goes by. A ``final`` one stands, whatever a trained model thinks; of nought, it rules out."""

    score: float
    cues: tuple[Cue, ...] = ()
    state: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    final: bool = False

    @property
    def span(self) -> tuple[int, int] | None:
        """From the first character it goes by to the last, of the strongest place."""
        return (self.cues[0].start, self.cues[0].end) if self.cues else None


Judge = Callable[[View, int], "Vote | Sequence[Vote] | None"]
Describe = Callable[[View, int, tuple[int, int]], Mapping[str, Any]]


class Detector(Struct, frozen=True):
    """The rule of one label: ``vote`` gives its votes on a message, ``describe`` the attributes of a finding, ``states`` the states it tells apart.

    Of two ``rivals`` among the states a message carries only the surer one. A message that shows none of the cues it ``goes_by`` gets no vote.
    """

    label: str
    doc: str
    by: tuple[str, ...]
    vote: Judge
    states: tuple[str | None, ...] = (None,)
    describe: Describe | None = None
    rivals: tuple[tuple[str, str], ...] = ()
    goes_by: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """The names under which its probabilities are kept: ``label`` or ``label/state``."""
        return [key(self.label, state) for state in self.states]


DETECTORS: Registry[Detector] = Registry("detector", __name__)


@cache
def label_keys() -> tuple[str, ...]:
    """Every label, with its states, that can be found."""
    return tuple(k for _, d in DETECTORS.items() for k in d.names())


def key(label: str, state: str | None) -> str:
    """The name of a label and state together.

    >>> key("acknowledgement", "worked")
    'acknowledgement/worked'
    """
    return label if state is None else f"{label}/{state}"


def detector(
    label: str,
    *,
    by: tuple[str, ...],
    states: tuple[str | None, ...] = (None,),
    describe: Describe | None = None,
    rivals: tuple[tuple[str, str], ...] = (),
    goes_by: tuple[str, ...] = (),
) -> Callable[[Judge], Judge]:
    """Register the detector of one label; with ``goes_by``, it is asked only of messages that show one of these cues."""

    def register(function: Judge) -> Judge:
        one = Detector(label, inspect.getdoc(function) or "", by, function, states, describe, rivals, goes_by)
        DETECTORS.add(label, one, function.__code__.co_filename)
        return function

    return register


def vote(cues: Sequence[Cue], score: float, **more: Any) -> Vote | None:
    """A vote that goes by some cues; None where there are none."""
    return Vote(score, tuple(cues), **more) if cues else None
