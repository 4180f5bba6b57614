"""Who had to ask again, who had to say it again, and after what. Rules alone find it, so that words decide."""

import pytest

import textmetrics as tm
from textmetrics.testing import transcript

ASK, FIX = "09:00 customer: There is no sound on my box.", "09:05 agent: Please restart the box and check the cable."
HUH, WHICH, OFFER = "09:06 customer: What do you mean?", "09:06 customer: Which button?", "09:06 customer: Do you mean the black cable?"
AGAIN = "09:20 customer: As I said, there is no sound on my box."


def seen(lines, names, **more):
    found = tm.observe(transcript(*lines, settings={"rules_only": True}, **more), names)
    return {name: ["open" if o.censored else o.value for o in observed] for name, observed in found.items()}


FORMS = ["asked_to_rephrase", "asked_what_it_means", "asked_which_one", "asked_to_confirm", "asked_to_simplify"]
ASKED = {
    "nothing": ([ASK, FIX, "09:06 customer: ok, will do"], [0, 0, 0, 0, 0]),
    "what do you mean": ([ASK, FIX, HUH], [1, 1, 0, 0, 0]),
    "which one": ([ASK, FIX, WHICH], [1, 0, 1, 0, 0]),
    "two forms, one conversation": ([ASK, FIX, WHICH, "09:07 agent: The black one.", "09:08 customer: What do you mean?"], [1, 1, 1, 0, 0]),
    "making sure": ([ASK, FIX, OFFER], [1, 0, 0, 1, 0]),
    "nobody answered": ([ASK], None),
}


@pytest.mark.parametrize("case", ASKED)
def test_asked_to_rephrase(case):
    lines, expected = ASKED[case]
    assert seen(lines, FORMS) == {name: [] if expected is None else [float(expected[n])] for n, name in enumerate(FORMS)}


UNREPAIRED = {
    "explained": ([ASK, FIX, WHICH, "09:07 agent: The black cable on the back of the box."], [0.0]),
    "by a bot": ([ASK, FIX, WHICH, "09:07 bot: The black cable on the back of the box."], [0.0]),
    "left there": ([ASK, FIX, WHICH], [1.0]),
    "one moment explains nothing": ([ASK, FIX, WHICH, "09:07 agent: One moment please."], [1.0]),
    "the second one only": ([ASK, FIX, WHICH, "09:07 agent: The black cable on the back.", "09:08 customer: What do you mean?"], [0.0, 1.0]),
    "as early, and explained": (["2024-01-19 23:58 agent: Please check the cable.", "2024-01-19 23:58 customer: Which one?", "2024-01-19 23:59 agent: The black cable on the back."], ["open"]),
    "too early": (["2024-01-19 23:50 customer: No sound", "2024-01-19 23:58 agent: Please check the cable.", "2024-01-19 23:59 customer: Which button?"], ["open"]),
}


@pytest.mark.parametrize("case", UNREPAIRED)
def test_unrepaired(case):
    lines, expected = UNREPAIRED[case]
    assert seen(lines, ["unrepaired"])["unrepaired"] == expected


SPLIT = ["repeated", "repeated_after_bot", "repeated_after_transfer", "repeated_after_agent"]
BOT, TOM, ANA = "09:01 bot: Please choose a topic.", "09:10 Tom (agent): Which box is it?", "09:15 Ana (agent): I am Ana, how is your box?"
REPEATED = {
    "after an agent": ([ASK, TOM, AGAIN], "yes - - yes"),
    "after a bot": ([ASK, BOT, AGAIN], "yes yes - -"),
    "from bot to person": ([ASK, BOT, TOM, AGAIN], "yes - yes -"),
    "from person to person": ([ASK, TOM, "09:11 customer: The small one.", ANA, AGAIN], "yes - yes no"),
    "only the first turn after it": ([ASK, TOM, "09:11 customer: The small one.", ANA, "09:16 customer: It is silent.", "09:17 Ana (agent): Silent?", AGAIN], "yes - no yes"),
    "an automatic reply takes nothing over": ([ASK, "09:01 Desk (agent): This is an automatic reply: we have received your request.", TOM, AGAIN], "yes - - yes"),
    "in public anybody may answer": ([ASK, TOM, "09:11 customer: The small one.", ANA, AGAIN], "yes - . yes"),
    "never": ([ASK, TOM, "09:11 customer: The small one."], "no - - no"),
    "one turn": ([ASK, TOM], "- - - -"),
    "not answered yet": ([ASK, "09:01 note: a customer", AGAIN], "- - - -"),
}


@pytest.mark.parametrize("case", REPEATED)
def test_repeated(case):
    lines, expected = REPEATED[case]
    found = seen(lines, SPLIT, channel="community" if "public" in case else "chat")
    written = {"yes": [1.0], "no": [0.0], "-": []}
    assert found == {name: written[w] for name, w in zip(SPLIT, expected.split(), strict=True) if w != "."}


def test_clarifications_count_by_the_customers_turns():
    lines = [ASK, "09:01 agent: I am not sure I understand. Could you clarify?", "09:02 customer: The box.", "09:02 customer: It is silent.", "09:03 agent: Restart it please."]
    (one,) = tm.observe(transcript(*lines, settings={"rules_only": True}), ["clarifications_per_turn"])["clarifications_per_turn"]
    assert (one.value, one.exposure, one.message) == (1, 2, 1), "two messages in a row are one turn"
