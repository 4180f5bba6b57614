"""What of a mail its writer wrote: mail programs of many languages, and texts that only look like quotes."""

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmetrics import mail_lines, replies
from textmetrics.cleaning import clean
from textmetrics.expressions import Expression
from textmetrics.packs import mail_words

CASES = {  # mail -> what a reader keeps
    "english": ("It hums again.\n\nOn Tue, 3 Mar 2026 at 09:12, Ana Pop <ana@example.org>\nwrote:\n\n> Did you restart it?\n", "It hums again."),
    "unquoted below": ('It hums.\n\nOn 3 Mar 2026 09:12, "Ana" <ana@example.org> wrote:\n\nDid you restart it?\n', "It hums."),
    "spanish": ("Ya funciona.\n\nEl mar, 3 mar 2026 a las 9:12, Soporte (<s@example.org>)\nescribió:\n\n> Reinicie\n", "Ya funciona."),
    "italian": ("Risolto.\n\nIl giorno mar 3 mar 2026 alle ore 09:12 Assistenza <\na@example.org> ha scritto:\n> Riavvii\n", "Risolto."),
    "romanian": ("Merge acum.\n\nÎn data de mar., 3 mar. 2026 la 09:12, Suport <s@example.org> a scris:\n\n> Reporniți\n", "Merge acum."),
    "german": ("Läuft.\n\nAm Di., 3. März 2026 um 09:12 Uhr schrieb Hilfe <\nh@example.org>:\n\n> Neu starten\n", "Läuft."),
    "french": ("C'est bon.\n\nLe mar. 3 mars 2026 à 09:12, Aide <a@example.org> a écrit :\n\n> Redémarrez\n", "C'est bon."),
    "portuguese": ("Resolvido.\n\nEm ter., 3 de mar. de 2026 às 09:12, Apoio <a@example.org> escreveu:\n\n> Reinicie\n", "Resolvido."),
    "dutch": ("Het werkt.\n\nOp di 3 mrt 2026 om 09:12 schreef Hulp <h@example.org>:\n\n> Herstart\n", "Het werkt."),
    "no verb": ("Yes.\n\n2026-03-03 9:12 GMT+01:00 Desk <d@example.org>:\n\nIs it on?", "Yes."),
    "outlook": (
        "Yes.\n\n________________________________\nFrom: Desk <d@example.org>\nSent: Tuesday, 3 March 2026 09:12\nTo: Ana\nSubject: RE: hum\n\nIs it on?",
        "Yes.",
    ),
    "outlook, german": ("Ja.\n\nVon: Hilfe <h@example.org>\nGesendet: Dienstag, 3. März 2026 09:12\nAn: Ana\nBetreff: AW: Brummen\n\nIst es an?", "Ja."),
    "header wrapped": ("Yes.\n\nFrom: The Desk\n<d-long@example.org>\nSent: Tuesday\nTo: Ana\nSubject: hum\n\nIs it on?", "Yes."),
    "separator": ("Yes.\n\n-----Messaggio originale-----\nÈ acceso?", "Yes."),
    "below the quote": ("Le 3 mars 2026 à 09:12, Aide a écrit :\n> C'est allumé ?\n\nOui.", "Oui."),
    "answers in between": ("> Is it on?\n\nYes.\n\n> And the cable?\n\nIs in.", "> Is it on?\n\nYes.\n\n> And the cable?\n\nIs in."),
    "address wrapped": ("Ja.\n\nAm 03.03.2026 09:12 schrieb \"Ana Pop\" <ana@example.org\n>:\n\n> Brummt es?\n", "Ja."),
    "archive of a list": ("Yes.\n\n2026-03-03 9:12 GMT+01:00 Ana Pop <ana at example.org>:\n\n> Is it on?\n-------------- next part --------------\nAn HTML attachment was scrubbed...", "Yes."),
    "answered below what was said above": ("Yes.\n\nOn 3 Mar 2026, Ana <ana@example.org> wrote:\n> And the cable?\n\nIs in.", "Yes.\n\n> And the cable?\n\nIs in."),
    "signature": ("Yes.\n\n-- \nAna Pop\nAccounts", "Yes."),
    "phone": ("Sí.\n\nEnviado desde mi iPhone", "Sí."),
    "phone, marker of a help desk": ("Yes.\n\nSent from my iPad\n\n##- Please type your reply above this line -##\nYour request was updated.", "Yes."),
    "forwarded": (
        "See below.\n\n---------- Forwarded message ---------\nDe: Ana <a@example.org>\nDate: mar 3 mar 2026\nSubject: hum\nTo: <d@example.org>\n\nIt hums.",
        "See below.",
    ),
    "nothing but forwarded": (
        "---------- Forwarded message ---------\nFrom: Ana <a@example.org>\nDate: 3 Mar 2026\nSubject: hum\nTo: <d@example.org>\n\nIt hums.",
        "It hums.",
    ),
}
OWN = {  # what only looks like quotes and signatures
    "on": "On the whole it works.\n\nOn Monday I wrote to you about the hum.\nOn 3 March it came back.",
    "wrote": "See https://example.org/on-2026-03-03-ana-wrote\n\nIt is what I wrote.\nFrom now on: silence.",
    "table": "Item      Price\n--------------------\nCable     3\nBox       40\n\nThat is all I ordered, and I still wait for the second of the two parcels that you announced.",
    "list": "Two things:\n-- it hums\n-- it is hot",
    "sentence": "It broke.\n\nSent from my desk, it is quieter there.",
    "code": "Log:\n\n```\n> GET /\n--\n# end\n```\n\nWhat now?",
    "form": "From: Berlin\nwe came by train.",
}


@pytest.mark.parametrize("name", CASES)
def test_the_writer_s_own_text_is_kept(name):
    mail, expected = CASES[name]
    assert replies.kept(mail) == expected
    assert replies.kept(mail.replace("\n", "\r\n")) == expected.replace("\n", "\r\n"), "line ends change nothing"


@pytest.mark.parametrize("name", OWN)
def test_what_only_looks_like_a_quote_is_text(name):
    assert replies.kept(OWN[name]) == OWN[name] and replies.cuts(OWN[name]) == []


@pytest.mark.parametrize("code", mail_words())
def test_every_language_s_header_block_and_separator(code):
    words = mail_words()[code]
    header = "\n".join(
        f"{words[k][0].capitalize()}: {v}"
        for k, v in (("from", "Ana Pop <ana@example.org>"), ("date", "3.3.2026 09:12"), ("to", "Desk <d@example.org>"), ("subject", "hum"))
    )
    assert replies.kept(f"Yes.\n\n{header}\n\nIs it on?") == "Yes."
    inner = replies.forwarded(f"See.\n\n{header}\n\nIs it on?")
    assert inner == replies.Forward("Ana Pop", "ana@example.org", "hum", "Is it on?")
    for phrase in (*words.get("original", ()), *words.get("forwarded", ())):
        assert replies.own_text(f"Yes.\n\n----- {phrase.capitalize()} -----\nIs it on?") == "Yes.", phrase
    for verb in words.get("wrote", ()):
        assert replies.kept(f"Yes.\n\n3.3.2026 09:12 Ana Pop <ana@example.org> {verb}:\n> Is it on?") == "Yes.", verb


@pytest.mark.parametrize(
    "mail",
    [
        "> Begin forwarded message:\n>\n> From: Ana <a@example.org>\n> Subject: hum\n> Date: 3 March 2026\n> To: d@example.org\n>\n> It hums.\n>\n> Ana\n",
        '  ----- Mensaje reenviado ----- De: Ana <a@example.org>Para: "d@example.org" <d@example.org>Enviado: martes, 3 de marzo de 2026Asunto: hum\nIt hums.\n\nAna',
        "From: Ana <a@example.org>\nDate: Tuesday, 3 March 2026 at 09:12\nTo: d@example.org\nSubject: hum\nIt hums.\n\nAna",
    ],
)
def test_the_mail_inside_a_forwarded_one(mail):
    assert replies.forwarded(mail) == replies.Forward("Ana", "a@example.org", "hum", "It hums.\n\nAna")
    assert replies.own_text(mail) == ""


@pytest.mark.parametrize("time", ["09:12", "9:12 AM,", "9:12 p.m.,", "09:12:30,"])
def test_the_writer_of_a_quoted_mail(time):
    inner = replies.forwarded(f"Yes.\n\nOn Tue, Mar 3, 2026 at {time} Amanda Pop <a@example.org> wrote:\n> Is it on?")
    assert (inner.name, inner.address, inner.text) == ("Amanda Pop", "a@example.org", "Is it on?")


def test_quotes_are_not_judged_and_nothing_moves():
    mail = CASES["answers in between"][0]
    cleaned = clean(mail, ["quotes", "signature"])
    assert len(cleaned) == len(mail) and cleaned.split() == ["Yes.", "Is", "in."] and cleaned.index("Yes.") == mail.index("Yes.")


MAILISH = st.lists(
    st.sampled_from(
        [
            "> a",
            "On 3 May 2026, Ana wrote:",
            "From: a <a@b.c>",
            "To: b",
            "Subject: c",
            "--",
            "____",
            "",
            "text",
            "Sent from my iPhone",
            "```",
            "---- x ----",
            "C> y",
            "\r",
            "Von: z",
        ]
    )
)


@given(MAILISH | st.text())
def test_cuts_are_in_order_apart_and_inside(lines):
    text = lines if isinstance(lines, str) else "\n".join(lines)
    at = 0
    for cut in sorted(replies.cuts(text), key=lambda c: c.start):
        assert at <= cut.start < cut.end <= len(text)
        at = cut.end
    replies.kept(text), replies.forwarded(text)


WRAPPED = st.sampled_from(["On 3 May 2026, Ana has", "written:", "Le 3.5.2026 Ana (a@b.c) a", "\u200b écrit :", "E\u0301CRIT 1/2/2026 a@b.c", "2026年3月5日 a 写道：", "a (a@b.c) 1.1.2026 > :", "*DE*\u00a0: a", "Para : b", "\u200e-- ", "Respond above this line", "Begin forwarded message:"])


@given(st.lists(WRAPPED | MAILISH.map("\n".join)) | st.text())
def test_asking_first_misses_no_part(pieces):
    text = "\n".join(["", *([pieces] if isinstance(pieces, str) else pieces)])
    found, inner, known = replies.cuts(text), replies.forwarded(text), mail_lines.vocabulary()
    always = msgspec.structs.replace(known, signs=(Expression([""]), Expression([""])))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mail_lines, "vocabulary", lambda: always)
        assert (replies._cuts(text), replies.forwarded(text)) == (found, inner)


HOSTILE = [
    ">",
    "> \n",
    "On 1.1.2026 ",
    "On a\n",
    "From: a\n",
    "a@",
    "-",
    "--\n",
    "_____\n\n",
    "Sent from my ",
    "On 1/1/2026 a <a@b.c>\n",
    "-----\nFrom: a <a@b.c>\n",
    "> a\nb\n",
    "***\nTo: a\n\n",
    "a:\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_the_text(piece):
    def seconds(size):
        text = piece * (size // len(piece))
        begun = time.process_time()
        replies.cuts(text), replies.forwarded(text)
        return time.process_time() - begun

    seconds(2000)
    short, long = seconds(20_000), seconds(160_000)
    assert long < 0.2 + 20 * short, "eight times the text takes eight times as long"
    assert long < 4
