"""Texts cut into words, with links, names, numbers and the like as one word each.

No single product, person, address or number can then carry a decision: ``<url>``, ``<mail>``, ``<name>``, ``<number>``, ``<path>``.
"""

from __future__ import annotations

import re
from collections.abc import Collection

LONG = 400  # words of a text that are looked at
TOKEN = re.compile(
    r"(?P<url>https?://\S+|www\.\S+)|(?P<mail>\S{1,64}@\S{1,64}\.\w+)|(?P<name>[@#]\w+|__\w+__)|(?P<number>\d[\d.,:/]*\w*)|(?P<path>[/~]\w[\w/.-]+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)|(?P<asks>\?+)|(?P<cries>!+)|(?P<arrow>[>→»]+)|(?P<smile>[:;=]-?[)(dp/|]+)|(?P<dots>\.{2,}|…)"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f300-\U0001faff])"
)


def tokens(folded: str, people: Collection[str] = ()) -> list[str]:
    """The words of a folded text; names of ``people`` are ``<name>``.

    >>> tokens("ana: did you see http://x.org/a?? it's 10 euros :)", {"ana"})
    ['<name>', 'did', 'you', 'see', '<url>', "it's", '<number>', 'euros', ':)']
    """
    found = []
    for match in TOKEN.finditer(folded):
        kind, text = match.lastgroup, match[0]
        if kind == "word":
            found.append("<name>" if text in people else text)
        elif kind in ("asks", "cries"):
            found.append(text[0] * min(2, len(text)))
        elif kind in ("smile", "emoji"):
            found.append(text)
        else:
            found.append(f"<{kind}>")
        if len(found) == LONG:
            break
    return found
