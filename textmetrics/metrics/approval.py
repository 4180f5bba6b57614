"""What the public makes of solutions: the counters that an export has of them, each by itself, by views, as an index; and what people write back.

Counters grow, so a solution counts only from the channel's age of `approval` on (a day in social media, a week in communities); a younger one is left out, and said to be too young.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import log1p
from pathlib import Path

from .. import packs
from ..errors import PackError
from ..types import CUSTOMERS, Observation, Transcript
from . import metric

PUBLIC = ("social", "community")
WEIGHTS = Path(__file__).parents[1] / "approval.toml"
NEUTRAL = 0.05  # moods nearer to 0 than this have no side, as in the comparison of moods at equal beginnings
FOR, AGAINST = ("worked", "used", "accepted"), ("failed",)  # states of an acknowledgement
THOUSAND = 1000.0


@cache
def weights() -> Mapping[str, float]:
    """What a counter weighs in the approval index (approval.toml); a weight that is no number from 0 on is a PackError."""
    table = packs.need(WEIGHTS, packs.load_toml(WEIGHTS), "weights")
    for name, weight in table.items():
        if not isinstance(weight, int | float) or isinstance(weight, bool) or weight < 0:
            raise PackError(WEIGHTS, f"weights.{name}", f"is {weight!r}: a weight is a number from 0 on")
    return {str(name): float(weight) for name, weight in sorted(table.items())}


def _solutions(t: Transcript) -> list[int]:
    """The messages with a solution that is old enough for its counters; without a clock it is taken to be."""
    needed = packs.channel(t.channel).approval
    return [message for message in t.places("solution") if (age := t.seconds(message, None)) is None or age >= needed]


def _counted(t: Transcript, name: str) -> Iterator[Observation]:
    for message in t.once(_solutions):
        if (count := t.messages[message].reactions.get(name)) is not None:
            yield Observation(count, message=message)


def _per_views(t: Transcript, name: str) -> Iterator[Observation]:
    """A counter of each solution by its views; a thread of a community is one page, so there those of its first message stand for all."""
    page = t.messages[0].reactions.get("views") if t.channel == "community" and t.messages else None
    for message in t.once(_solutions):
        told = t.messages[message].reactions
        views = told.get("views", page)
        if name in told and views is not None and views > 0:
            yield Observation(told[name], exposure=views / THOUSAND, message=message)


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, headline=True, version=2, needs=("solution", "likes"))
def solution_likes(t: Transcript) -> Iterable[Observation]:
    """Likes per solution.

    Read: counters grow with age and with followers: compare within one account and period.
    Act: read what the most liked ones do differently.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "likes")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, headline=True, version=2, needs=("solution", "shares"))
def solution_shares(t: Transcript) -> Iterable[Observation]:
    """Shares (reposts) per solution.

    Read: as solution_likes; passed on to others who may have the matter too.
    Act: make what is shared an article.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "shares")


@metric(unit="per solution", estimate="rate", channels=PUBLIC, version=2, needs=("solution", "replies"))
def solution_replies(t: Transcript) -> Iterable[Observation]:
    """Replies per solution.

    Read: agreement and objection alike: open them.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "replies")


@metric(unit="per solution", estimate="rate", channels=PUBLIC, version=2, needs=("solution", "quotes"))
def solution_quotes(t: Transcript) -> Iterable[Observation]:
    """Quotes per solution.

    Read: often hostile: open them.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "quotes")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, needs=("solution", "bookmarks"))
def solution_bookmarks(t: Transcript) -> Iterable[Observation]:
    """Bookmarks (saves) per solution.

    Read: kept for later, in silence: approval that nobody shows off with.
    Act: as solution_shares.
    Source: metric catalogue SO-2; counters of X.
    """
    return _counted(t, "bookmarks")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, needs=("solution", "embeds"))
def solution_embeds(t: Transcript) -> Iterable[Observation]:
    """Embeds of a solution in other pages, per solution.

    Read: what others show on their own pages they vouch for.
    Act: see which pages they are; their readers ask the same.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "embeds")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, needs=("solution", "mentions"))
def solution_mentions(t: Transcript) -> Iterable[Observation]:
    """Third-party pages that mention or link a solution, per solution; copies of one text on several sites are one.

    Read: rare and heavy. Where the export gives addresses instead of a count, those of one site, or of one text on several, are counted once.
    Act: read them: they say what your own page does not.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "mentions")


@metric(unit="per solution", estimate="rate", channels=PUBLIC, needs=("solution", "comments"))
def solution_comments(t: Transcript) -> Iterable[Observation]:
    """Comments per solution, as the export counts them.

    Read: attention, for and against: solution_stance tells which, where their texts are in the archive.
    Act: open those with most.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "comments")


@metric(unit="per solution", estimate="rate", channels=PUBLIC, needs=("solution", "wall_posts"))
def solution_wall_posts(t: Transcript) -> Iterable[Observation]:
    """Posts on the company's own page about a solution, per solution.

    Read: as solution_comments.
    Act: as solution_comments.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "wall_posts")


@metric(unit="per solution", estimate="rate", channels=PUBLIC, needs=("solution", "dms"))
def solution_dms(t: Transcript) -> Iterable[Observation]:
    """Direct messages that a solution drew, per solution.

    Read: questions it left open, or data that must not be public.
    Act: see whether a sentence more would have saved them.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "dms")


@metric(unit="rating", better="higher", estimate="mean", channels=PUBLIC, version=2, needs=("solution", "rating"))
def solution_ratings(t: Transcript) -> Iterable[Observation]:
    """Mean rating of solutions, on the scale of the export.

    Read: who rates differs from who does not.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "rating")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, headline=True, version=2, needs=("solution", "helpful"))
def solution_helpful_marks(t: Transcript) -> Iterable[Observation]:
    """Votes "this was helpful" per solution.

    Read: of readers, not only of the one who asked.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    return _counted(t, "helpful")


@metric(unit="share", better="higher", estimate="proportion", channels=PUBLIC, headline=True, version=2, needs=("solution",))
def solutions_marked(t: Transcript) -> Iterator[Observation]:
    """Share of solutions that are marked as the solution, where the export has such marks.

    Read: a mark is not the customer's word: compare with each_solution_acknowledged.
    Act: where marks and words part, read both.
    Source: metric catalogue SO-2.
    """
    for seen in _counted(t, "solution"):
        yield Observation(float(seen.value > 0), message=seen.message)


@metric(unit="per 1,000 views", better="higher", estimate="rate", channels=PUBLIC, needs=("solution", "likes", "views"))
def likes_per_1000_views(t: Transcript) -> Iterable[Observation]:
    """Likes of solutions per 1,000 views (impressions), where views are known.

    Read: of those who saw it, not of those who might have: followers and hours weigh less. Likes come in bursts, so the exact interval is rather too narrow.
    Act: compare answers, not accounts.
    Source: metric catalogue SO-2(b); Garwood 1936.
    """
    return _per_views(t, "likes")


@metric(unit="per 1,000 views", better="higher", estimate="rate", channels=PUBLIC, needs=("solution", "shares", "views"))
def shares_per_1000_views(t: Transcript) -> Iterable[Observation]:
    """Shares of solutions per 1,000 views (impressions), where views are known.

    Read: as likes_per_1000_views.
    Act: what is seen by few and shared by many deserves a place where more see it.
    Source: metric catalogue SO-2(b); Garwood 1936.
    """
    return _per_views(t, "shares")


@metric(unit="per 1,000 views", better="higher", estimate="rate", channels=PUBLIC, needs=("solution", "helpful", "views"))
def helpful_per_1000_views(t: Transcript) -> Iterable[Observation]:
    """Votes "this was helpful" for solutions per 1,000 views, where views are known.

    Read: as likes_per_1000_views. In a community a thread is one page: its views stand for those of every answer on it.
    Act: much seen and seldom helpful: rewrite these first.
    Source: metric catalogue SO-2(b); Garwood 1936.
    """
    return _per_views(t, "helpful")


@metric(unit="balance", better="higher", estimate="mean", channels=PUBLIC, headline=True, needs=("solution",))
def solution_stance(t: Transcript) -> Iterator[Observation]:
    """Supportive minus critical replies in text to solutions, of all that could be judged, from -1 to 1.

    A reply says that it worked, was used or is accepted (1), that it failed (-1), or else has the sign of its mood; near 0 it is neither. Replies of customers and others count, linked to
    the solution or, in conversations without such links, written after it and before the next one.

    Read: counters cannot tell a cheer from a jeer; this can, for those who write. n is replies, not solutions.
    Act: a much shared solution with a negative stance is being shared as a warning: open it first.
    Source: metric catalogue SO-2(c).
    """
    replies = _to_solutions(t)
    states: dict[int, set[str | None]] = {i: set() for i in replies}
    for f in t.found("acknowledgement") if replies else ():
        if f.message in states:
            states[f.message].add(f.state)
    for i in replies:
        if (side := _side(states[i], t.moods[i])) is not None:
            yield Observation(side, message=i)


def _to_solutions(t: Transcript) -> list[int]:
    """The messages of customers and others that reply to a solution."""
    solutions = t.places("solution")
    if all(m.reply_to is None for m in t.messages):
        return [i for i in t.by(*CUSTOMERS) if solutions and i > solutions[0]]
    place = {m.id: i for i, m in enumerate(t.messages)}
    return [i for i in t.by(*CUSTOMERS) if place.get(t.messages[i].reply_to or "", -1) in solutions]


def _side(states: set[str | None], mood: float | None) -> float | None:
    """1 for a reply in favour, -1 for one against, 0 for neither; None where nobody can tell."""
    if told := float(bool(states & {*FOR})) - float(bool(states & {*AGAINST})):
        return told
    return None if mood is None else float(mood > NEUTRAL) - float(mood < -NEUTRAL)


@metric(unit="index", better="higher", estimate="mean", channels=PUBLIC, needs=("solution",))
def approval_index(t: Transcript) -> Iterator[Observation]:
    """Approval of a solution in one number: the sum over its counters of weight times log(1 + count), the mean over solutions.

    The weights are data (`approval.toml`, in the manual too) and ours: what costs more to give weighs more. A counter that the export has not is left out, not zero.

    Read: to rank solutions of one export, never across exports with other counters. Ten times the likes add little: the logarithm is for that.
    Act: `textmetrics explain approval_index --in DIR` names the lowest; make articles of the highest.
    Source: metric catalogue SO-2(d); the weights are validated by nobody.
    """
    for message in t.once(_solutions):
        if not (told := t.messages[message].reactions):
            continue
        known = [weight * log1p(max(0.0, told[name])) for name, weight in weights().items() if name in told]
        if known:
            yield Observation(sum(known), message=message)
