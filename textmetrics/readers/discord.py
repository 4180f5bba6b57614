"""Discord, as DiscordChatExporter writes a channel: JSON, CSV, text or page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

from msgspec import Struct

from .. import delimited
from ..cleaning import plain
from ..dates import written
from ..delimited import Row
from ..documents import Item, document, each, get, head_value
from ..exports import Messages, likes, many, verbatim, words
from ..mapping import Map
from ..pages import inside, pieces
from ..sources import Line, Source, lines
from ..types import LeftOut, Problem, Record
from . import reader

HEADER = {"AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"}
SPOKEN = {"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage", "0", "19", "20", "21", "23"}
EPOCH = 1420070400000  # ms since 1970 from which Discord's ids count
OLDEST = 10**16  # a smaller id tells no time
RULE = "=" * 62  # what stands around the head and foot of the text form
SPOKE = re.compile(r"\[(?P<date>[^\]]{6,60})\] (?P<author>.{1,80}?)(?: \(pinned\))?")
PARTS = re.compile(r"\{(?:Attachments|Embed|Stickers|Reactions|Forwarded Message)\}")
NOTICE = re.compile(  # what the exporter itself writes in CSV and text where somebody did something and said nothing
    r"(?:Added .+ to the group|Added a recipient|Removed .+ from the group|Removed a recipient|Left the group|Started a call that lasted [\d.,\u202f\u00a0]+ minutes"
    r"|Changed the channel (?:name|icon)|Pinned a message|Joined the server|Started a thread|A poll has closed)\.|Changed the channel name: .+"
)
SAYS = re.compile(r"Exported ([\d.,\u202f\u00a0 ]+) message")
# what a page is cut at; programs that shrink pages leave out the quotes of attributes
CUT = re.compile(
    r"""<div\b[^>]*\bdata-message-id="?(?P<id>\d+)"?[^>]*>|<div\b[^>]*\bclass="?chatlog__(?P<group>message-group)\b[^>]*>"""
    r"""|<span\b(?P<who>[^>]*\bclass="?chatlog__author(?:-name)?[" >][^>]*)>(?P<name>[^<]*)"""
    r"""|<(?:span|div)\b(?P<when>[^>]*\bclass="?chatlog__(?:short-)?timestamp\b[^>]*)>(?:<a\b[^>]*>)?(?P<shown>[^<]*)"""
    r"""|<div\b[^>]*\bclass="?chatlog__(?P<part>content|attachment|embed-description|embed-title)\b[^>]*>"""
    r"""|\bchatlog__(?P<mark>system-notification-content|author-tag|bot-tag|edited-timestamp|reaction-count|sticker)\b[^>]*>(?P<marked>[^<]*)"""
    r"""|scrollToMessage\(event,\s*(?:'|&\#39;|&apos;)(?P<reply>\d+)|\bclass="?preamble__entry\b[^>]*>(?P<entry>[^<]*)|\bclass="?info__(?:guild|channel)[^>]*>(?P<old>[^<]*)"""
)
GROUP = re.compile(r"""<div\b[^<>]*\bclass="?chatlog__message-group\b""")
EMOJI = re.compile(r"""<img\b[^>]*\bchatlog__emoji\b[^>]*\balt="?([^" >]+)[^>]*>""")
NOT_SAID = re.compile(r"<span\b[^>]*chatlog__edited-timestamp[^>]*>[^<]*</span>")
TITLE = re.compile(r"""\btitle=(?:"([^"]*)"|([^\s>]+))""")


class Said(Struct):
    """One message of the text form or a page, as far as it says."""

    line: int | None = None
    id: str = ""
    date: str = ""
    who: str = ""
    author: str = ""
    text: str = ""
    reply: str = ""
    bot: bool = False
    edited: bool = False
    notice: bool = False
    attachments: list[str] = []
    likes: float | None = None


def _form(source: Source, head: bytes) -> str | None:
    value = head_value(head)
    if isinstance(value, dict):
        return "JSON" if {"guild", "channel", "messages"} <= value.keys() else None
    text = head[:200_000].decode("utf-8", "replace").lstrip("\ufeff \r\n")
    if text.startswith(RULE):
        return "text" if re.match(RULE + r"\r?\nGuild: [^\n]*\n+Channel: ", text) else None
    if text[:1] == "<":
        return "page" if "<html" in text[:300].lower() and re.search(r"\b(?:preamble__entry|chatlog__message)", text) else None
    return "CSV" if b"AuthorID" in head[:200] and set(delimited.header(source)[0]) >= HEADER else None


def claims(source: Source, head: bytes) -> str | None:
    """A guild, a channel and messages in JSON; AuthorID, Author, Date, Content in CSV; the head of the text form; the marks of its pages."""
    form = _form(source, head)
    return form and f"it is built as DiscordChatExporter writes a channel ({form})"


@reader("discord", claims=claims, threads="silence", order="file", channel="community")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Discord: a channel, thread or direct chat, as DiscordChatExporter writes it.

    *Export:* DiscordChatExporter, format JSON (best), HTML, CSV or plain text.
    *Reads:* texts, names, bots, reply links, edits, reactions, attachments by name; of pages the times that Discord's ids hold.
    *Not:* joins, pins and calls, which are counted (in CSV and plain text: by the exporter's own words for them); CSV and plain text have no ids, no reply links and no mark of bots; plain text has local times (by the map's zone).
    """
    form = _form(source, source.head())
    if form == "JSON":
        yield from _of_json(source, mapping)
    elif form == "CSV":
        yield from _of_csv(source, mapping)
    else:
        yield from _made(source, mapping, _page if form == "page" else _text)


def _of_json(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    make = Messages(source, mapping)
    whole, problems = document(source, "messages")
    yield from problems
    room, messages = words(whole, "channel.id") or source.stem, each(whole, "messages")
    columns = {k: v for k, v in (("room", words(whole, "channel.name")), ("guild", words(whole, "guild.name"))) if v}
    yield from _counted(source, get(whole, "messageCount"), len(messages))
    for number, m in enumerate(messages, start=1):
        item = Item(m, number)
        if not m:
            yield make.lost(item, "is no object")
        elif str(m.get("type", "Default")) not in SPOKEN:
            make.skip(f"notices ({m.get('type')})")
        else:
            text = verbatim(m, "content", "forwardedMessage.content") or "\n".join(t for e in many(m, "embeds") if (t := words(e, "description", "title")))
            yield from make.make(
                item,
                room,
                text,
                time=m.get("timestamp"),
                who=get(m, "author.id"),
                name=words(m, "author.nickname", "author.name"),
                role="bot" if get(m, "author.isBot") is True else "unknown",
                message_id=words(m, "id") or None,
                reply_to=words(m, "reference.messageId") or None,
                edited=bool(m.get("timestampEdited")),
                attachments=[*(words(a, "fileName") or "file" for a in many(m, "attachments")), *("sticker" for _ in many(m, "stickers")), *(["embed"] if m.get("embeds") and not text else [])],
                reactions=likes(m),
                columns=columns,
            )
    yield from make.rest()


def _of_csv(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    make = Messages(source, mapping, local=True, rising=True, dates=lambda: (row.cells["Date"] for row in delimited.rows(source) if isinstance(row, Row)))
    for row in delimited.rows(source):
        if isinstance(row, Problem):
            yield row
            continue
        cells = row.cells
        if NOTICE.fullmatch(cells["Content"]) and not cells["Attachments"]:
            make.skip("notices")
            continue
        counts = re.findall(r"\((\d+)\)", cells["Reactions"])
        yield from make.make(
            Item(dict(cells), row.number, row.line, row.byte),
            source.stem,
            cells["Content"],
            time=cells["Date"],
            who=cells["AuthorID"],
            name=cells["Author"],
            message_id=f"{source.stem}/{row.number}",
            attachments=[a.rpartition("/")[2].partition("?")[0] for a in cells["Attachments"].split(",")],
            reactions={"likes": float(sum(map(int, counts)))} if counts else {},
        )
    yield from make.rest()


class Around(Struct):
    """What the text form or a page says around its messages: the channel's name, how many there are."""

    room: str = ""
    told: int | None = None


def _made(source: Source, mapping: Map, walk: Callable[[Source, Around], Iterator[Said | Problem]]) -> Iterator[Record | Problem | LeftOut]:
    """The messages of the text form or a page."""
    make = Messages(source, mapping, local=True, rising=True, dates=lambda: (one.date for one in walk(source, Around()) if isinstance(one, Said)))
    around, number = Around(), 0
    for one in walk(source, around):
        if isinstance(one, Problem):
            yield one
            continue
        number += 1
        if one.notice:
            make.skip("notices")
            continue
        exact = datetime.fromtimestamp(((int(one.id) >> 22) + EPOCH) / 1000, UTC).isoformat() if one.id.isdigit() and OLDEST < int(one.id) < 1 << 63 else None
        yield from make.make(
            Item({}, number, one.line),
            source.stem,
            one.text,
            time=exact or one.date,
            raw_time=one.date or None,
            who=one.who or one.author,
            name=one.author,
            role="bot" if one.bot else "unknown",
            message_id=one.id or f"{source.stem}/{number}",
            reply_to=one.reply or None,
            edited=one.edited,
            attachments=one.attachments,
            reactions={} if one.likes is None else {"likes": one.likes},
            columns={"room": around.room} if around.room else {},
        )
    yield from _counted(source, around.told, number)
    yield from make.rest()


def _counted(source: Source, told: Any, found: int) -> Iterator[Problem]:
    if isinstance(told, int) and told != found:
        yield Problem(source.name, f"the export says {told} messages, {found} are there")


def _text(source: Source, around: Around) -> Iterator[Said | Problem]:
    """The messages of the text form."""
    now, part, blank, rules = Said(), "", True, 0
    for line in lines(source):
        if not isinstance(line, Line):
            yield line
            continue
        text = line.text.removeprefix("\ufeff")
        if text == RULE:
            rules += 1
        elif rules == 1:
            around.room = text.removeprefix("Channel: ") if text.startswith("Channel: ") else around.room
        elif rules > 2 and (count := SAYS.match(text)):
            around.told = int(re.sub(r"\D", "", count[1]))
        elif blank and (match := SPOKE.fullmatch(text)) and written(match["date"]):
            yield from _whole(now)
            now, part = Said(line=line.number, date=match["date"], author=match["author"]), ""
        elif PARTS.fullmatch(text):
            part = text
        elif now.line and text.strip() and part == "{Reactions}":
            now.likes = float(sum(map(int, re.findall(r"\((\d+)\)", text))))
        elif now.line and text.strip() and part in ("{Attachments}", "{Stickers}"):
            now.attachments.append(text.rpartition("/")[2].partition("?")[0] or part)
        elif now.line:
            now.text = f"{now.text}\n{text}"
        blank = not text.strip() or text == RULE
    yield from _whole(now)


def _whole(now: Said) -> Iterator[Said]:
    """A message of the text form at its end."""
    if now.line:
        now.text = now.text.strip()
        now.notice = bool(NOTICE.fullmatch(now.text)) and not now.attachments
        yield now


def _page(source: Source, around: Around) -> Iterator[Said | Problem]:
    """The messages of a page: it is cut at the marks that these bear, some groups of messages at a time, without a tree of it."""
    entries: list[str] = []
    html, size = "", 0
    for piece in pieces(source, GROUP):
        if isinstance(piece, Problem):
            yield piece
        else:
            html = piece
            size += len(html.encode())
            yield from _said(html, entries)
            around.room = next(iter(entries[1:2]), "")
    if count := SAYS.search(html, max(0, len(html) - 4000)):
        around.told = int(re.sub(r"\D", "", count[1]))
    else:
        yield Problem(source.name, "the page does not end as exports do: it may have been cut off", byte=size, kept=True)


def _said(html: str, entries: list[str]) -> Iterator[Said]:
    """The messages of a piece of a page; ``entries`` of its head are added to those known."""
    group, now = Said(), Said()
    for match in CUT.finditer(html):
        if now.id and (match["group"] or match["id"]):
            yield now
        if match["group"]:
            group = now = Said()
        elif match["id"]:
            date = _title(match[0]).partition(": ")[2] or group.date
            now = Said(id=match["id"], date=date, author=group.author, who=group.who, bot=group.bot)
        elif match["who"]:
            for one in (group, now):
                one.author, one.who = unescape(match["name"]).strip(), "".join(re.findall(r"data-user-id=\"?(\d+)", match["who"]))
        elif match["when"]:
            for one in (group, now):
                one.date = unescape(_title(match["when"]) or match["shown"]).strip()
        elif match["part"] == "attachment":
            inner = inside(html, match.end())
            address = re.search(r"(?:href|src)=\"?([^\s\">]+)", inner)
            now.attachments.append(unescape(address[1]).rpartition("/")[2].partition("?")[0] if address else "file")
        elif match["part"]:
            now.text = now.text or str(plain(EMOJI.sub(r"\1", NOT_SAID.sub("", inside(html, match.end()))).replace("\n", "<br>")))
        elif match["mark"] in ("author-tag", "bot-tag"):
            for one in (group, now):
                one.bot = match["marked"].strip() == "BOT"
        elif match["mark"] == "system-notification-content":
            now.notice = True
        elif match["mark"] == "edited-timestamp":
            now.edited = True
        elif match["mark"] == "reaction-count":
            now.likes = (now.likes or 0.0) + float("".join(re.findall(r"\d", match["marked"])) or 1)
        elif match["mark"] == "sticker":
            now.attachments.append("sticker")
        elif match["reply"]:
            now.reply = match["reply"]
        elif match["entry"] or match["old"]:
            entries.append(unescape(match["entry"] or match["old"]).strip())
    if now.id:
        yield now


def _title(tag: str) -> str:
    match = TITLE.search(tag)
    return (match[1] or match[2] or "") if match else ""

