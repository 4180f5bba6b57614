"""E-mail in an mbox: many mails in one file, as Thunderbird, Apple Mail, Gmail's Takeout, list archives and most help desks write them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from ..letters import records
from ..mail import Letter, letter, roots
from ..mailboxes import looks_like_mail, mails
from ..mapping import Map
from ..sources import Source, blocks
from ..types import Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """It begins with a From line and the header of a mail below it."""
    head = head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    if head.startswith(b"From ") and looks_like_mail(head.partition(b"\n")[2]):
        return "it begins with a From line and a mail's header"
    return None


@reader("mbox", claims=claims, channel="email", order="time")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """E-mail, mbox: every mail by itself, threads by references, Gmail's or Outlook's thread, or the subject.

    *Export:* Thunderbird: the file of a folder; Apple Mail: Mailbox > Export; Gmail: takeout.google.com.
    *Reads:* sender, time, text (HTML as text; quotes stay and are not judged), names of attachments, automatic replies, bounces.
    *Not:* what is attached, also mails that are.
    """
    problems: list[Problem] = []

    def bytes_() -> Iterator[bytes]:
        for block in blocks(source):
            if isinstance(block, Problem):
                problems.append(block)
            else:
                yield block

    found: list[tuple[int, int, int, Letter]] = []
    for number, (line, byte, raw) in enumerate(mails(bytes_()), start=1):
        one = letter(raw)
        if one is None:
            yield Problem(source.name, "is no mail: it has neither a header nor a text", number, line, byte)
        else:
            found.append((number, line, byte, one))
    threads = roots(one for *_, one in found)
    for number, line, byte, one in found:
        yield from records(source, mapping, one, threads[one.id], number, line, byte)
    yield from problems
