"""HTML that needs no parser says the same without one, to the character and its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmetrics.cleaning import _parsed, plain
from textmetrics.wellformed import text_of

TAKEN = [
    "Hi <b>Ana</b>, 3 > 2 &amp; 1",
    '<p>See <a href="https://example.org/?id=1&amp;b=2" rel="nofollow" class="link" id="a1">the  page</a> </p>\n<p>No <em>sound</em><br/>at all<br /> &gt; <img src=\'x.png\' alt="a &lt; b"></p>',
    "<ul>\n<li>one</li> <li><p>two</p><ol><li>&#x2e;&#160;three</li></ol></li>\n</ul><dl><dt>a</dt><dd>b</dd></dl>",
    '<blockquote class="says"><p>old</p><blockquote>older\xa0 one</blockquote>\n</blockquote><p>&gt;</p><pre>\n a\n  b</pre><h1>Title</h1><hr>new <div style="color: red">red</div>',
    "<p>never closed <b>at all",
]
LEFT = [
    "<p>one<p>two",
    "<p><b><div>x</div></b></p>",
    "<h1>x<hr></h1>",
    "<li>a<li>b</li></li>",
    "<dl><dd>a<dt>b</dt></dd></dl>",
    "<a>x<b><a>y</a>z</b></a>",
    "<b><i>x</b></i>",
    "x</p>y",
    "x</br>y",
    "a <img</img> b",
    '<div style="DISPLAY: none">x</div>',
    '<div style="dis&#112;lay:none">x</div>',
    '<div style="visibility:hidden">x</div>',
    "<div hidden>x</div>",
    '<div class="x gmail_quote">x</div>',
    '<div id="appendonsend">x</div>',
    '<a title="a>b">x</a>',
    "<a\xa0title='x'>b</a>",
    *(f"<p>a {entity}</p>" for entity in ["&copy 2026", "&copy", "&lt", "&T;", "AT&T", "&NotEqualTilde;", "&#1;", "&#xF0001;", f"&#{'0' * 40}65;", "\x00b", "\U000f0001"]),
    "<p>a <!-- b --></p>",
    "<p>a <3</p>",
    "a<script>x</script>",
    "<table><tr><td>x</td></tr></table>",
    "<p>x</p><p",
    "<P>x</P>",
]
NAMES = st.sampled_from(["p", "p", "div", "ul", "ol", "li", "blockquote", "pre", "h1", "h3", "dl", "dt", "dd", "a", "b", "i", "span", "code"])
ATTRIBUTES = st.sampled_from(["", "", "", ' href="x?a=1&amp;b"', " title='x\"y'", ' class="a"', ' style="color: red"', "/"])
WORDS = st.one_of(
    st.sampled_from(["<br>", "<hr>", "<img alt='x'>", " ", "  ", "\n", "\r\n", "\xa0", "&nbsp;", "&gt;", "&amp; ", "&#39;", "&lt;b", "> ", '"', "'", "\u200b", "\x0b"]),
    st.text("ab '\">\n", min_size=1, max_size=6),
)
STRAY = st.sampled_from([*LEFT, "<p>", "</p>", "</li>", "<li>", "<a>", "</a>", "<b>", "</b>", "<td>", "</div>", "</blockquote>", "<", "&", "<b hidden>"])
SOUND = st.recursive(
    st.lists(WORDS, max_size=3).map("".join),
    lambda inner: st.lists(st.tuples(NAMES, ATTRIBUTES, inner, WORDS).map(lambda x: f"<{x[0]}{x[1]}>{x[2]}</{x[0]}>{x[3]}"), max_size=3).map("".join),
    max_leaves=12,
)


def same(html):
    if quick := text_of(html):
        shown = _parsed(html)
        assert (quick[0], tuple(quick[1])) == (str(shown), shown.origin)


@given(SOUND)
def test_sound_pages_say_the_same_without_a_parser(html):
    same(html)


@given(st.lists(st.one_of(SOUND, STRAY), max_size=4).map("".join))
def test_broken_pages_say_the_same_or_are_left_to_the_parser(html):
    same(html)


@pytest.mark.parametrize("html", TAKEN)
def test_plain_pages_need_no_parser(html):
    assert text_of(html)
    same(html)


@pytest.mark.parametrize("html", [*LEFT, "<b>" * 10_000, "<div>" * 10_000 + "deep" + "</div>" * 10_000, "<p>a  b</p>" * 10_000])
def test_what_can_be_read_in_two_ways_is_left_to_the_parser(html):
    assert text_of(html) is None
    assert plain(html) == _parsed(html)
