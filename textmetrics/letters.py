"""Mails to records, alike for all readers of mail: sender, thread, what is automatic, what is said of a mail that is broken."""

from __future__ import annotations

from collections.abc import Iterator

from .cleaning import below, origin_of
from .mail import Letter, bare_subject, letter, roots
from .mapping import Map
from .sources import LONGEST, Source, blocks
from .types import Problem, Record


def records(source: Source, mapping: Map, one: Letter, thread: str, number: int = 1, line: int | None = None, byte: int | None = None) -> Iterator[Record | Problem]:
    """The record of a mail, and what of the mail could not be read.

    Who wrote first asked, unless a map says otherwise by address or domain (``"@example.org" = "agent"`` under ``[roles]``). The subject stands
    above the text of a mail that begins a matter.
    """
    for fault in one.faults:
        yield Problem(source.name, fault, number, line, byte, kept=True)
    repeats = bare_subject(one.subject)[1]
    text = one.text if one.answers or repeats else below(one.subject, one.text)
    if not text and not one.attachments and not repeats:
        text = one.subject
    if not text and not one.attachments:
        yield Problem(source.name, f"has neither a {'text of its own' if one.subject else 'subject, a text'} nor anything attached", number, line, byte)
        return
    columns = {k: v for k, v in (("subject", one.subject), ("name", one.name)) if v}
    yield Record(
        text=str(text),
        origin=origin_of(text),
        author=one.address or one.name,
        role="system" if one.bounce else _role(mapping, one.address),  # type: ignore[arg-type]
        sent_at=one.sent_at,
        message_id=one.id,
        conversation_id=thread,
        channel=mapping.channel or "email",
        language=mapping.language,
        reply_to=one.answers[-1] if one.answers else None,
        automatic=one.automatic,
        columns=columns,
        raw_time=one.raw_time or None,
        zone_known=one.zoned or one.sent_at is None,
        attachments=one.attachments,
        source=source.name,
        number=number,
    )


def single(source: Source, mapping: Map, among: list[Source]) -> Iterator[Record | Problem]:
    """The mail of a file that holds one, in the threads of the files that lie with it."""
    raw = b""
    for block in blocks(source):
        if isinstance(block, Problem):
            yield block
        else:
            raw += block
        if len(raw) > LONGEST:
            yield Problem(source.name, f"a mail of more than {LONGEST >> 20} MB: the rest of it was left out", 1, kept=True)
            break
    one = letter(raw)
    if one is None:
        yield Problem(source.name, "is no mail: it has neither a header nor a text", 1)
        return
    kept = source.siblings[0].kept
    if "mail threads" not in kept:
        heads = (letter(s.head().partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]) for s in among)
        kept["mail threads"] = roots(h for h in heads if h is not None and h.stated_id)
    yield from records(source, mapping, one, kept["mail threads"].get(one.id) or roots([one])[one.id])


def _role(mapping: Map, address: str) -> str:
    """The role a map gives to an address or its domain."""
    domain = address.rpartition("@")[2]
    return mapping.roles.get(address) or mapping.roles.get(f"@{domain}") or mapping.roles.get(domain) or "unknown"
