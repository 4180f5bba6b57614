"""E-mail, one mail a file: .eml as mail programs save it."""

from __future__ import annotations

from collections.abc import Iterator

from ..letters import single
from ..mailboxes import looks_like_mail
from ..mapping import Map
from ..sources import Source
from ..types import Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """It begins with the header of a mail and does not lie in a Maildir."""
    if source.path.split("/")[-2:-1] in (["cur"], ["new"]) or not looks_like_mail(head):
        return None
    return "it begins with the header of a mail"


@reader("eml", claims=claims, channel="email", order="time")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """E-mail, .eml: one mail a file, threads over all files that are given together.

    *Export:* drag mails out of Outlook, Thunderbird or Apple Mail into a folder.
    *Reads:* as `mbox`.
    *Not:* .msg of Outlook.
    """
    yield from single(source, mapping, [s for s in source.siblings if looks_like_mail(s.head(16384))])
