"""One self-contained page: every metric with its interval, and the messages behind it.

Texts of transcripts are not trusted: whatever is no `Markup` is escaped, the page forbids scripts and everything remote.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from html import escape
from typing import Any

from ..cleaning import printable
from ..coverage import coverage
from ..estimates import BESIDE, too_few
from ..insights import insights
from ..metrics import METRICS
from ..report import Report
from ..spans import duration, shown
from ..summing import row_of
from ..tables import ESTIMATE_COLUMNS
from . import FAMILIES, beside, ends, figure, percentiles
from .calibration import as_people_read

EXAMPLES = 8  # messages shown behind a metric
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d2430;background:#fff;max-width:68rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .3rem;border-bottom:2px solid #1d2430}h3{font-size:.95rem;color:#3a6ea5;margin:1rem 0 .2rem}
p.note{color:#5c6675;margin:.2rem 0}details{border-bottom:1px solid #e3e7ec}summary{display:grid;grid-template-columns:17rem 7rem 10rem 13rem 1fr;gap:.6rem;align-items:center;padding:.25rem 0;cursor:pointer}
.tails{grid-column:2/-1;font-size:.85em;margin-top:-.5rem}summary:hover{background:#f5f7fa}b{text-align:right}.bar{position:relative;height:.7rem;background:#e9edf2;border-radius:2px}
.bar i{position:absolute;top:0;bottom:0;background:#a9c4e0}.bar u{position:absolute;top:-2px;bottom:-2px;width:3px;background:#1d4f8a}
.higher i{background:#b5dcbf}.higher u{background:#1f7a3a}.lower i{background:#f0d5a6}.lower u{background:#a86400}.dim{color:#5c6675}
blockquote{margin:.2rem 0 .5rem 1rem;padding-left:.7rem;border-left:3px solid #c9d3de;white-space:pre-wrap;overflow-wrap:anywhere}code{color:#5c6675;font-size:.85em}
@media(max-width:50rem){summary{grid-template-columns:1fr 6rem}.bar,.wide{display:none}.tails{grid-column:1/-1}}
"""


class Markup(str):
    """Text that is HTML already."""


def tag(name: str, *children: object, **attributes: str) -> Markup:
    """An element; what is not Markup gets escaped.

    >>> tag("td", "<script>")
    '<td>&lt;script&gt;</td>'
    """
    given = "".join(f' {k.rstrip("_").replace("_", "-")}="{escape(v)}"' for k, v in attributes.items())
    inner = "".join(c if isinstance(c, Markup) else escape(printable(str(c))) for c in children)
    return Markup(f"<{name}{given}>{inner}</{name}>")


def page(report: Report) -> str:
    """The whole page of a report."""
    rows, columns = report.estimate_rows()
    table = [dict(zip(columns, r, strict=True)) for r in rows]
    groups = [c for c in columns[1:] if c not in (*ESTIMATE_COLUMNS, "channel")]
    sizes = Counter(report.arrow("conversations")["channel"].to_pylist())
    behind = _examples(report)
    body = [_head(report), _look(report)]
    for channel in sorted({r["channel"] for r in table if r["channel"]}):
        body.append(tag("h2", f"{channel}: {sizes[channel]:,} conversations"))
        families: dict[str, list[Markup]] = {name: [] for name in FAMILIES}
        mine = [r for r in table if r["channel"] == channel]
        tails: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
        for r in mine:
            if row_of(r["metric"])[1] in BESIDE:
                tails[row_of(r["metric"])[0], *(r.get(g) for g in groups)].append(r)
        for r in mine:
            m = METRICS.get(row_of(r["metric"])[0])
            if m is not None and row_of(r["metric"])[1] not in BESIDE:
                further = tails.get((r["metric"], *(r.get(g) for g in groups)), [])
                families.setdefault(m.family, []).append(_row(r, [f"{g} {r[g]}" for g in groups if r.get(g)], behind.get((r["metric"], channel), []), report, further))
        for family, members in families.items():
            if members:
                body += [tag("h3", FAMILIES.get(family, family)), *members]
    body.append(_foot(report))
    head = Markup(
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    return "<!doctype html>\n" + tag("html", tag("head", head, tag("title", "textmetrics"), tag("style", Markup(STYLE))), tag("body", *body), lang="en") + "\n"


def _head(report: Report) -> Markup:
    counts = report.run["counts"]
    problems = report.arrow("problems").num_rows
    aside = [f"{problems:,} problems" if problems else "", f"{counts['clock_skewed']:,} conversations with impossible clocks" if counts.get("clock_skewed") else ""]
    said = f"{counts['conversations']:,} conversations, {counts['messages']:,} messages, as of {str(report.run.get('as_of'))[:16].replace('T', ' ')} UTC"
    return tag(
        "header",
        tag("h1", "What customers lived through"),
        tag("p", said, class_="note"),
        tag("p", "Set aside: ", "; ".join(a for a in aside if a) or "nothing", class_="note"),
        tag("p", "Bars show the 95 % interval and the value. Open a line to see what it is and messages behind it.", class_="note"),
    )


def _look(report: Report) -> Markup:
    found = [tag("li", i.text, ". ", tag("blockquote", i.quote) if i.quote else "", tag("code", i.conversation) if i.conversation else "") for i in insights(report)]
    return tag("section", tag("h2", "Worth a look"), tag("ol", *found)) if found else tag("section")


def _foot(report: Report) -> Markup:
    lines = [f"{c.name}: {c.words or ('unknown' if c.value is None else shown(c.value, 'share'))}" for c in coverage(report)]
    return tag("section", tag("h2", "What it rests on"), *(tag("p", line, class_="note") for line in lines))


def _row(r: Mapping[str, Any], named: list[str], examples: list[dict[str, Any]], report: Report, tails: list[dict[str, Any]]) -> Markup:
    (name, which), unit = row_of(r["metric"]), r["unit"]
    named = named + [{"beyond_comparison": "beyond no solution"}.get(which, which)] * bool(which)
    few = too_few(r["estimate"], r["n"])
    label = f"{name.replace('_', ' ')}{': ' + ', '.join(named) if named else ''}"
    n = ", ".join(filter(None, (f"n {r['n']:,}", beside(r))))
    line = tag(
        "summary",
        tag("span", label),
        tag("b", figure(r)),
        _bar(r) if unit == "share" and not few and r["value"] is not None else tag("span", class_="wide"),
        tag("span", "" if few else ends(r), class_="wide"),
        tag("span", n, class_="dim wide"),
        *([tag("span", " · ".join(percentiles(tails)), class_="dim tails")] if tails else []),
    )
    read = None if named else as_people_read(report, r["metric"], r["channel"])
    told = [tag("p", f"As people read it: {read[1].plain}, {read[3].plain} ({read[4].plain or 'none'} conversations read)")] if read else []
    pages = [tag("p", part, class_="note") for part in METRICS[name].doc.split("\n\n")]
    quotes = [tag("blockquote", e["text"], Markup("<br>"), tag("code", f"{e['conversation']} · {_value(e, unit)}")) for e in examples if not named]
    return tag("details", line, *told, *pages, *quotes)


def _value(example: Mapping[str, Any], unit: str) -> str:
    if unit == "s":
        return duration(example["value"]) + (" so far" if example["censored"] else "")
    return "open" if example["censored"] else f"{example['value']:g}"


def _bar(r: Mapping[str, Any]) -> Markup:
    low, high, value = (100 * float(r[k] if r[k] is not None else r["value"]) for k in ("low", "high", "value"))
    inner = tag("i", style=f"left:{low:.1f}%;width:{max(0.5, high - low):.1f}%") + tag("u", style=f"left:calc({value:.1f}% - 1px)")
    return tag("span", Markup(inner), class_=f"bar {r['better'] or ''}")


def _examples(report: Report) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Messages behind each metric and channel: those with the largest values, whoever they are of."""
    conversations = report.arrow("conversations")
    channel = dict(zip(conversations["conversation_id"].to_pylist(), conversations["channel"].to_pylist(), strict=True))
    best: dict[tuple[str, str], list[tuple[float, str, str, bool]]] = defaultdict(list)
    observed = report.arrow("observations").to_pydict()
    for metric, conversation, message, value, censored in zip(*(observed[c] for c in ("metric", "conversation_id", "message_id", "value", "censored")), strict=True):
        if message is not None and (value or censored):
            best[metric, channel[conversation]].append((-value, conversation, message, censored))
    chosen = {key: sorted(found)[:EXAMPLES] for key, found in best.items()}
    wanted = {(c, m) for found in chosen.values() for _, c, m, _ in found}
    texts = report.arrow("messages").select(["conversation_id", "message_id", "text"]).to_pydict()
    text = {(c, m): t for c, m, t in zip(texts["conversation_id"], texts["message_id"], texts["text"], strict=True) if (c, m) in wanted}
    return {key: [{"conversation": c, "text": text[c, m][:400], "value": -v, "censored": open_} for v, c, m, open_ in found] for key, found in chosen.items()}
