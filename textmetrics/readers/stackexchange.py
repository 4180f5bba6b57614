"""Stack Exchange: the dump of a site, and questions of the interface."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..cleaning import below, plain
from ..documents import Item
from ..errors import ReadError
from ..exports import Messages, bare, beside, facts, items, listed, many, number, once, sample, verbatim, words
from ..mapping import Map
from ..sources import DAMAGED, Source
from ..types import LeftOut, Problem, Record
from . import reader

_ROOT = re.compile(rb"<(posts|comments|users)>\s*<row ", re.IGNORECASE)
QUESTION, ANSWER = "1", "2"
MARKS = ("solution", "originator")  # only the one who asked can accept an answer


def kind(head: bytes) -> str | None:
    """What of a site a file holds: posts, comments or users of a dump, or questions of the interface."""
    if match := _ROOT.search(head[:4096]):
        return match[1].decode().lower()
    v = bare(sample(head, "items"))
    first = next(iter(many(v, "answers")), {})
    return "questions" if v.keys() >= {"question_id", "owner", "creation_date"} or first.keys() >= {"answer_id", "question_id"} else None


WHY = {
    "posts": "its rows are posts of a dump of Stack Exchange",
    "comments": "its rows are comments of a dump of Stack Exchange, joined to the posts beside them",
    "users": "its rows are users of a dump of Stack Exchange, joined to the posts beside them",
    "questions": "its objects are questions of Stack Exchange (question_id, owner)",
}


@reader("stackexchange", claims=lambda source, head: WHY.get(kind(head) or ""), threads="id", order="time", channel="community")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Stack Exchange: questions with answers and comments.

    *Export:* the dump of a site (Posts.xml, with Comments.xml and Users.xml beside it), or the interface ``questions`` with answers and bodies, also as Perceval keeps it.
    *Reads:* a question with its answers and comments as a conversation, names, the accepted answer as solution, votes as likes, views, comments and bookmarks as counts, tags, edits; times are UTC. A file of any size is read as a stream.
    *Not:* wiki pages, tags and other posts, which are counted.
    """
    make, what = Messages(source, mapping), kind(source.head()) or ""
    if what == "questions":
        for item in items(source, "items"):
            if isinstance(item, Problem):
                yield item
            else:
                yield from _question(make, item, bare(item.value))
    elif what in ("posts", "comments"):
        people = once(source, "stackexchange people", lambda: {r.get("Id", ""): r.get("DisplayName", "") for s in beside(source, kind, "users") for r in _sound(s)})
        post = _post if what == "posts" else _comment
        home, accepted = once(source, "stackexchange posts", lambda: _homes(source))
        for row in _rows(source):
            if isinstance(row, Problem):
                yield row
            else:
                yield from post(make, row, people, home, accepted)
    yield from make.rest()


def _rows(source: Source) -> Iterator[Item | Problem]:
    """The rows of a file of a dump as they come, in memory that does not grow with it."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    number_ = 0
    try:
        with source.open() as stream:
            root = None
            for event, element in iterparse(stream, events=("start", "end")):
                if root is None:
                    root = element
                elif event == "end" and element.tag == "row":
                    number_ += 1
                    yield Item(dict(element.attrib), number_)
                    root.clear()
    except ReadError:
        raise
    except (ParseError, DefusedXmlException, LookupError, ValueError, *DAMAGED) as error:
        yield Problem(source.name, f"the XML is cut off or damaged after {number_} rows ({' '.join(str(error).split())}); what stands before is kept", number_ + 1, kept=True)


def _sound(source: Source) -> Iterator[Mapping[str, str]]:
    yield from (row.value for row in _rows(source) if isinstance(row, Item))


def _homes(source: Source) -> tuple[dict[str, str], set[str]]:
    """Of each post the question it belongs to, and which answers were accepted."""
    home, accepted = {}, set()
    for s in beside(source, kind, "posts"):
        for r in _sound(s):
            if r.get("PostTypeId") in (QUESTION, ANSWER):
                home[r.get("Id", "")] = r.get("ParentId") or r.get("Id", "")
                accepted.add(r.get("AcceptedAnswerId", ""))
    return home, accepted - {""}


def _post(make: Messages, row: Item, people: Mapping[str, str], home: Mapping[str, str], accepted: set[str]) -> Iterator[Record | Problem]:
    r = row.value
    asks = r.get("PostTypeId") == QUESTION
    if not asks and r.get("PostTypeId") != ANSWER:
        make.skip("posts that are neither question nor answer")
        return
    who, own = str(r.get("OwnerUserId", "")), str(r.get("Id", ""))
    counts = {"likes": number(r.get("Score")), "views": number(r.get("ViewCount")), "comments": number(r.get("CommentCount")), "bookmarks": number(r.get("FavoriteCount"))}
    counts |= dict.fromkeys(MARKS, None if asks else float(own in accepted))
    yield from make.make(
        row,
        own if asks else str(r.get("ParentId", "")),
        below(str(r.get("Title", "")), plain(str(r.get("Body", "")))),
        time=r.get("CreationDate"),
        who=who or str(r.get("OwnerDisplayName", "")),
        name=people.get(who) or str(r.get("OwnerDisplayName", "")),
        about={"columns": facts(tags=listed(re.findall(r"[^<>|]+", str(r.get("Tags", "")))))} if asks else None,
        message_id=own or None,
        reply_to=None if asks else str(r.get("ParentId", "")) or None,
        opener=asks,
        edited="LastEditDate" in r,
        reactions={k: n for k, n in counts.items() if n is not None},
    )


def _comment(make: Messages, row: Item, people: Mapping[str, str], home: Mapping[str, str], accepted: set[str]) -> Iterator[Record | Problem]:
    r = row.value
    post, who, score = str(r.get("PostId", "")), str(r.get("UserId", "")), number(r.get("Score"))
    yield from make.make(
        row,
        home.get(post, post),
        str(r.get("Text", "")),
        time=r.get("CreationDate"),
        who=who or str(r.get("UserDisplayName", "")),
        name=people.get(who) or str(r.get("UserDisplayName", "")),
        message_id=f"c{r.get('Id', '')}",
        reply_to=post or None,
        reactions={"likes": score} if score is not None else {},
    )


def _question(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    id_, answers = words(v, "question_id"), many(v, "answers")
    yield from _said(make, item, v, id_, f"q{id_}", None, about={"columns": facts(tags=listed(v.get("tags")), title=words(v, "title"))}, opener=True)
    for answer in answers:
        yield from _said(make, item, answer, id_, f"a{words(answer, 'answer_id')}", f"q{id_}")
    yield from make.missing(item, id_, 1 + len(answers), 1 + (number(v.get("answer_count")) or 0))


def _said(make: Messages, item: Item, v: Mapping[str, Any], question: str, own: str, to: str | None, **more: Any) -> Iterator[Record | Problem]:
    """A question or answer of the interface, then its comments."""
    body = verbatim(v, "body_markdown") or plain(verbatim(v, "body"))
    title = words(v, "title") if to is None else ""
    counts = {"likes": number(v.get("score")), "views": number(v.get("view_count")), "comments": number(v.get("comment_count")), "bookmarks": number(v.get("favorite_count"))}
    counts |= dict.fromkeys(MARKS, float(v["is_accepted"] is True) if "is_accepted" in v else None)
    yield from make.make(
        item,
        question,
        "\n".join(t for t in (title, body) if t),
        time=v.get("creation_date"),
        who=words(v, "owner.user_id", "owner.display_name"),
        name=words(v, "owner.display_name"),
        message_id=own,
        reply_to=to,
        edited=bool(words(v, "last_edit_date")),
        reactions={k: n for k, n in counts.items() if n is not None},
        **more,
    )
    for c in many(v, "comments"):
        score = number(c.get("score"))
        yield from make.make(
            item,
            question,
            verbatim(c, "body_markdown") or plain(verbatim(c, "body")),
            time=c.get("creation_date"),
            who=words(c, "owner.user_id", "owner.display_name"),
            name=words(c, "owner.display_name"),
            message_id=f"c{words(c, 'comment_id')}",
            reply_to=own,
            reactions={"likes": score} if score is not None else {},
        )
