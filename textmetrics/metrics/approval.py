"""What the public makes of solutions: likes, shares, replies, quotes, ratings, helpful marks, as the export counts them."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import Observation, Transcript
from . import metric

PUBLIC = ("social", "community")


def _counted(t: Transcript, name: str) -> Iterator[Observation]:
    for message in sorted({f.message for f in t.found("solution")}):
        if (count := t.messages[message].reactions.get(name)) is not None:
            yield Observation(count, message=message)


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, headline=True)
def solution_likes(t: Transcript) -> Iterator[Observation]:
    """Likes per solution.

    Read: counters grow with age and with followers: compare within one account and period.
    Act: read what the most liked ones do differently.
    Source: metric catalogue SO-2.
    """
    yield from _counted(t, "likes")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, headline=True)
def solution_shares(t: Transcript) -> Iterator[Observation]:
    """Shares (reposts) per solution.

    Read: as solution_likes; passed on to others who may have the matter too.
    Act: make what is shared an article.
    Source: metric catalogue SO-2.
    """
    yield from _counted(t, "shares")


@metric(unit="per solution", estimate="rate", channels=PUBLIC)
def solution_replies(t: Transcript) -> Iterator[Observation]:
    """Replies per solution.

    Read: agreement and objection alike: open them.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    yield from _counted(t, "replies")


@metric(unit="per solution", estimate="rate", channels=PUBLIC)
def solution_quotes(t: Transcript) -> Iterator[Observation]:
    """Quotes per solution.

    Read: often hostile: open them.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    yield from _counted(t, "quotes")


@metric(unit="rating", better="higher", estimate="mean", channels=PUBLIC)
def solution_ratings(t: Transcript) -> Iterator[Observation]:
    """Mean rating of solutions, on the scale of the export.

    Read: who rates differs from who does not.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    yield from _counted(t, "rating")


@metric(unit="per solution", better="higher", estimate="rate", channels=PUBLIC, headline=True)
def solution_helpful_marks(t: Transcript) -> Iterator[Observation]:
    """Votes "this was helpful" per solution.

    Read: of readers, not only of the one who asked.
    Act: none by itself.
    Source: metric catalogue SO-2.
    """
    yield from _counted(t, "helpful")


@metric(unit="share", better="higher", estimate="proportion", channels=PUBLIC, headline=True)
def solutions_marked(t: Transcript) -> Iterator[Observation]:
    """Share of solutions that are marked as the solution, where the export has such marks.

    Read: a mark is not the customer's word: compare with each_solution_acknowledged.
    Act: where marks and words part, read both.
    Source: metric catalogue SO-2.
    """
    for seen in _counted(t, "solution"):
        yield Observation(float(seen.value > 0), message=seen.message)
