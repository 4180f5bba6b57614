#!/usr/bin/env python3
"""What of a mail its writer wrote: ours beside the packages people use, on mails with the text a person would keep.

    python benchmarks/replies.py GOLD.jsonl [FORWARDS.jsonl]

A line of the first file: input, lang, mode (exact, first_fragment, unchanged_or_signature, contains), expected, must. Of the second: input, expected with own_text,
from_address, body. White space is folded; ``contains`` asks only that the words of ``must`` are kept. Packages that are not installed are left out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module, util
from pathlib import Path

from textmetrics import replies

Keep = Callable[[str], str]


def folded(text: str | None) -> str:
    """A text with white space of any kind as one blank."""
    return " ".join((text or "").split())


def packages() -> dict[str, Keep]:
    """What is installed, ours first."""
    found: dict[str, Keep] = {"textmetrics": replies.kept}
    if util.find_spec("email_reply_parser"):
        found["email-reply-parser"] = import_module("email_reply_parser").EmailReplyParser.parse_reply
    if util.find_spec("mailparser_reply"):
        parser = import_module("mailparser_reply").EmailReplyParser(languages=["en", "de", "es", "fr", "it", "nl", "pl", "da", "sv", "cs", "ja", "ko", "zh", "he"])
        found["mail-parser-reply"] = lambda text: parser.parse_reply(text) or ""
    if util.find_spec("quotequail"):
        quote = import_module("quotequail").quote
        found["quotequail"] = lambda text: "\n".join(part for shown, part in quote(text, limit=2000) if shown)
    return found


def kept_as_expected(case: dict, said: str) -> bool:
    """Whether a package kept what a person would."""
    if case["mode"] == "contains":
        return all(folded(words) in said for words in case["must"])
    return said == folded(case["expected"])


def main(gold: str, forwards: str | None = None) -> None:
    """Print a line a package."""
    cases = [json.loads(line) for line in Path(gold).read_text(encoding="utf-8").splitlines()]
    passed_on = [json.loads(line) for line in Path(forwards).read_text(encoding="utf-8").splitlines()] if forwards else []
    foreign = [c for c in cases if c["lang"] != "en"]
    print(f"{'':20} replies kept (of {len(cases)})  not English (of {len(foreign)})  own text of forwards (of {len(passed_on)})  ms a mail")
    for name, keep in packages().items():
        begun = time.perf_counter()
        good = [c for c in cases if kept_as_expected(c, folded(keep(c["input"])))]
        spent = (time.perf_counter() - begun) / len(cases) * 1000
        of_forwards = replies.own_text if name == "textmetrics" else keep
        own = sum(folded(of_forwards(c["input"])) == folded(c["expected"]["own_text"]) for c in passed_on)
        print(f"{name:20} {len(good):>12} {sum(c['lang'] != 'en' for c in good):>24} {own:>28} {spent:>20.2f}")
    inner = sum(
        (f := replies.forwarded(c["input"])) is not None and (f.address, folded(f.text)) == (c["expected"]["from_address"], folded(c["expected"]["body"]))
        for c in passed_on
    )
    if passed_on:
        print(f"sender and text of the mail inside, ours: {inner} of {len(passed_on)}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
