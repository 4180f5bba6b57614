"""Mails of every kind: split, decoded, threaded, told apart from machines'; a broken one costs only itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import mail, mailboxes
from textmetrics.cleaning import plain

ASKED = b"From: Ana Pop <ana@example.com>\nTo: desk@example.org\nDate: Tue, 3 Mar 2026 09:00:00 +0100\nSubject: It hums\nMessage-ID: <1@example.com>\n\nMy box hums.\n"
ANSWERED = (
    b"From: The Desk <desk@example.org>\nDate: Tue, 3 Mar 2026 10:00:00 +0100\nSubject: Re: It hums\nMessage-ID: <2@example.org>\nIn-Reply-To: <1@example.com>\n\n"
    b"Please restart it.\n\nOn Tue, 3 Mar 2026 at 09:00, Ana Pop <ana@example.com> wrote:\n> My box hums.\n"
)
FROM = b"From ana@example.com Tue Mar  3 09:00:00 2026\n"


def mbox(tmp_path, data, **options):
    (tmp_path / "x.mbox").write_bytes(data)
    reading = tm.read(tmp_path / "x.mbox", **options)
    return list(reading), reading


def test_an_mbox_is_a_conversation_a_thread(tmp_path):
    (c,), reading = mbox(tmp_path, FROM + ASKED + b"\n" + FROM + ANSWERED)
    assert not reading.problems and c.channel == "email"
    assert [(m.participant_id, m.sent_at.isoformat()) for m in c.messages] == [
        ("ana@example.com", "2026-03-03T08:00:00+00:00"),
        ("desk@example.org", "2026-03-03T09:00:00+00:00"),
    ]
    assert (c.role_of("ana@example.com"), c.role_of("desk@example.org")) == ("customer", "agent")
    assert c.messages[0].text == "It hums\nMy box hums." and c.messages[0].raw_time.startswith("Tue, 3 Mar")


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("inside", [b"From here on it was silent.", b"\nFrom here on it was silent.", b"\nFrom: nobody\n", b"\n>From here", b"\nFrom \xe9t\xe9 2026"])
def test_a_line_that_only_begins_with_from_splits_nothing(tmp_path, inside, start):
    (c,), _ = mbox(tmp_path, start + FROM + ASKED + inside + b"\n\n" + FROM + ANSWERED)
    assert len(c.messages) == 2 and inside.strip().lstrip(b">").split(b"\n")[0].decode("cp1252") in c.messages[0].text


def test_mails_are_read_alike_in_files_and_maildirs(tmp_path):
    for folder in ("mails", "box/cur"):
        (tmp_path / folder).mkdir(parents=True)
    for name, data in (("1", ASKED), ("2", ANSWERED)):
        (tmp_path / "mails" / f"{name}.eml").write_bytes(data)
        (tmp_path / "box" / "cur" / f"{name}.host:2,S").write_bytes(data.replace(b"\n", b"\r\n"))
    (one,) = tm.read(tmp_path / "mails")
    (two,) = tm.read(tmp_path / "box")
    assert [m.text for m in one.messages] == [m.text for m in two.messages] and len(one.messages) == 2


def test_overlapping_mailboxes_are_merged_in_any_order(tmp_path):
    a, b = tmp_path / "a.mbox", tmp_path / "b.mbox"
    a.write_bytes(FROM + ASKED)
    b.write_bytes(FROM + ASKED + b"\n" + FROM + ANSWERED)
    readings = [[(c.id, [m.text for m in c.messages]) for c in tm.read(*paths)] for paths in ((a, b), (b, a), (b, b))]
    assert readings[0] == readings[1] == readings[2] and len(readings[0][0][1]) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"References: <0@x>\n", b"References: <0@x> <1@example.com>\n"),  # the mail at the top is missing
        (b"Thread-Index: Ac7hKx2mTgW0Jr5wQ1yqVn0sRkZ1BQ==\n", b"Thread-Index: Ac7hKx2mTgW0Jr5wQ1yqVn0sRkZ1BQAAAAAQ\n"),
        (b"X-GM-THRID: 17\n", b"X-GM-THRID: 17\n"),
        (b"", b""),  # by their subject
    ],
)
def test_threads(tmp_path, first, second):
    second = ANSWERED.replace(b"In-Reply-To: <1@example.com>\n", second).replace(b"Re: It hums", b"AW: [desk] Re[2]: It  hums" if not second else b"another")
    conversations, _ = mbox(tmp_path, FROM + first + ASKED + b"\n" + FROM + second)
    assert len(conversations) == 1


def test_a_mail_answers_what_it_says_whatever_the_order_of_its_references():
    one = mail.letter(b"References: <3@x> <1@x>\nIn-Reply-To: <3@x>\nMessage-ID: <4@x>\nFrom: a@b.c\n\nx")
    assert one.answers == ("1@x", "3@x")


def test_mails_without_an_empty_line_between_them(tmp_path):
    conversations, _ = mbox(tmp_path, b"From - \n" + ASKED + b"From - Tue Mar  3 09:30:00 2026\n" + ASKED.replace(b"1@", b"7@") + FROM + ANSWERED)
    assert sorted(len(c.messages) for c in conversations) == [1, 2]


@pytest.mark.parametrize(
    ("head", "body", "texts"),
    [
        (b"Subject: Closed now\nIn-Reply-To: <1@x>\n", b"", ["Closed now"]),
        (b"Subject: Re: It hums\nIn-Reply-To: <1@x>\n", b"", []),
        (b"Subject: It hums\n", b"", ["It hums"]),
    ],
)
def test_a_mail_of_nothing_but_a_subject(tmp_path, head, body, texts):
    conversations, reading = mbox(tmp_path, FROM + b"From: a@b.c\n" + head + b"\n" + body)
    assert [m.text for c in conversations for m in c.messages] == texts
    assert [p.reason for p in reading.problems] == ([] if texts else ["has neither a text of its own nor anything attached"])


def test_a_damaged_line_in_a_header_costs_only_itself(tmp_path):
    (tmp_path / "x.eml").write_bytes(b"Received: by mx\nquite Delivered-To: desk@example.org\n" + ASKED)
    ((one,),) = ([c.messages[0] for c in tm.read(tmp_path / "x.eml")],)
    assert (one.participant_id, one.text) == ("ana@example.com", "It hums\nMy box hums.")
    assert not mailboxes.looks_like_mail(b"From: Ana\nIt hums.\nTo: Tom\n\nSubject: x\n")


@pytest.mark.parametrize("prefix", ["Re:", "RE: re:", "AW:", "SV:", "R:", "RV:", "RIF:", "Odp:", "Fwd:", "TR:", "Enc:", "回复：", "Re[3]:", "Antw:"])
def test_subjects_without_prefixes(prefix):
    assert mail.bare_subject(f"{prefix} It hums") == ("it hums", True)
    assert mail.bare_subject("Rear light hums") == ("rear light hums", False)


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        (b"Auto-Submitted: auto-replied\n", True),
        (b"Auto-Submitted: no\n", False),
        (b"Precedence: auto_reply\n", True),
        (b"Precedence: bulk\nList-Id: <l.example.org>\n", False),
        (b"Precedence: bulk\nSender: owner-boxes@example.org\n", False),
        (b"Precedence: bulk\n", True),
        (b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", True),
        (b"X-Autoreply: yes\n", True),
        (b"Subject: Abwesenheitsnotiz: It hums\n", True),
        (b"X-Nothing: 1\n", False),
    ],
)
def test_machines_are_told_from_people(header, automatic):
    assert mail.letter(header + ASKED).automatic is automatic


def test_a_report_of_a_lost_mail_is_nobody_s_message(tmp_path):
    report = b"From: MAILER-DAEMON@example.org\nSubject: Undelivered\nMessage-ID: <9@x>\nIn-Reply-To: <1@example.com>\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n"
    (c,), _ = mbox(tmp_path, FROM + ASKED + b"\n" + FROM + report)
    assert c.role_of("mailer-daemon@example.org") == "system" and c.messages[1].automatic


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (b"Content-Type: text/plain; charset=cp-850\n", "f\u00fcnf".encode("cp850"), "f\u00fcnf"),
        (b'Content-Type: text/plain; charset="no such"\n', "f\u00fcnf".encode(), "f\u00fcnf"),
        (b"Content-Type: text/plain; charset=us-ascii\n", "f\u00fcnf".encode("cp1252"), "f\u00fcnf"),
        (b"Content-Type: text/plain; charset=iso-2022-jp\n", "\u97f3".encode("iso-2022-jp"), "\u97f3"),
        (b"Content-Type: text/plain; charset=gb2312\n", "\u9555\u58f0".encode("gb18030"), "\u9555\u58f0"),
        (b"Content-Type: text/plain; charset=big5\n", "\u97f3".encode("big5") * 60 + b"\xff", "\u97f3" * 60 + "\ufffd"),
        (b"Content-Type: text/plain; charset=hex\n", b"plain", "plain"),
        (b"Content-Type: text/plain; charset=punycode\n", b"no-answer", "no-answer"),
        (b"Content-Type: text/plain; charset=\x80\xff\n", "f\u00fcnf".encode("cp1252"), "f\u00fcnf"),
        (b"Content-Type: text/plain; charset=x\x00y\n", "f\u00fcnf".encode(), "f\u00fcnf"),
        (b"Content-Transfer-Encoding: base64\n", b"bm8gc291bmQ", "no sound"),
        (b"Content-Transfer-Encoding: strange\n", b"as it is", "as it is"),
        (b"", b"nul\x00s", "nuls"),
        (b"Content-Type: text/html\n", b"<style>x</style><p>It <b>hums</b><blockquote>old</blockquote>", "It hums\n> old"),
        (b"Content-Type: multipart/mixed; boundary=b\n", b'--b\n\nthe part\n--b\nContent-Disposition: attachment; filename="=?utf-8?q?=C3=A9?=.pdf"\n\nx', "the part"),
        (b"Content-Type: multipart/mixed\n", b"no boundary", "no boundary"),
        (
            b"Content-Type: multipart/alternative; boundary=b\n",
            b"--b\n\nsee HTML\n--b\nContent-Type: text/html\n\n<p>The box hums since the thunderstorm of last night\n--b--",
            "The box hums since the thunderstorm of last night",
        ),
    ],
)
def test_bodies(head, body, text):
    assert mail.letter(head + b"From: a@b.c\n\n" + body).text.strip() == text


LONG = "It hums since the storm, and nobody came to look at it, though I asked for it three times. "


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", (LONG + "It\u2019s \u20ac 9").encode("cp1252"), LONG + "It\u2019s \u20ac 9"),
        ("iso-8859-1", (LONG + "\u00fc").encode(), LONG + "\u00fc"),
        ("iso-8859-1", LONG.encode() + b"\x81", LONG + "\x81"),
        ("us-ascii", (LONG + "\u00fc").encode("cp1252"), LONG + "\u00fc"),
        ("utf-8", (LONG + "\u00fc").encode("cp1252"), LONG + "\u00fc"),
        ("utf-8", (LONG + "\u00fc\u00e9").encode() + b"\xfc", LONG + "\u00fc\u00e9\ufffd"),
        ("", (LONG + "\u00fc").encode("cp1252"), LONG + "\u00fc"),
    ],
)
def test_no_character_is_lost_to_a_charset_that_is_stated_wrongly(charset, data, text):
    assert mail.letter(b"From: a@b.c\nContent-Type: text/plain; charset=" + charset.encode() + b"\n\n" + data).text == text


def parts(kind, *bodies):
    return b"Content-Type: multipart/" + kind + b"; boundary=%d\n\n" % len(kind) + b"".join(b"--%d\n" % len(kind) + body + b"\n" for body in bodies)


PAGE, FOOT, SAID = b"Content-Type: text/html\n\n<p>It <b>hums</b> again", b"Content-Type: text/plain\n\nBoxes, a list", b"Content-Type: text/plain\n\nIt hums again"


@pytest.mark.parametrize(
    ("raw", "text", "attached"),
    [
        (parts(b"mixed", PAGE, FOOT), "It hums again\nBoxes, a list", ()),
        (parts(b"mixed", PAGE, SAID, b"Content-Type: image/png\n\nx"), "It hums again", ("image/png",)),
        (parts(b"mixed", parts(b"alternative", SAID, b"Content-Type: text/html\n\n<p>other words"), FOOT), "It hums again\nBoxes, a list", ()),
        (parts(b"alternative", SAID, b"Content-Type: text/x-amp-html\n\n<p>x", b"Content-Type: text/calendar\n\nx"), "It hums again", ("text/calendar",)),
        (parts(b"mixed", SAID, b"Content-Type: multipart/related\n\nno parts in it"), "It hums again\nno parts in it", ()),
        (parts(b"mixed", SAID, 'Content-Disposition: attachment; filename="f\u00fcnf.pdf"\n\nx'.encode()), "It hums again", ("f\u00fcnf.pdf",)),
        (parts(b"mixed", b'Content-Type: text/plain; name="text_0.txt"\n\nit hums'), "it hums", ()),
        (parts(b"mixed", SAID, b'Content-Type: text/plain; name="log.txt"\n\nhum hum'), "It hums again", ("log.txt",)),
        (parts(b"mixed", b'Content-Type: text/plain\nContent-Disposition: attachment; filename="log.txt"\n\nhum'), "", ("log.txt",)),
        (b"Content-Transfer-Encoding: Base64 \n\naXQgaHVtcw==", "it hums", ()),
        (b"Content-Transfer-Encoding: quoted printable;\n\nit =\nhums", "it hums", ()),
    ],
)
def test_parts(raw, text, attached):
    one = mail.letter(b"From: a@b.c\n" + raw)
    assert (one.text, one.attachments) == (text, attached)


@pytest.mark.parametrize(
    "header",
    [
        b"Date: nonsense",
        b"From: \xe9\xff <a@b.c>",
        b"Subject: =?nope?q?=ZZ?= =?utf-8?b?!?=",
        b"Message-ID: <>",
        b"References: junk <> <<",
        b"Content-Type: ;;;",
        b"Content-Type: text/plain; charset*=x'y",
        b"To",
        b": x",
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999",
        b"From: " + b"(" * 5000,
    ],
)
def test_a_broken_header_costs_only_itself(header):
    one = mail.letter(header + b"\nX-Other: y\n\nthe text\n")
    assert "the text" in one.text


@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                FROM,
                ASKED,
                b"\n",
                b"--b\n",
                b"Content-Type: multipart/mixed; boundary=b\n",
                b"=?utf-8?b?",
                b"\xff",
                b"Content-Type: message/rfc822\n",
                b">From x\n",
                b"\x00",
            ]
        ),
        max_size=12,
    ).map(b"".join)
)
def test_any_bytes_are_mails_or_none(data):
    for _, _, raw in mailboxes.mails([data[:7], data[7:]]):
        mail.letter(raw)
    mail.letter(data)


def test_nesting_without_end_is_read_in_time():
    nested = b"From: a@b.c\n" + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300)) + b"\nthe text"
    assert mail.letter(nested) is None or mail.letter(nested)
    assert len(list(mailboxes.mails([FROM + ASKED + b"\nFrom " * 20000]))) == 1


def test_a_page_nested_without_end_is_read_in_linear_time_and_keeps_its_text():
    deep = "<div>" * 100_000 + "My order &amp; bill never came<script>x()</script>" + "</div>" * 100_000
    assert plain(deep) == "My order & bill never came"


def test_a_date_that_cannot_be_right_gives_way_to_the_receipt_and_is_told():
    one = mail.letter(b"Received: by mx; Mon, 30 Jun 2008 15:33:50 +0600 (ALMT)\nDate: Mon, 30 Jun 3609 15:33:50 +0600\nFrom: a@b.c\n\nthe text\n")
    assert one.sent_at.isoformat() == "2008-06-30T09:33:50+00:00" and "3609" in one.raw_time and any("when it was received" in f for f in one.faults)
    assert mail.letter(b"Date: Fri, 21 Nov 1997 09(about):   55  :  06 -0600\nFrom: a@b.c\n\nx").sent_at.isoformat() == "1997-11-21T15:55:06+00:00"


def test_a_header_in_the_charset_of_its_mail():
    raw = b"Content-Type: text/plain; charset=koi8-r\nFrom: a@b.c\nSubject: " + "\u0437\u0432\u0443\u043a".encode("koi8-r") + b"\n\nx"
    assert mail.letter(raw).subject == "\u0437\u0432\u0443\u043a"
