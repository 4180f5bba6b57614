"""Which of our channels a platform means by its own name for one: ``native_messaging``, ``phone_call_inbound``."""

from __future__ import annotations

import re
from typing import Any

_WORD = re.compile(r"[a-z]+")
# a channel by the words in the platform's name for it, the first that fits; "web" and "api" make tickets, which are answered by letter
CHANNELS = (
    ("voice", "voice phone call calls talk telephone voicemail aircall"),
    ("social", "twitter tweet facebook instagram social tiktok linkedin youtube googleplay messenger x"),
    ("community", "forum community topic"),
    ("chat", "chat messaging message webchat webmessaging sms mms whatsapp telegram line viber wechat widget inapp push conversation smooch rcs beacon mobihelp im"),
    ("email", "email mail web portal form api ticket center contact outbound letter"),
)


def channel(name: Any, otherwise: str) -> str:
    """One of our channels by a platform's name for one of its own.

    >>> channel("native_messaging", "email"), channel("phone_call_inbound", "email"), channel("carrier pigeon", "email")
    ('chat', 'voice', 'email')
    """
    said = set(_WORD.findall(str(name or "").lower()))
    return next((ours for ours, theirs in CHANNELS if said & set(theirs.split())), otherwise)
