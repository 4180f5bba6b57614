"""Messages to turns, and what kind of reply a message is.

Consecutive messages of one participant are one turn; system lines and private notes stand in between without ending one. What a
responder's message is worth to someone who waits (`replies`) decides what ends a wait: an automatic reply, a greeting or "one moment" does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from . import packs
from .detectors import View
from .expressions import Chooser, either
from .types import CUSTOMERS, RESPONDERS, Conversation, Finding, Reply, Role

SILENT = ("system", "note")
CONTENT = 25  # characters beyond greetings from which a message says something
CLOSINGS = {"worked", "accepted", "thanks"}
REMARK = 45  # characters: what is longer may tell something that wants an answer
LIGHT = {"positive_words", "states", "apology", "accepts", "thanks", "takes_leave", "will_try", "greeting", "gladly"}  # cues of a remark
TELLS = re.compile(r"\d|https?:|[=/~]\S*$|:$")  # numbers, addresses and paths tell something


def number(conversation: Conversation, roles: Sequence[Role]) -> tuple[int | None, ...]:
    """The turn of each message, from 0; None for system lines and notes."""
    turns: list[int | None] = []
    turn, last = -1, None
    for message, role in zip(conversation.messages, roles, strict=True):
        if role in SILENT:
            turns.append(None)
            continue
        if message.participant_id != last:
            turn, last = turn + 1, message.participant_id
        turns.append(turn)
    return tuple(turns)


def replies(view: View, findings: Sequence[Finding]) -> tuple[Reply | None, ...]:
    """What kind of reply each responder's message is."""
    labels: dict[int, set[str]] = {}
    for f in findings:
        labels.setdefault(f.message, set()).add(f.label)
    return tuple(_reply(view, i, labels.get(i, set())) if role in RESPONDERS else None for i, role in enumerate(view.roles))


def _reply(view: View, i: int, labels: set[str]) -> Reply:
    if view.conversation.messages[i].automatic or automatic(view.folded[i], view.languages[i]):
        return "automatic"
    kind = _content(view, i, labels)
    if view.roles[i] == "bot":
        return "bot" if kind == "substantive" else "bot_filler"
    return kind


def _content(view: View, i: int, labels: set[str]) -> Reply:
    """What a reply is by its words, whoever wrote it."""
    if labels & {"solution", "redirect", "clarification_request"}:
        return "substantive"
    if "hold" in labels and not view.asks(i) and not _instructs(view, i):
        return "stall"
    if view.shows(i, "greeting") and not view.shows(i, "asks_facts") and len(_beyond(view, i)) < CONTENT:
        return "greeting"
    return "substantive"


def _instructs(view: View, i: int) -> bool:
    """Whether a message tells what to do, beside asking to wait or promising a word."""
    put_off = view.shows(i, "please_wait", "promise")
    return any(all(c.end <= p.start or c.start >= p.end for p in put_off) for c in view.shows(i, "instruct"))


def _beyond(view: View, i: int) -> str:
    """What a message says beside its greetings."""
    kept = list(view.folded[i])
    for cue in view.shows(i, "greeting", "gladly"):
        kept[cue.start : cue.end] = " " * (cue.end - cue.start)
    return re.sub(r"[\W_]+", " ", "".join(kept)).strip()


@cache
def _automatic(code: str) -> Chooser | None:
    expressions = packs.language(code).automatic if code in packs.languages() else ()
    return Chooser([either(expressions)]) if expressions else None


def automatic(folded: str, code: str | None) -> bool:
    """Whether a text reads like an automatic reply or an out-of-office note."""
    pattern = _automatic(code) if code is not None else None
    return pattern is not None and bool(pattern.of(folded))


def asks_reply(view: View, findings: Sequence[Finding], kinds: Sequence[Reply | None]) -> tuple[bool, ...]:
    """Which messages of customers want an answer, ``kinds`` being what each reply is.

    All but automatic ones, closing ones (it works, perfect, thanks) that ask nothing, and short remarks to an answer that asked nothing ("haha, don't give him ideas").
    """
    states: dict[int, set[str]] = {}
    others: dict[int, set[str]] = {}
    for f in findings:
        (states if f.label == "acknowledgement" else others).setdefault(f.message, set()).add(f.state or f.label)
    answered = False
    last = {role: i for i, role in enumerate(view.roles)}
    found = []
    for i, role in enumerate(view.roles):
        if role in RESPONDERS:
            answered = True
        if role not in CUSTOMERS:
            found.append(False)
            continue
        said = states.get(i, set())
        done = bool(said & CLOSINGS) and "failed" not in said and ("used" not in said or "worked" in said)
        closing = answered and (done or (not said and i == last[role] and _remarks(view, i, kinds))) and not view.asks(i) and not others.get(i, set()) - {"conversion", "prior_contact"}
        spam = view.conversation.messages[i].automatic or automatic(view.folded[i], view.languages[i])
        found.append(not closing and not spam)
    return tuple(found)


def _remarks(view: View, i: int, kinds: Sequence[Reply | None]) -> bool:
    """Whether a customer's last message is a short remark: there was an answer, and what was said to them last asks nothing and puts off nothing."""
    if len(view.folded[i]) > REMARK or TELLS.search(view.folded[i]) or not view.named[i].keys() <= LIGHT:
        return False
    given = view.before(i)
    answered = any(kind in ("substantive", "bot") for kind in kinds[:i])
    return answered and not any(view.asks(j) or view.shows(j, "asks_facts") or kinds[j] == "stall" for j in given)
