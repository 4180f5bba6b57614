"""Measure what customers lived through, in the transcripts of chats, e-mails, social threads and forums.

    import textmetrics as tm

    report = tm.analyze(tm.read("exports/"))       # a whole archive
    report.estimates("queue")                      # every metric by channel and queue, with n and interval
    tm.review(conversation)                        # one conversation, for a QA script

Names are loaded when they are first used: importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arrow import arrow_function, arrow_schema
    from .calibration import calibrate
    from .comparison import compare, compare_by
    from .conversion import Converted, convert
    from .dialects import translate
    from .differences import difference
    from .errors import TextmetricsError
    from .evaluation import evaluate
    from .evidence import explain_finding
    from .journeys import customer_journeys
    from .library import annotate, estimate, explain, observe
    from .pipeline import analyze, mine, read
    from .recognition import formats
    from .report import Report
    from .reviews import Review, review
    from .types import Conversation, Cue, Finding, Message, Observation, Participant, Problem, Record, Transcript
    from .waits import Wait

_HOMES = {
    "analyze": "pipeline",
    "annotate": "library",
    "arrow_function": "arrow",
    "arrow_schema": "arrow",
    "calibrate": "calibration",
    "compare": "comparison",
    "compare_by": "comparison",
    "Conversation": "types",
    "convert": "conversion",
    "Converted": "conversion",
    "Cue": "types",
    "customer_journeys": "journeys",
    "difference": "differences",
    "estimate": "library",
    "evaluate": "evaluation",
    "explain": "library",
    "explain_finding": "evidence",
    "Finding": "types",
    "formats": "recognition",
    "Message": "types",
    "mine": "pipeline",
    "Observation": "types",
    "observe": "library",
    "Participant": "types",
    "Problem": "types",
    "read": "pipeline",
    "Record": "types",
    "Report": "report",
    "Review": "reviews",
    "review": "reviews",
    "TextmetricsError": "errors",
    "Transcript": "types",
    "translate": "dialects",
    "Wait": "waits",
}
__version__ = "0.1.0"
__all__ = [
    "Conversation",
    "Converted",
    "Cue",
    "Finding",
    "Message",
    "Observation",
    "Participant",
    "Problem",
    "Record",
    "Report",
    "Review",
    "TextmetricsError",
    "Transcript",
    "Wait",
    "analyze",
    "annotate",
    "arrow_function",
    "arrow_schema",
    "calibrate",
    "compare",
    "compare_by",
    "convert",
    "customer_journeys",
    "difference",
    "estimate",
    "evaluate",
    "explain",
    "explain_finding",
    "formats",
    "mine",
    "observe",
    "read",
    "review",
    "translate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'textmetrics' has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
