"""vCon, the container of conversations that the IETF defines: parties, dialog, analysis, attachments in one JSON document."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get
from ..exports import Messages, after, channel, facts, html, ident, items, many, number, sample, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..syntax import parse
from ..types import LeftOut, Problem, Record
from . import reader

ROLES = dict.fromkeys(("customer", "caller", "client", "contact", "user", "visitor", "guest"), "customer")
ROLES |= dict.fromkeys(("agent", "supervisor", "sme", "operator", "representative"), "agent") | dict.fromkeys(("bot", "assistant", "virtual_agent"), "bot")
ROLES |= {"thirdparty": "other", "other": "other", "peer": "peer", "system": "system", "ivr": "system", "note": "note"}
CONTACTS = ("name", "mailto", "tel", "sip", "did", "uuid")
FACTS = ("customer_id", "case_id", "severity", "queue", "status")
_PAYLOAD = re.compile(rb'"payload"\s*:\s*"([A-Za-z0-9_-]{8,400})')


def claims(source: Source, head: bytes) -> str | None:
    """A vCon says its version; a signed or encrypted one is the IETF's envelope around it."""
    v = sample(head)
    if (isinstance(v.get("vcon"), str) and v.keys() & {"uuid", "parties", "dialog", "created_at"}) or v.keys() >= {"uuid", "parties", "dialog"}:
        return "it is a vCon (vcon, parties, dialog)"
    if (found := _PAYLOAD.search(head)) and (b'"vcon"' in (inside := _decoded(found[1][: len(found[1]) // 4 * 4].decode())) or b'"parties"' in inside):
        return "it is a signed vCon"
    return "it is an encrypted document (JWE), as vCons are" if v and b'"ciphertext"' in head and (b'"recipients"' in head or b'"unprotected"' in head) else None


@reader("vcon", claims=claims, order="time", channel="chat", calls=True)
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """vCon (IETF): chats, mails and transcripts of calls, a conversation a container.

    *Export:* vCons of any platform or of a vCon store, one a file or one a line (draft-ietf-vcon-vcon-core; also its older versions).
    *Reads:* dialog of type text (plain, HTML, base64url), transcripts in analysis with their speakers, roles of parties, subject, tags, names of attachments; signed ones, without checking the signature, which is said.
    *Not:* encrypted ones; sound: recordings without a transcript, and transcripts that do not say who speaks, are reported; transfers, calls that did not come about and other analyses are counted.
    """
    make = Messages(source, mapping)
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        if "ciphertext" in v:
            yield make.lost(item, "is an encrypted vCon: decrypt it and give what is inside")
        elif "payload" in v and "signatures" in v:
            try:
                inside = parse(_decoded(v["payload"]))
            except ValueError:
                inside = None
            if isinstance(inside, dict):
                yield make.lost(item, "is a signed vCon: it is read without checking its signature", kept=True)
                yield from _container(make, item, inside)
            else:
                yield make.lost(item, "is a signed vCon whose payload cannot be read")
        else:
            yield from _container(make, item, v)
    yield from make.rest()


def _container(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One vCon."""
    tags = _tags(v)
    id_ = tags.pop("conversation_id", "") or words(v, "uuid") or f"{make.source.stem}/{item.number}"
    dialog, parties = many(v, "dialog"), many(v, "parties")
    kinds = [words(d, "type") or "text" for d in dialog]
    transcripts: dict[int, Mapping[str, Any]] = {}
    for a in many(v, "analysis"):
        about, kind = _indexes(a.get("dialog")) or [0], words(a, "type")
        if "transcript" in kind.lower() and about[0] not in transcripts and about[0] < len(dialog):
            transcripts[about[0]] = a
        else:
            make.skip(f"analysis ({kind or 'of no type'})")
    cut = make.when(tags.pop("cut", None))
    facts_ = _about(v, dialog, parties, kinds, tags) | ({"cut": cut} if cut else {})
    attached: dict[int, list[str]] = {}
    for a in many(v, "attachments"):
        if (at := _indexes(a.get("dialog"))) and (name := words(a, "filename", "url")):
            attached.setdefault(at[0], []).append(name)
        elif words(a, "purpose", "type") not in ("tags", "columns"):
            make.skip("attachment of no message")
    if not dialog:
        among = many(v, "group")
        yield make.lost(item, f"vCon {id_} " + (f"only names {len(among)} others as its group: give those" if among else "has no dialog"))
    silent = 0
    for n, d in enumerate(dialog):
        if kinds[n] == "text":
            yield from _text(make, item, id_, n, d, parties, facts_, attached.get(n, []))
        elif n in transcripts:
            yield from _transcript(make, item, id_, n, d, parties, transcripts[n], facts_)
        elif kinds[n] == "recording":
            silent += 1
        else:
            make.skip(kinds[n])
    if silent:
        yield make.lost(item, f"vCon {id_} has {silent} recordings without a transcript: what was said in them is unknown", kept=True)


def _text(make: Messages, item: Item, id_: str, n: int, d: Mapping[str, Any], parties: list[dict[str, Any]], about: Mapping[str, Any], attached: list[str]) -> Iterator[Record | Problem]:
    """One written message."""
    body, kind = _body(d), words(d, "mediatype", "mimetype").partition(";")[0].strip().lower()
    if kind and not kind.startswith("text/") and kind != "application/json":
        yield make.lost(item, f"dialog {n} of vCon {id_} is a text of type {kind[:40]}, which is not read")
        return
    text = body if isinstance(body, str) else verbatim(body, "text", "content", "message", "body")
    at = next(iter([*_indexes(d.get("originator")), *_indexes(d.get("parties"))]), None)
    meta = d["meta"] if isinstance(d.get("meta"), dict) else {}
    who = _party(parties, at)
    note = who["role"] == "note" or true(meta.get("private"))
    reactions = meta.get("reactions")
    finer: dict[str, Any] = {k: words(meta, k) or None for k in ("reply_to", "raw_time") if k in meta}
    finer |= {k: true(meta[k]) for k in ("automatic", "edited", "zone_known") if k in meta}
    finer |= {"reactions": {k: x for k, value in reactions.items() if (x := number(value)) is not None}} if isinstance(reactions, dict) else {}
    finer |= {"origin": tuple(places)} if isinstance(places := meta.get("origin"), list) and all(isinstance(at, int) for at in places) else {}
    finer |= {"position": int(place)} if (place := number(meta.get("position"))) is not None else {}
    yield from make.make(
        item,
        id_,
        html(text) if kind == "text/html" else text,
        time=d.get("start"),
        **(who | ({"role": "note", "confidence": 1.0} if note else {})),
        about=about,
        attachments=attached,
        empty=true(meta.get("empty")),
        message_id=words(d, "message_id") or f"{id_}/{n}",
        **finer,
    )


def _transcript(
    make: Messages, item: Item, id_: str, n: int, d: Mapping[str, Any], parties: list[dict[str, Any]], analysis: Mapping[str, Any], about: Mapping[str, Any]
) -> Iterator[Record | Problem]:
    """What was said in one recording."""
    segments, present = _segments(_body(analysis)), _indexes(d.get("parties"))
    if not segments:
        yield make.lost(item, f"the transcript of dialog {n} of vCon {id_} is of a form that is not known")
        return
    named = {name.lower(): i for i, p in enumerate(parties) for name in [words(p, "name")] if name}
    if all(party is None and not speaker for party, speaker, *_ in segments) and len(present) != 1:
        yield make.lost(item, f"the transcript of dialog {n} of vCon {id_} does not say who speaks")
        return
    begun = make.when(d.get("start"))
    yield from make.began(item, id_, begun)
    for i, (party, speaker, text, start) in enumerate(segments):
        at = party if party is not None else named.get(speaker.lower(), present[0] if len(present) == 1 else None)
        who = _party(parties, at) if at is not None else {"who": f"speaker {speaker}", "name": "", "role": "unknown", "confidence": 1.0}
        time = after(begun, None if start is None else start * 1000)
        yield from make.make(item, id_, text, time=time, **who, about=about, message_id=f"{id_}/{n}/{i}", zone_known=begun is not None)


def _segments(body: Any) -> list[tuple[int | None, str, str, float | None]]:
    """The segments of a transcript of any vendor: the party or else the speaker, the text, the second it begins at."""
    found: list[tuple[int | None, str, str, float | None]] = []
    paragraphs = [(n, p) for n, c in enumerate(many(body, "results.channels")) for p in many(c, "alternatives.0.paragraphs.paragraphs")]
    if paragraphs:
        several = len({n for n, _ in paragraphs}) > 1
        for n, p in paragraphs:
            text = " ".join(t for s in many(p, "sentences") if (t := verbatim(s, "text")))
            found.append((n if several else None, words(p, "speaker"), text, number(p.get("start"))))
        return sorted(found, key=lambda f: f[3] or 0.0) if several else found
    for s in body if isinstance(body, list) else many(body, "segments", "turns", "utterances", "transcript", "messages"):
        text = verbatim(s, "text", "message", "transcript", "body") if isinstance(s, dict) else ""
        if text:
            at = number(get(s, "party"))
            found.append((None if at is None else int(at), words(s, "speaker", "speaker_label", "channel", "role"), text, next((x for k in ("start", "start_time") if (x := number(s.get(k))) is not None), None)))
    return found


def _party(parties: list[dict[str, Any]], at: int | None) -> dict[str, Any]:
    """Who somebody is, by their place among the parties."""
    p = parties[at] if at is not None and 0 <= at < len(parties) else {}
    role = words(p, "role", "meta.role").lower().replace(" ", "_")
    sure = number(get(p, "meta.role_confidence"))
    nobody = at is None or (role == "note" and not words(p, *CONTACTS))
    return {"who": "" if nobody else f"party {at}", "name": words(p, *CONTACTS), "role": ROLES.get(role, "unknown"), "confidence": 1.0 if sure is None else sure}


def _about(v: Mapping[str, Any], dialog: list[dict[str, Any]], parties: list[dict[str, Any]], kinds: list[str], tags: dict[str, str]) -> dict[str, Any]:
    """What a vCon says of its conversation; tags of our own names are facts, others columns."""
    rating, said = tags.pop("rating", None), tags.pop("channel", "")
    written = "email" if any("message_id" in d and "subject" in v for d in dialog) and all("mailto" in p for p in parties) else "chat"
    named = next((name for d in dialog if (name := words(d, "application", "interaction_type"))), "")
    customer = next((c for p in parties if ROLES.get(words(p, "role", "meta.role").lower()) == "customer" and (c := words(p, "uuid", "mailto", "tel", "sip", "did"))), None)
    about: dict[str, Any] = {k: tags.pop(k, None) for k in FACTS}
    about["customer_id"] = about["customer_id"] or customer
    about["channel"] = said or ("voice" if "recording" in kinds else channel(named, written))
    about["language"] = tags.pop("language", None)
    about["rating"] = number(rating)
    about["columns"] = facts(subject=words(v, "subject"), redacted=words(v, "redacted.type")) | tags | _columns(v)
    return about | ({"told": words(v, "updated_at")} if words(v, "updated_at") else {})


def _tags(v: Mapping[str, Any]) -> dict[str, str]:
    """Tags, which are texts ``name:value`` in an attachment of that purpose."""
    bodies = [_body(a) for a in many(v, "attachments") if words(a, "purpose", "type") == "tags"]
    pairs = [t.partition(":") for body in bodies if isinstance(body, list) for t in body if isinstance(t, str)]
    return {name: value for name, _, value in pairs if name and value}


def _columns(v: Mapping[str, Any]) -> dict[str, str]:
    """Facts whose names no tag can have: an object in an attachment of that purpose."""
    bodies = [_body(a) for a in many(v, "attachments") if words(a, "purpose", "type") == "columns"]
    return {k: text for body in bodies if isinstance(body, dict) for k, x in body.items() if (text := x if isinstance(x, str) else ident(x))}


def _body(value: Mapping[str, Any]) -> Any:
    """What stands inline in a dialog, analysis or attachment: text, or JSON where it is that."""
    body, encoding = value.get("body"), words(value, "encoding").lower()
    if isinstance(body, str) and encoding == "base64url":
        body = _decoded(body).decode("utf-8", "replace")
    if isinstance(body, str) and (encoding == "json" or "json" in words(value, "mediatype", "mimetype").lower()):
        try:
            return parse(body)
        except ValueError:
            return body
    return body if body is not None else ""


def _decoded(text: Any) -> bytes:
    """What base64url stands for, with or without its padding; nothing where it is none."""
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)) if isinstance(text, str) else b""
    except ValueError:
        return b""


def _indexes(value: Any) -> list[int]:
    """Places in a list: one number, several, or several by channel."""
    if isinstance(value, list):
        return [i for one in value for i in _indexes(one)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else []
