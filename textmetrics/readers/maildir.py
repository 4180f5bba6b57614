"""E-mail in a Maildir, as mail servers keep it: one file a mail, in ``cur`` and ``new``."""

from __future__ import annotations

from collections.abc import Iterator

from ..letters import single
from ..mailboxes import looks_like_mail
from ..mapping import Map
from ..sources import Source
from ..types import Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """It is a mail and lies in ``cur`` or ``new``."""
    return "it is a mail in a Maildir" if _inside(source) and looks_like_mail(head) else None


def _inside(source: Source) -> bool:
    return source.path.split("/")[-2:-1] in (["cur"], ["new"])


@reader("maildir", claims=claims, channel="email", order="time")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """E-mail, Maildir: one file a mail, threads over the whole folder.

    *Export:* the folder itself, or a zip of it.
    *Reads:* as `mbox`.
    *Not:* the flags in the names of files.
    """
    yield from single(source, mapping, [s for s in source.siblings if _inside(s)])
