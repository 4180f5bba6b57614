"""What a conversation as a whole comes to: resolution with revocation, what it was about, the solution it turns on, mood before and after.

Resolution is the customer's own word: `confirmed`, `rejected`, or `silent`, which is neither. A trained model weighs what was found; without one,
the last word counts: a confirmation that is followed by a failure, or by the same question again, is revoked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from . import models
from .detectors import STANDS, View
from .features import Told
from .memo import Memo
from .sets import Columns
from .types import CUSTOMERS, RESPONDERS, Resolution
from .weights import Row
from .words import PAIRS

if TYPE_CHECKING:
    from .columns import Batch

Moods = Sequence[Sequence[float | None]]  # of the messages of some conversations
MODEL = "outcomes"
RESOLUTIONS: tuple[Resolution, ...] = ("confirmed", "rejected", "silent")
REQUEST_TYPES = ("complaint", "question", "fault", "delivery", "billing", "booking", "account", "praise", "feedback", "chatter", "other")
SPEAKS = ("worked", "accepted", "failed", "used", "thanks")
SURE = 0.5  # chance from which a word about a solution counts towards a revocation
CONTENT = 4  # letters from which a word tells what a matter is
SHARED, SAME = 3, 0.5  # words, and share of its words, that a later message shares with the opening where it is about the same matter again
_WORD = re.compile(r"[^\W\d_]+")
OPENING = 3  # messages of the customer from the beginning that say what the matter is


def model() -> models.Model | None:
    """The trained model of outcomes, where there is one."""
    return models.installed(MODEL)


def resolutions(views: Sequence[View], moods: Moods, trained: models.Model | None, batch: Batch | None = None) -> list[Resolution]:
    """What the customer of each conversation says became of the matter. ``batch``: the same conversations as columns."""
    found: list[Resolution] = ["silent"] * len(views)
    answered = [n for n, view in enumerate(views) if "customer" in view.roles and any(role in RESPONDERS for role in view.roles)]
    if trained is None:
        for n in answered:
            found[n] = _by_last_word(views[n])
    elif answered:
        part = trained.parts["resolution"]
        columns = [part.outputs.index(r) for r in RESOLUTIONS]
        if batch is None:
            sums = part.few([resolution_features(views[n], moods[n]) for n in answered]).sums()[:, columns]
        else:
            sums = part.weigh_columns(resolution_columns(batch, moods, answered)).sums()[:, columns]
        for n, k in zip(answered, sums.argmax(axis=1).tolist(), strict=True):
            found[n] = _held(views[n]) if RESOLUTIONS[k] == "confirmed" else RESOLUTIONS[k]
    return found


def _held(view: View) -> Resolution:
    """What a confirmation that the model sees comes to: it may have been revoked, or be nothing but leave-taking."""
    if revoked(view):
        return "rejected"
    mine = [i for i, role in enumerate(view.roles) if role == "customer"]
    spoken = any(max(view.chance(i, "acknowledgement/worked"), view.chance(i, "acknowledgement/accepted")) >= STANDS for i in mine)
    ruled_out = view.chances[mine[-1]].get("acknowledgement/accepted") == 0.0
    return "silent" if ruled_out and not spoken else "confirmed"


def revoked(view: View) -> bool:
    """Whether a success was taken back: by a failure, by more than half, that is the last word about a solution, or by the same matter told again."""
    fixed = undone = False
    mine = [i for i, role in enumerate(view.roles) if role == "customer"]
    for n, i in enumerate(mine):
        failed, worked = view.chance(i, "acknowledgement/failed"), view.chance(i, "acknowledgement/worked")
        if max(failed, worked) >= SURE:
            fixed, undone = fixed or worked >= failed, fixed and failed > worked
        elif fixed and not undone:
            asked = next(filter(None, (_telling(view, j) for j in mine[:n])), set())
            words = _telling(view, i)
            undone = len(words & asked) >= max(SHARED, SAME * len(words))
    return undone


def _telling(view: View, i: int) -> set[str]:
    """The words of a message that tell what its matter is."""
    return {w for w in _WORD.findall(view.folded[i]) if len(w) >= CONTENT}


def _by_last_word(view: View) -> Resolution:
    """Without a model: the last message of the customer that says so decides."""
    state: Resolution = "silent"
    for i, role in enumerate(view.roles):
        if role != "customer":
            continue
        said = {s: view.chance(i, f"acknowledgement/{s}") for s in SPEAKS}
        if said["failed"] >= 0.5 and said["failed"] >= said["worked"]:
            state = "rejected"
        elif max(said["worked"], said["accepted"]) >= 0.5:
            state = "confirmed"
        elif state == "confirmed" and max(view.chance(i, "reformulation"), view.chance(i, "nudge")) >= 0.5:
            state = "rejected"
    return state


def resolution_features(view: View, moods: Sequence[float | None]) -> Row:
    """What the model of resolution is told: what the customer's messages were judged to say, and which came last."""
    mine = [i for i, role in enumerate(view.roles) if role == "customer"]
    shown: list[str] = []
    values: dict[str, float] = {}
    said = [view.chances[i] for i in mine]
    for name, most, latest, last_two in _TOLD:
        chances = [judged.get(name, 0.0) for judged in said] or [0.0]
        values[most], values[latest], values[last_two] = max(chances), chances[-1], max(chances[-2:])
    speaking = [(i, s) for i, judged in zip(mine, said, strict=True) for s, name in _WORDS if judged.get(name, 0.0) >= STANDS]
    if speaking:
        last = max(i for i, _ in speaking)
        for i, s in speaking:
            if i == last:
                values[f"last word {s}"] = view.chance(i, f"acknowledgement/{s}")
        if any(view.chance(j, "solution") >= STANDS for j in range(last + 1, len(view)) if view.roles[j] in RESPONDERS):
            shown.append("answered after the last word")
        if mine[-1] > last:
            shown.append("customer speaks on after it")
    else:
        shown.append("no word")
    for i in mine[-1:]:
        shown += map(_LAST_CUE.__getitem__, view.named[i])
    answers = [j for j, role in enumerate(view.roles) if role in RESPONDERS]
    for j in answers[-1:]:
        shown += map(_LAST_ANSWER.__getitem__, view.named[j])
        values.update(zip(map(_ANSWERED.__getitem__, view.chances[j]), view.chances[j].values(), strict=True))
    if len(mine) == 1:
        shown.append("customer wrote once")
    values["messages"] = min(len(view), 12) / 12
    shown.append(channel_feature(view))
    if view.roles and view.roles[-1] in CUSTOMERS:
        shown.append("customer has the last message")
    given = [view.chances[j] for j in answers]
    values["solutions"] = min(sum([judged.get("solution", 0.0) for judged in given]), 4.0) / 4
    values["apologies"] = max([judged.get("apology", 0.0) for judged in given], default=0.0)
    values["redirects"] = max([judged.get("redirect", 0.0) for judged in given], default=0.0)
    values["messages of the customer"] = min(len(mine), 8) / 8
    felt = [m for i in mine if (m := moods[i]) is not None]
    values["mood at the end"] = felt[-1] if felt else 0.0
    values["mood at the beginning"] = felt[0] if felt else 0.0
    values["mood, worst"] = min(felt, default=0.0)
    return Row(shown, values)


_LAST_CUE, _LAST_ANSWER, _ANSWERED = Memo("last cue {}".format), Memo("answered with cue {}".format), Memo("answered with {}".format)  # names of features, made once
_TOLD = [
    (name, f"most {name}", f"last {name}", f"last two {name}")
    for name in (*(f"acknowledgement/{s}" for s in SPEAKS), "reformulation", "nudge", "churn", "conversion", "rephrase_request", "prior_contact")
]
_WORDS = [(s, f"acknowledgement/{s}") for s in ("worked", "accepted", "failed")]


def resolution_columns(b: Batch, moods: Moods, conversations: Sequence[int]) -> models.Named:
    """`resolution_features` of some conversations of a batch that customer and responders wrote in, but for what is nought."""
    import numpy as np

    of = np.array(conversations, np.int64)
    found, every, chance = Columns(), np.arange(len(of)), np.maximum(b.chances, 0.0)
    (mine, whose), (answers, answered) = b.among(of, b.customers), b.among(of, b.answers)
    starts, ends = np.searchsorted(whose, every), np.searchsorted(whose, every, side="right")
    said = chance[mine][:, [b.column(name) for name, *_ in _TOLD]]
    last_two = np.maximum(said[ends - 1], said[np.maximum(ends - 2, starts)])
    for k, told in enumerate((np.maximum.reduceat(said, starts), said[ends - 1], last_two), start=1):
        found.table([names[k] for names in _TOLD], told)
    words = chance[mine][:, [b.column(name) for _, name in _WORDS]]
    words[words < STANDS] = 0.0
    last = np.maximum.reduceat(np.where(words.any(axis=1), mine, -1), starts)  # row of the last word
    spoke = last >= 0
    found.where(~spoke, "no word")
    found.table([f"last word {s}" for s, _ in _WORDS], words[np.searchsorted(mine, last[spoke])], every[spoke])
    solution = chance[answers, b.column("solution")]
    firsts = np.searchsorted(answered, every)
    solved = np.maximum.reduceat(np.where(solution >= STANDS, answers, -1), firsts)
    found.where(spoke & (solved > last), "answered after the last word")
    found.where(spoke & (mine[ends - 1] > last), "customer speaks on after it")
    found.sets("last cue ", b.cue_names, b.cues, mine[ends - 1])
    latest = answers[np.searchsorted(answered, every, side="right") - 1]
    found.sets("answered with cue ", b.cue_names, b.cues, latest)
    found.table([f"answered with {label}" for label in b.labels], chance[latest])
    found.where(ends - starts == 1, "customer wrote once")
    found.add(every, ["messages"], 0, np.minimum(b.sizes[of], 12) / 12)
    found.classes([channel_feature(b.views[n]) for n in conversations])
    found.where(b.asks[b.first[of] + b.sizes[of] - 1], "customer has the last message")
    found.add(every, ["solutions"], 0, np.minimum(np.bincount(answered, solution, len(of)), 4.0) / 4)
    for name, label in (("apologies", "apology"), ("redirects", "redirect")):
        found.add(every, [name], 0, np.maximum.reduceat(chance[answers, b.column(label)], firsts))
    found.add(every, ["messages of the customer"], 0, np.minimum(ends - starts, 8) / 8)
    felt, rows, begins = _felt(b, moods, mine, whose)
    if len(rows):
        found.add(rows, ["mood at the end"], 0, felt[np.append(begins[1:], len(felt)) - 1])
        found.add(rows, ["mood at the beginning"], 0, felt[begins])
        found.add(rows, ["mood, worst"], 0, np.minimum.reduceat(felt, begins))
    return found.named(len(of))


def _felt(b: Batch, moods: Moods, mine: Any, whose: Any) -> tuple[Any, Any, Any]:
    """The moods of some rows that are known; the conversations they are of, in order, and where those of each begin."""
    import numpy as np

    felt = np.array([np.nan if m is None else m for own in moods for m in own])[mine]
    known = np.nonzero(~np.isnan(felt))[0]
    begins = np.nonzero(np.diff(whose[known], prepend=-1))[0]
    return felt[known], whose[known][begins], begins


def channel_feature(view: View) -> str:
    """The name of the feature that says which channel a conversation is in: what customers write of differs between channels."""
    return f"channel {view.conversation.channel}"


def request_types(views: Sequence[View], tolds: Sequence[Told], moods: Moods, trained: models.Model | None, batch: Batch | None = None) -> list[str | None]:
    """What the matter of each conversation is, by what the customer opens with; None where no model speaks the language. ``batch``: the same conversations as columns."""
    found: list[str | None] = [None] * len(views)
    if trained is None:
        return found
    spoken = [next((view.languages[i] for i, r in enumerate(view.roles) if r == "customer"), None) for view in views]
    if told := [n for n, language in enumerate(spoken) if language in trained.languages]:
        part = trained.parts["request_type"]
        if batch is None:
            sums = part.few([request_features(views[n], tolds[n], moods[n]) for n in told]).sums()
        else:
            sums = part.weigh_columns(*request_columns(batch, moods, told)).sums()
        for n, k in zip(told, sums.argmax(axis=1).tolist(), strict=True):
            found[n] = part.outputs[k]
    return found


def request_features(view: View, told: Told, moods: Sequence[float | None]) -> Row:
    """What the model of request types is told: the words and cues of the customer's opening, and what it was answered with."""
    mine = [i for i, role in enumerate(view.roles) if role == "customer"]
    opening = [{*map(_WORD_OF.__getitem__, words), *map(PAIRS.__getitem__, pairwise(words)), *map(_CUE.__getitem__, view.named[i])} for i in mine[:OPENING] for words in [told.tokens[i]]]
    first, later = (opening[0], set[str]().union(*opening[1:])) if mine else (set[str](), set[str]())
    shown, values = [*first, channel_feature(view)], dict.fromkeys(later - first, 0.5)  # what was said first has the last word on its features
    if mine:
        if view.asks(mine[0]):
            shown.append("is:asks")
        values["is:length"] = len(told.tokens[mine[0]]) ** 0.5 / 10
        values["is:mood"] = moods[mine[0]] or 0.0
    felt = [m for i in mine if (m := moods[i]) is not None]
    values["is:mood, worst"] = min(felt, default=0.0)
    values["is:mood, best"] = max(felt, default=0.0)
    answers = [j for j, role in enumerate(view.roles) if role in RESPONDERS]
    for name in ("apology", "redirect", "solution"):
        values[f"is:{name}"] = max([view.chances[j].get(name, 0.0) for j in answers], default=0.0)
    for j in answers[:1]:
        shown += map(_ANSWER.__getitem__, {*told.tokens[j]})
    return Row(shown, values)


_WORD_OF, _CUE, _ANSWER = Memo("w:{}".format), Memo("c:{}".format), Memo("a:{}".format)  # names of features, made once


def request_columns(b: Batch, moods: Moods, conversations: Sequence[int]) -> tuple[models.Named, models.Worded]:
    """`request_features` of some conversations of a batch that customers wrote in, but for what is nought: those beyond words; the words of the opening."""
    import numpy as np

    of = np.array(conversations, np.int64)
    found, every, chance = Columns(), np.arange(len(of)), np.maximum(b.chances, 0.0)
    (mine, whose), (answers, answered) = b.among(of, b.customers), b.among(of, b.answers)
    starts = np.searchsorted(whose, every)
    opening = np.arange(len(mine)) - starts[whose] < OPENING
    said, worth = mine[opening], np.where(np.isin(mine[opening], mine[starts]), 1.0, 0.5)
    places, which = b.cues.places(said)
    keys, at = np.unique(whose[opening][which] * b.cues.most + b.cues.numbers[places], return_index=True)
    found.add(keys // b.cues.most, [f"c:{name}" for name in b.cue_names], keys % b.cues.most, worth[which[at]])
    first = mine[starts]
    found.where(b.marks[first] > 0, "is:asks")
    found.add(every, ["is:length"], 0, np.array([n**0.5 / 10 for n in b.words.sizes[first].tolist()]))
    found.add(every, ["is:mood"], 0, np.array([moods[n][i] or 0.0 for n, i in zip(conversations, (first - b.first[of]).tolist(), strict=True)]))
    found.classes([channel_feature(b.views[n]) for n in conversations])
    felt, rows, begins = _felt(b, moods, mine, whose)
    if len(rows):
        found.add(rows, ["is:mood, worst"], 0, np.minimum.reduceat(felt, begins))
        found.add(rows, ["is:mood, best"], 0, np.maximum.reduceat(felt, begins))
    begins = np.nonzero(np.diff(answered, prepend=-1))[0]
    if len(answers):
        labels = ("apology", "redirect", "solution")
        found.table([f"is:{label}" for label in labels], np.maximum.reduceat(chance[answers][:, [b.column(label) for label in labels]], begins), answered[begins])
        heard = b.words.among(answers[begins])
        found.words("a:", answered[begins][heard.text], heard.at, heard.vocabulary)
    return found.named(len(of)), models.Worded(b.words.among(said), whose[opening], worth)


def pivot(view: View, resolved: Resolution, given: Sequence[int]) -> int | None:
    """The solution a conversation turns on, of those ``given``: the one that the customer confirmed; else the first."""
    if resolved == "confirmed":
        for i in range(len(view) - 1, -1, -1):
            said = max(view.chance(i, "acknowledgement/worked"), view.chance(i, "acknowledgement/accepted"))
            if view.roles[i] == "customer" and said >= STANDS and (earlier := [j for j in given if j < i]):
                return earlier[-1]
    return given[0] if given else None


def mood_around(view: View, moods: Sequence[float | None], solution: int | None) -> tuple[float | None, float | None]:
    """Mean mood of the originator up to the solution, and after it; all of it is before where there was none."""
    felt = [m if role == "customer" else None for m, role in zip(moods, view.roles, strict=True)]
    return (_mean(felt), None) if solution is None else (_mean(felt[:solution]), _mean(felt[solution + 1 :]))


def _mean(moods: Sequence[float | None]) -> float | None:
    """The mean of those that are known."""
    known = [m for m in moods if m is not None]
    return round(sum(known) / len(known), 4) if known else None
