"""Kitsune, the forum of Mozilla's support, and Askbot: questions with answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..cleaning import below, plain
from ..documents import Item, get
from ..exports import Messages, bare, facts, items, listed, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

LISTS = ("results", "questions")
MORE = re.compile(r"""<span class="expander">.*?</span>""", re.DOTALL)  # what Askbot puts where it cuts a text


def claims(source: Source, head: bytes) -> str | None:
    """Questions with answers_data and a solution, or with answer_ids and an accepted answer."""
    v = bare(sample(head, *LISTS))
    if v.keys() >= {"content", "creator", "created"} and v.keys() & {"answers_data", "is_solved", "num_answers", "is_spam"}:
        return "its objects are questions or answers of Kitsune (creator, content, is_solved)"
    return "its objects are questions of Askbot (answer_ids, accepted_answer_id)" if v.keys() >= {"answer_ids", "accepted_answer_id"} else None


@reader("kitsune", claims=claims, threads="id", order="time", channel="community")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Kitsune and Askbot: questions of a support forum with their answers.

    *Export:* Kitsune: the interfaces ``api/2/question/`` and ``api/2/answer/``, or Perceval's archive; Askbot: ``api/v1/questions/``, or Perceval's archive, which holds the answers.
    *Reads:* question and answers as a conversation, who asked, the answer marked as solution, helpful votes (none too), topic, product, tags, language.
    *Not:* spam, which is counted. Askbot's own interface gives the beginning of a question and no answers: it is said how many are missing.
    """
    make = Messages(source, mapping)
    for item in items(source, *LISTS):
        if isinstance(item, Problem):
            yield item
            continue
        v = bare(item.value)
        if v.get("is_spam") is True:
            make.skip("spam")
        elif "answer_ids" in v or "added_at" in v:
            yield from _askbot(make, item, v)
        elif "question" in v:
            yield from _answer(make, item, v, words(v, "question"), None)
        else:
            yield from _question(make, item, v)
    yield from make.rest()


def _question(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    id_, answers = words(v, "id"), many(v, "answers_data")
    yield from make.make(
        item,
        id_,
        below(words(v, "title"), plain(verbatim(v, "content"))),
        time=v.get("created"),
        who=words(v, "creator.username"),
        about={
            "status": "solved" if v.get("is_solved") is True else "open" if v.get("is_solved") is False else None,
            "columns": facts(topic=words(v, "topic"), product=words(v, "product"), tags=listed(v.get("tags"))),
            "language": words(v, "locale") or None,
        },
        message_id=f"q{id_}",
        opener=True,
        reactions={"helpful": votes} if (votes := number(v.get("num_votes"))) is not None else {},
    )
    for answer in answers:
        if answer.get("is_spam") is True:
            make.skip("spam")
        else:
            yield from _answer(make, item, answer, id_, words(v, "solution") if "solution" in v else None, words(v, "solved_by.username", "solved_by"), words(v, "creator.username"))
    yield from make.missing(item, id_, 1 + len(answers), 1 + (number(v.get("num_answers")) or 0))


def _answer(make: Messages, item: Item, v: Mapping[str, Any], question: str, solution: str | None, by: str = "", asker: str = "") -> Iterator[Record | Problem]:
    marked = None if solution is None else float(solution != "" and words(v, "id") == solution)
    counts = {"helpful": number(v.get("num_helpful_votes")), "solution": marked, "originator": marked * (by == asker) if marked is not None and by and asker else None}
    yield from make.make(
        item,
        question,
        plain(verbatim(v, "content")),
        time=v.get("created"),
        who=words(v, "creator.username"),
        message_id=words(v, "id") or None,
        reply_to=f"q{question}",
        edited=words(v, "updated") not in ("", words(v, "created")),
        reactions={k: n for k, n in counts.items() if n is not None},
    )


def _askbot(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A question of Askbot; in Perceval's archive with ``answers`` and ``comments``."""
    id_ = words(v, "id")
    answers = many(v, "answers")
    accepted = words(v, "accepted_answer_id")
    marks = "accepted_answer_id" in v or any("accepted" in answer for answer in answers)
    asked = verbatim(v, "text", "summary")
    if MORE.search(asked):
        yield make.lost(item, f"the text of question {id_} is cut off: the interface gives the beginning", kept=True)
    yield from make.make(
        item,
        id_,
        below(words(v, "title"), plain(MORE.sub("", asked))),
        time=v.get("added_at"),
        who=words(v, "author.id"),
        name=words(v, "author.username"),
        about={"columns": facts(tags=listed(v.get("tags"))), "status": "solved" if accepted else None},
        message_id=f"q{id_}",
        opener=True,
        reactions={k: n for k, n in (("likes", number(v.get("score"))), ("views", number(v.get("view_count")))) if n is not None},
    )
    yield from _comments(make, item, v, id_, f"q{id_}")
    for answer in answers:
        own = words(answer, "id")
        solved = get(answer, "accepted") is True or (accepted != "" and own == accepted)
        yield from make.make(
            item,
            id_,
            plain(verbatim(answer, "summary", "text")),
            time=answer.get("added_at"),
            who=words(answer, "author.id", "answered_by.id"),
            name=words(answer, "author.username", "answered_by.username"),
            message_id=own or None,
            reply_to=f"q{id_}",
            reactions={k: n for k, n in (("likes", number(answer.get("score"))), ("solution", float(solved) if marks else None)) if n is not None},
        )
        yield from _comments(make, item, answer, id_, own)
    told = v.get("answer_ids")
    yield from make.missing(item, id_, 1 + len(answers), 1 + (len(told) if isinstance(told, list) else number(v.get("answer_count")) or 0))


def _comments(make: Messages, item: Item, v: Mapping[str, Any], question: str, to: str) -> Iterator[Record | Problem]:
    for c in many(v, "comments"):
        yield from make.make(
            item,
            question,
            plain(verbatim(c, "html", "text", "comment")),
            time=c.get("comment_added_at", c.get("added_at")),
            who=words(c, "user_id", "author.id"),
            name=words(c, "user_display_name", "author.username"),
            message_id=f"c{words(c, 'id')}" if words(c, "id") else None,
            reply_to=to,
        )
