"""What the work is like: time spent, work done, courtesy, engagement, conversion, and customers who left without a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import RESPONDERS, Observation, Transcript
from . import metric, whether


@metric(unit="s", estimate="quantile")
def handle_time(t: Transcript) -> Iterator[Observation]:
    """Time from the first to the last message of the people who answer, in one conversation.

    Transcripts tell elapsed time only: who serves several customers at once is busy with others in between, and writing after the last message is not seen.

    Read: compare periods and request types, never people. Conversations in which a person wrote once have none.
    Act: lower is no aim by itself: see compare, which says whether the work or what came in has changed.
    Source: metric catalogue XC-13.
    """
    wrote = t.by("agent")
    if len(wrote) > 1 and (seconds := t.seconds(wrote[0], wrote[-1])) is not None:
        yield Observation(seconds, message=wrote[0])


@metric(unit="per hour", better="higher", estimate="rate")
def confirmed_per_hour(t: Transcript) -> Iterator[Observation]:
    """Conversations that customers confirm as solved, per hour that people spent in conversations (elapsed, see handle_time).

    Read: productivity in the customer's sense. Silent outcomes count as not confirmed.
    Act: never for one person; where it rises while customers come again more, work is being pushed back to them.
    Source: metric catalogue K5.
    """
    wrote = t.by("agent")
    if len(wrote) > 1 and (seconds := t.seconds(wrote[0], wrote[-1])):
        yield Observation(float(t.resolution == "confirmed"), exposure=seconds / 3600, message=wrote[0])


@metric(unit="share", better="higher", estimate="proportion")
def cordiality(t: Transcript) -> Iterator[Observation]:
    """Share of answered conversations in which whoever answered was courteous in so many words: a greeting, or an apology or sympathy.

    Read: courtesy that is there to be read, not whether it was felt.
    Act: look at annoyed customers who got neither.
    Source: metric catalogue K4.
    """
    answered = t.first(*RESPONDERS)
    if answered is not None and t.first("customer") is not None:
        greeted = t.replies.index("greeting") if "greeting" in t.replies else None
        shown = next((f.message for f in t.found("apology", by=RESPONDERS)), None) if greeted is None else greeted
        yield Observation(float(shown is not None), message=answered if shown is None else shown)


@metric(unit="share", better="higher", estimate="proportion")
def engagement(t: Transcript) -> Iterator[Observation]:
    """Share of answered customers who went on writing after the first answer.

    Read: in a chat, who does not is content or gone: see silent_abandonment. In a forum, it is what lets a solution be found.
    Act: read first answers after which nobody writes.
    Source: metric catalogue K6.
    """
    asked = t.first("customer")
    answered = None if asked is None else t.first(*RESPONDERS, after=asked)
    if answered is not None:
        again = t.first("customer", after=answered)
        yield Observation(float(again is not None), message=answered if again is None else again)


@metric(unit="share", better="higher", estimate="proportion")
def conversion(t: Transcript) -> Iterable[Observation]:
    """Share of conversations in which the customer says that they will buy, stay or come back.

    Read: what is said, not what is done: with orders beside the run, see revenue in the summary over channels.
    Act: read what went before.
    Source: metric catalogue K7; definitions of conversion.
    """
    return whether(t.places("conversion")) if t.first("customer") is not None else ()


@metric(unit="share", better="lower", estimate="proportion", channels=("chat",))
def silent_abandonment(t: Transcript) -> Iterator[Observation]:
    """Share of chats whose customer wrote nothing after the first answer of a person, and had got no solution in it: gone, without a word.

    The rule is ours and coarse: a question answered in one message is none, for a solution was given; a customer who still reads is counted. Younger than the channel's patience is open.

    Read: with abandonment, what chats lose in all; vendors count only those who close the window.
    Act: see how long these customers had waited.
    Source: metric catalogue CH-10; Castellanos, Yom-Tov and Goldberg.
    """
    from .. import packs

    asked = t.first("customer")
    answered = None if asked is None else t.first("agent", after=asked)
    if asked is None or answered is None:
        return
    wrote_on = t.first("customer", after=answered) is not None
    gone = not wrote_on and not t.places("solution")
    age = t.seconds(answered, None)
    young = gone and age is not None and age < packs.channel(t.channel).patience
    yield Observation(float(gone), censored=young, message=asked)
