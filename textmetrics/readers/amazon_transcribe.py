"""Amazon Transcribe: Call Analytics, and plain transcription jobs with speakers."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents import get
from ..exports import Messages, after, facts, given, items, listed, many, number, sample, tidy, words
from ..mapping import Map
from ..sources import Source
from ..types import Problem, Record
from . import reader

ROLES = {"CUSTOMER": "customer", "AGENT": "agent"}


def claims(source: Source, head: bytes) -> str | None:
    """Turns with the role on them and their words in Items, or segments of audio with labels of speakers."""
    v = sample(head)
    turn = get(v, "Transcript.0")
    if isinstance(turn, dict) and turn.keys() >= {"BeginOffsetMillis", "Content"} and "ParticipantId" not in turn:
        return "it is a Transcribe Call Analytics job (turns with offsets and roles)"
    if "JobName" in v and {"Channel", "ConversationCharacteristics"} & v.keys():
        return "it is a Transcribe Call Analytics job (JobName)"
    return "it is an Amazon Transcribe job (jobName, results)" if {"jobName", "results"} <= v.keys() else None


@reader("amazon_transcribe", claims=claims, order="file", channel="voice", calls=True)
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Amazon Transcribe: Call Analytics jobs; plain jobs that name speakers.

    *Export:* the output location of the job in S3; a JSON file a call.
    *Reads:* turns with their offsets and roles; speakers of plain jobs (whoever speaks first is taken to have answered the call, unless ``--roles`` says otherwise); matched categories, sentiment of the customer, language.
    *Not:* single words and their confidence, loudness. The job does not say when the call began: lengths are right, the date is not, and it is said so.
    """
    make = Messages(source, mapping)
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        id_ = words(v, "JobName", "jobName") or source.stem
        about = {
            "channel": "voice",
            "language": words(v, "LanguageCode", "results.language_code").partition("-")[0] or None,
            "columns": facts(
                categories=listed(given(v, "Categories.MatchedCategories")),
                customer_sentiment=get(v, "ConversationCharacteristics.Sentiment.OverallSentiment.CUSTOMER"),
            ),
        }
        yield from make.began(item, id_, None)
        for turn in many(v, "Transcript"):
            role = ROLES.get(words(turn, "ParticipantRole"), "unknown")
            time = after(None, get(turn, "BeginOffsetMillis"))
            yield from make.make(
                item,
                id_,
                tidy(get(turn, "Content")),
                time=time,
                who=role,
                name=role,
                role=role,
                about=about,
                message_id=words(turn, "Id") or None,
                zone_known=False,
                raw_time=words(turn, "BeginOffsetMillis"),
            )
        segments = many(v, "results.audio_segments")
        for n, segment in enumerate(segments):
            start = number(get(segment, "start_time"))
            time, who = after(None, None if start is None else start * 1000), words(segment, "speaker_label", "channel_label")
            yield from make.make(
                item,
                id_,
                tidy(get(segment, "transcript")),
                time=time,
                who=who,
                about=about,
                message_id=f"{id_}/{n}",
                zone_known=False,
                raw_time=words(segment, "start_time"),
            )
        if not segments and (whole := tidy(get(v, "results.transcripts.0.transcript"))):
            yield make.lost(item, f"job {id_} tells no speakers apart: its text is one message of nobody", kept=True)
            yield from make.make(item, id_, whole, about=about, message_id=f"{id_}/0")
