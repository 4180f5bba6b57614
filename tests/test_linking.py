"""What a finding is about: the solution an acknowledgement answers, the channel named, the moment meant."""

import pytest

import textmetrics as tm

STEPS = [
    {"message_id": "q", "author": "ana", "role": "customer", "text": "My printer prints nothing at all."},
    {"message_id": "s1", "author": "bo", "role": "agent", "text": "Please restart the printer and try again."},
    {"message_id": "s2", "author": "cy", "role": "agent", "text": "Open the settings and choose the other driver."},
]
ABOUT = {
    "the last one that stands": ({"text": "That worked, thank you!"}, 2),
    "the one it replies to": ({"text": "That worked, thank you!", "reply_to": "s1"}, 1),
    "the one it quotes": ({"text": "> Please restart the printer and try again.\nThat worked, thank you!"}, 1),
    "the one it quotes in a line": ({"text": "bo said > Please restart the printer\nThat worked, thank you!"}, 1),
    "a quote of the last one": ({"text": "> Open the settings and choose the other driver.\nThat worked, thank you!"}, 2),
}


@pytest.mark.parametrize(("said", "solution"), ABOUT.values(), ids=ABOUT)
def test_an_acknowledgement_names_the_solution_it_answers(said, solution):
    (t,) = tm.annotate([{"id": "c", "channel": "community", "messages": [*STEPS, {"message_id": "a", "author": "ana", "role": "customer", **said}]}])
    assert [f.attributes["answers"] for f in t.found("acknowledgement", "worked")] == [solution]


@pytest.mark.parametrize(
    ("text", "label", "channel"),
    [
        ("I called your support line twice about this already", "prior_contact", "phone"),
        ("I already sent you an email about this last week", "prior_contact", "email"),
        ("already DMed you yesterday, no answer", "prior_contact", "dm"),
    ],
)
def test_an_earlier_contact_names_its_channel(text, label, channel):
    (t,) = tm.annotate([{"id": "c", "channel": "social", "messages": [{"role": "customer", "text": text}]}])
    assert [f.attributes.get("channel") for f in t.found(label)] == [channel]


@pytest.mark.parametrize(
    ("text", "channel"),
    [("Please send us a DM with your booking number so we can help.", "dm"), ("Please call our reservations team on 0800 123 456.", "phone"), ("Could you email us at care@example.com with photos?", "email")],
)
def test_a_redirect_names_its_channel(text, channel):
    (t,) = tm.annotate([{"id": "c", "channel": "social", "messages": [{"role": "customer", "text": "My bag is lost"}, {"role": "agent", "text": text}]}])
    assert [f.attributes.get("channel") for f in t.found("redirect")] == [channel]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("I need this fixed by Friday noon please", "2026-03-06T12:00:00+00:00"),
        ("Please answer within 24 hours, it is urgent", "2026-03-05T09:00:00+00:00"),
        ("I need an answer by tomorrow", "2026-03-06T00:00:00+00:00"),
        ("I need help ASAP", None),
    ],
)
def test_a_deadline_carries_the_moment_meant_or_says_why_not(text, at):
    (t,) = tm.annotate([{"id": "c", "channel": "email", "messages": [{"role": "customer", "sent_at": "2026-03-04T09:00:00Z", "text": text}]}])
    (found,) = t.found("deadline")
    assert found.attributes.get("at") == at and ("unresolved" in found.attributes) == (at is None)


def test_a_confirmation_followed_by_a_failure_or_by_the_same_matter_is_revoked():
    say = lambda *texts: next(iter(tm.annotate([{"id": "c", "channel": "chat", "messages": [*STEPS, *({"author": "ana", "role": "customer", "text": x} for x in texts)]}])))  # noqa: E731
    assert say("That fixed it, thank you!").resolution == "confirmed"
    assert say("That fixed it, thank you!", "Oh no, it stopped again. Same problem, it does not work.").resolution == "rejected"
    assert say("That fixed it, thank you!", "My printer prints nothing at all again, please help.").resolution == "rejected"


def test_a_language_with_a_region_is_read_with_its_pack():
    """Forums state locales: even a message too short to tell its language is read."""
    say = [{"role": "customer", "text": "No sound"}, {"role": "agent", "text": "Restart it"}, {"role": "customer", "text": "Works now"}]
    (t,) = tm.annotate([{"id": "c", "channel": "community", "language": "en-US", "messages": say}])
    assert t.language == "en" and t.languages == ("en", "en", "en") and t.found("acknowledgement", "worked")
