"""HTML of plain elements that close in order, as most forums and chats write it: as text in one pass, without a parser.

What could be read in another way (an element that ends another, broken tags, styles that hide, entities nobody knows) is left to the parser,
which says the same of all the rest, to the character (`cleaning.plain`).
"""

from __future__ import annotations

import re
from html import unescape

MOST = 16_000  # tags, entities and blanks of a page: where there are more, the places are not kept
DEEPEST = 100  # elements in one another
_LEAVES = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6"])
_BLOCKS = _LEAVES | {"hr", "div", "ul", "ol", "li", "pre", "blockquote", "dl", "dt", "dd", "section", "article", "header", "footer", "figure"}
_INLINE = ["a", "b", "i", "u", "s", "em", "strong", "code", "span", "small", "big", "strike", "del", "ins", "sub", "sup", "cite", "q", "mark", "kbd", "samp", "var", "abbr", "tt", "font", "time", "br", "img", "wbr"]
_VOID = frozenset(["br", "hr", "img", "wbr"])
_ENDS = {**dict.fromkeys(_INLINE, frozenset[str]()), **dict.fromkeys(_BLOCKS, _LEAVES), "a": frozenset(["a"])}  # the open elements that each would end
_PARENTS = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
_QUOTES = frozenset(["blockquote", "/blockquote"])
_BREAKS = frozenset(["br", *_BLOCKS, *("/" + name for name in _BLOCKS)])
_TAG = re.compile(
    r"""([a-z]+[1-6]?)(?:[ \n]+(?:(?!class|id|style|hidden)[a-z-]+=(?:"[^"]*+"|'[^']*+')"""
    r"""|(?:class|id|style)="(?:(?!(?i:quote|moz-cite|append|display|visib))[^"&])*+"))*+[ \n]*/?"""  # neither hides nor quotes
)
_SPECIAL = r"\s&\x00\ud800-\udfff\U000f0000-\U0010ffff"
_RUNS = re.compile(rf"([^{_SPECIAL}]++(?: [^{_SPECIAL}]++)*+)|(\s++|&(?:#?\w{{1,31}};|[#\w])?|[{_SPECIAL}])")


def text_of(html: str) -> tuple[str, list[int]] | None:
    """The text of a page and where it stood (`cleaning.Shown`); None of a page that needs a parser.

    >>> text_of("<p>Hi <b>Ana</b>&nbsp;&amp; co</p><blockquote>old</blockquote>new")
    ('Hi Ana & co\\n> old\\nnew', [0, 3, 3, 9, 7, 22, 9, 28, 14, 46, 18, 62])
    >>> text_of("<p>one<p>two")
    """
    if len(html) > MOST and html.count("<") + html.count("&") + html.count("  ") + html.count("\n") > MOST:
        return None
    lines, places, stack = list[str](), list[int](), list[str]()
    line = quote = ""
    begin = kept = 0  # where the line begins in the text, and how many of the places are of lines before it
    at = -len("br>")
    for part in f"br>{html}<br>".split("<"):
        tag, closed, rest = part.partition(">")
        if not closed or not (name := _read(tag, stack)):
            return None
        if name in _BREAKS:
            if line and line.strip(" >"):
                lines.append(line.rstrip())
                begin += len(lines[-1]) + 1
                kept = len(places)
            else:
                del places[kept:]
            if name in _QUOTES:
                quote = quote[2:] if name[0] == "/" else quote + "> "
            line = quote
        at += len(tag) + 1
        if rest:
            if not (runs := _runs(rest, at)):
                return None
            for place, run in runs:
                said = run.lstrip(" ")
                if said != run:
                    place += len(run) - len(said)
                    if line and line[-1] != " ":
                        line += " "
                if said:
                    here = begin + len(line)
                    if not places or here - places[-2] != place - places[-1]:
                        places += (here, place)
                    line += said
        at += len(rest) + 1  # the next tag's <
    return "\n".join(lines), places


def _read(tag: str, stack: list[str]) -> str:
    """The name of a tag; none of one that ends more than itself, or that nobody knows."""
    if tag[:1] == "/":
        return tag if stack and stack.pop() == tag[1:] else ""
    if tag not in _ENDS:
        match = _TAG.fullmatch(tag)
        if not match or (tag := match[1]) not in _ENDS:
            return ""
    if ((ends := _ENDS[tag]) and not ends.isdisjoint(stack)) or (tag in _PARENTS and (stack or [""])[-1] not in _PARENTS[tag]) or len(stack) > DEEPEST:
        return ""
    if tag not in _VOID:
        stack.append(tag)
    return tag


def _runs(text: str, at: int) -> list[tuple[int, str]]:
    """What stands between two tags as runs of characters, each from its place in the HTML on; nothing where it needs a parser."""
    runs = list[tuple[int, str]]()
    if text.isprintable() and "&" not in text:
        if "  " not in text:
            return [(at, text)]
        for run in text.split("  "):
            runs.append((at - 1, " " + run) if runs else (at, run))
            at += len(run) + 2
        return runs
    for run, other in _RUNS.findall(text):
        if other:
            run = unescape(other)
            run = " " if run.isspace() else run
            if len(run) != 1 or not run.isprintable():
                return []
        runs.append((at, run))
        at += len(other or run)
    return runs
