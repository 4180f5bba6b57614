"""Bytes of mails as text, whatever charset they say they are in."""

from __future__ import annotations

import base64
import binascii
import codecs
import re

DAMAGED = 0.02  # share of characters that may be wrong in the charset that is stated
WESTERN = ("ascii", "iso8859-1", "cp1252")  # what programs state without looking: read as UTF-8 where they are that, else as Windows-1252 (WHATWG, Encoding)
ALIASES = {  # also to what contains them: mails say gb2312 and mean its successors (WHATWG, Encoding)
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
    "ansi_x3.110-1983": "cp1252",
}
NO_CHARSETS = ("punycode", "idna", "unicode-escape", "raw-unicode-escape")  # text to Python alone; punycode takes the square of a length
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")


def charset_text(data: bytes, charset: str | None) -> tuple[str, str]:
    """Bytes as text, and, where the charset that is stated does not fit them, how they were read instead: as UTF-8, else in the stated one with what is wrong replaced, if that is little, else as Windows-1252.

    >>> charset_text("café ’s".encode("cp1252"), "iso-8859-1"), charset_text("café".encode(), "iso-8859-1"), charset_text(b"caf\\xe9", None)
    (('café ’s', ''), ('café', 'read as UTF-8'), ('café', 'read as Windows-1252'))
    """
    codec = _codec((charset or "utf-8").strip().strip("\"'").lower())
    text, instead = _western(data, codec) if codec in WESTERN and not data.isascii() else _other(data, codec)
    return text.replace("\x00", ""), instead


def _codec(named: str) -> str:
    """The name of a charset as Python calls it; nothing for one that it does not know."""
    try:
        found = codecs.lookup(ALIASES.get(named, named))
        return found.name if found._is_text_encoding and found.name not in NO_CHARSETS else ""
    except (LookupError, UnicodeError, ValueError, AttributeError):
        return ""


def _western(data: bytes, codec: str) -> tuple[str, str]:
    try:
        return data.decode(), "read as UTF-8"
    except UnicodeError:
        pass
    try:
        return data.decode("cp1252"), "read as Windows-1252" if codec == "ascii" else ""
    except UnicodeError:
        return data.decode("iso8859-1"), "" if codec == "iso8859-1" else "read as ISO-8859-1"


def _other(data: bytes, codec: str) -> tuple[str, str]:
    for encoding in (codec, "utf-8"):
        try:
            if encoding:
                return data.decode(encoding), "" if encoding == codec else "read as UTF-8"
        except (UnicodeError, ValueError):
            continue
    text = data.decode(codec, "replace") if codec else ""
    wrong = text.count("\ufffd")
    beside = sum(c > "\x7f" for c in text) - wrong  # what shows that it is UTF-8 after all
    if text and (wrong <= beside if codec == "utf-8" else wrong <= DAMAGED * len(text)):
        return text, f"what is no character of it is replaced ({wrong} times)"
    return data.decode("cp1252", "replace"), "read as Windows-1252"


def decoded(header: str) -> str:
    """A header's encoded words as text; what cannot be decoded stays as it stands.

    >>> decoded("=?utf-8?B?U2XDsW9y?= =?iso-8859-1?q?=E1?= x")
    'Señorá x'
    """
    if "=?" not in header:
        return re.sub(r"\r?\n[ \t]*", " ", header)

    def word(match: re.Match[str]) -> str:
        charset, kind, body = match[1].split("*")[0], match[2].lower(), match[3]
        try:
            data = base64.b64decode(body + "===") if kind == "b" else binascii.a2b_qp(body.replace("_", " ").encode("utf-8", "replace"), header=False)
        except (binascii.Error, ValueError):
            return match[0]
        return charset_text(data, charset)[0]

    return re.sub(r"\r?\n[ \t]*", " ", _WORD.sub(word, _BETWEEN.sub(r"\1\2", header)))


def unescaped(value: str, charset: str | None = None) -> str:
    """A text whose 8-bit bytes the standard library has hidden: UTF-8, or in the charset of its mail.

    >>> unescaped("f\\udcfcnf"), unescaped("f\\udcc3\\udcbcnf")
    ('fünf', 'fünf')
    """
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return charset_text(data, charset)[0]
