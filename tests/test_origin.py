"""Texts that were HTML know where their characters stood in it, and say the same as without knowing it."""

import json
from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics.cleaning import _MARKUP, _laid_out, in_one, origin_of, plain
from textmetrics.types import Message

# HTML, and words of the text with how they stand in the HTML
BODIES = {
    "<p>No  <b>sound</b>\r\n at   all</p><p>please &amp; thanks&nbsp;a lot</p>": ["No", "sound", "at", "all", "please", "& thanks:&amp; thanks", "a", "lot"],
    "Hi <style>b {color: red}</style><div hidden>secret</div>there": ["Hi", "there"],
    "<div>new</div><blockquote>old <i>one</i><br>two</blockquote>": ["new", "old", "one", "two"],
    "plain text, no tag": ["plain", "tag"],
    "  <!-- note --> a &lt; b &#39;c&#39; <3": ["a", "< b:&lt; b", "'c:&#39;c", "b &#39;c:"],
    "<div>" * 500 + "deep" + "</div>" * 500 + "end": ["deep", "end"],
    " \n Ana: no <b>sound</b>": ["Ana:", "no", "sound"],
    "<p>icon \U000f0001 of a private font</p>": [],
}


def message(html):
    text = plain(html)
    return Message(id="1", participant_id="ana", text=str(text), origin=origin_of(text))


@pytest.mark.parametrize("html", BODIES, ids=lambda h: h[:20])
def test_words_are_found_where_they_stood(html):
    one = message(html)
    for word in BODIES[html]:
        shown, _, stood = word.partition(":")
        if (at := one.text.find(shown)) < 0:
            assert not stood, f"{shown!r} is not in {one.text!r}"
            continue
        start, end = one.original(at, at + len(shown))
        assert html[start:end] == (stood or shown)
    if not BODIES[html]:
        assert one.original(0, 2) is None


SOUND = st.one_of(
    st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<br>", " ", "\n", "  ", "\r\n", "&nbsp;", "<blockquote>", "</blockquote>", "<td>", "<div hidden>", "</div>", "<a title='x>y'>", "<!-- c -->", "&"]),
    st.text("ab>&<'\" \n", min_size=1, max_size=6).map(escape),
    st.text("abc ", min_size=1, max_size=6),
)
BROKEN = st.sampled_from(["<!--", "-->", "<", "<a", "<!DOCTYPE x [ <", "'", '"', ">", "</", "<?", "\x00"])


@given(st.lists(st.one_of(SOUND, BROKEN), max_size=20).map("".join))
def test_marks_change_no_text(html):
    if _MARKUP.search(html):
        assert plain(html) == _laid_out(html)


@given(st.lists(SOUND, max_size=20).map("".join))
def test_places_are_those_of_their_characters(html):
    one = message(html)
    for at, c in enumerate(one.text):
        if c not in " \n>'" and (found := one.original(at, at + 1)):
            start = found[0]
            assert html[start] == c or unescape(html[start : start + 5]).startswith(c)


def test_the_map_is_kept_below_a_subject_and_written_out(tmp_path):
    html = "<p>No <b>sound</b></p>"
    (tmp_path / "x.jsonl").write_text(json.dumps({"id": "1", "title": "Router", "body": html}) + "\n")
    (tmp_path / "map.toml").write_text("html = true\n[columns]\nconversation_id = 'id'\nsubject = 'title'\ntext = 'body'\n")
    (c,) = tm.read(tmp_path)
    (m,) = c.messages
    assert m.text == "Router\nNo sound" and m.original(0, 6) is None
    for form, name in (("jsonl", "y.jsonl"), ("parquet", "y.parquet"), ("convokit", "corpus"), ("vcon", "z.jsonl")):
        (again,) = tm.read(tm.convert(tmp_path / "x.jsonl", to=form, out=tmp_path / "out" / name).path)
        start, end = again.messages[0].original(10, 15)
        assert html[start:end] == "sound"


def test_of_several_bodies_places_are_those_in_all_of_them():
    bodies = ["<p>No <b>sound</b></p>", "<i></i>", "<p>at &amp; all</p>"]
    text, whole = in_one(bodies), "\n".join(bodies)
    one = Message(id="1", participant_id="ana", text=str(text), origin=origin_of(text))
    assert one.text == "No sound\nat & all"
    for word, stood in (("No", "No"), ("sound", "sound"), ("at", "at"), ("& all", "&amp; all")):
        at = one.text.index(word)
        start, end = one.original(at, at + len(word))
        assert whole[start:end] == stood


def test_lines_of_a_chat_are_found_in_its_body(tmp_path):
    body = "<p>Chat Started: Monday, March 02, 2026, 09:00:00 (+0000)</p>( 10s ) Ana: No &amp; <b>never</b> sound<br>( 1m 5s ) Tom: Restart it, please<br>"
    (tmp_path / "LiveChatTranscript.csv").write_text(f'Id,LiveChatVisitorId,ChatKey,Body\n5700000000000001,v,k,"{body}"\n')
    (c,) = tm.read(tmp_path / "LiveChatTranscript.csv")
    said = {m.text: m for m in c.messages}
    for text, word, stood in (("No & never sound", "No & never", "No &amp; <b>never"), ("Restart it, please", "please", "please")):
        at = text.index(word)
        start, end = said[text].original(at, at + len(word))
        assert body[start:end] == stood
