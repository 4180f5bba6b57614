"""Where customers went to be heard: over channels, from the first contact to the one in which it was solved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .contacts import LIKELY, SURE, Contact, Journey, contacts, journeys, linkage
from .estimates import Estimate
from .figures import Figure, Section, incidence, lasting, middle, share, some, tails
from .report import Report

HOUR, DAY = 3600.0, 86400.0
AT = (24 * HOUR, 48 * HOUR)  # silences at which a change of the channel is counted
LANDMARK, HORIZON = 24 * HOUR, 48 * HOUR
AGAIN = (1, 7, 14, 30)  # days within which a further contact is a repeat; 7 is the headline
GROUPED = 10  # paths with fewer journeys are told together
CONTACTS = (1, 2, 3)


def customer_journeys(report: Report) -> list[Section]:
    """Everything about journeys: how far they are known, silence and change of channel, paths, contacts to resolution, repeats, reopens, time to resolution."""
    sure, likely = contacts(report, confidence=SURE), contacts(report, confidence=LIKELY)
    made = journeys(sure)
    return [
        coverage(sure, likely),
        switches(made, journeys(likely)),
        paths(made),
        contacts_to_resolution(made),
        repeats(sure, likely),
        reopens(sure),
        time_to_resolution(made),
    ]


def coverage(sure: Sequence[Contact], likely: Sequence[Contact]) -> Section:
    """How many conversations are known to be one customer's with another."""
    figures = []
    for name, found in ((f"linked at {SURE:g}", sure), (f"linked at {LIKELY:g}", likely)):
        together = {c.person for c in found}
        of = defaultdict(list)
        for c in found:
            of[c.person].append(c.id)
        figures.append(share("all", f"{name} (case, customer id, e-mail{', name' if name.endswith('0.7') else ''})", *linkage(found), note=f"{len(together):,} persons", behind=(i for ids in of.values() if len(ids) > 1 for i in ids)))
    return Section("Who is known again", tuple(figures), "Journeys can be seen only of those: everybody else looks like a customer who came once.")


def switches(made: Sequence[Journey], likely: Sequence[Journey]) -> Section:
    """Who wrote, got no answer, and then turned to another channel; answers compete, time runs to the end of the data."""
    figures: list[Figure] = []
    channels = {c.channel for j in [*made, *likely] for c in j.contacts}
    for channel in sorted({j.contacts[0].channel for j in made} if len(channels) > 1 else ()):
        mine = [j for j in made if j.contacts[0].channel == channel]
        times, kinds, people, moved = _races(mine)
        for at in AT:
            behind = [j.contacts[0].id for j, t, k in zip(mine, times, kinds, strict=True) if k == 2 and t <= at]
            figures.append(Figure(channel, f"no answer, other channel within {at / HOUR:.0f} h", incidence(times, kinds, 2, at, people), "share", "", some(behind)))
        for target in sorted(set(moved)) if len(set(moved)) > 1 else ():
            apart = [3 if k == 2 and _other(j) != target else k for j, k in zip(mine, kinds, strict=True)]  # another channel than this one competes, too
            for at in AT:
                behind = [j.contacts[0].id for j, t, k in zip(mine, times, apart, strict=True) if k == 2 and t <= at]
                figures.append(Figure(channel, f"no answer, {target} within {at / HOUR:.0f} h", incidence(times, apart, 2, at, people), "share", "", some(behind)))
        other = [j for j in likely if j.contacts[0].channel == channel]
        t, k, p, _ = _races(other)
        figures.append(Figure(channel, f"the same at linkage {LIKELY:g}, 48 h", incidence(t, k, 2, AT[-1], p), "share", "sensitivity"))
        figures += _landmark(channel, mine)
        targets = sorted(set(moved))
        if targets:
            figures.append(Figure(channel, "went to: " + ", ".join(f"{c} {moved.count(c)}" for c in targets), Estimate(len(moved), None), "", "counts"))
    notes = ("Deliberate use of two channels is no failure, and links err: read the conversations.", "Intervals: bootstrap over customers.")
    return Section("No answer, then another channel", tuple(figures), "Answered first is a competing event; who did neither by the end of the data is censored.", notes)


def _other(j: Journey) -> str | None:
    """The first channel of a journey that is not the one it began in."""
    return next((c.channel for c in j.contacts[1:] if c.channel != j.contacts[0].channel), None)


def _races(made: Sequence[Journey]) -> tuple[list[float], list[int], list[str], list[str]]:
    """What happened first after the first message of each journey: 1 an answer, 2 another channel, 0 neither yet."""
    times, kinds, people, moved = [], [], [], []
    for j in made:
        first = j.contacts[0]
        other = next((c for c in j.contacts[1:] if c.channel != first.channel), None)
        ends = [(first.as_of, 0)]
        if first.answered is not None:
            ends.append((first.answered, 1))
        if other is not None:
            ends.append((other.began, 2))
        at, kind = min(ends, key=lambda e: (e[0], -e[1]))
        if kind == 2 and other is not None:
            moved.append(other.channel)
        times.append(max(0.0, (at - first.began).total_seconds()))
        kinds.append(kind)
        people.append(j.person)
    return times, kinds, people, moved


def _landmark(channel: str, made: Sequence[Journey]) -> list[Figure]:
    """Of those who had an answer by 24 h and those who had none: who turned to another channel in the 48 h after. Only who was still there at 24 h is compared."""
    counted: dict[bool, list[tuple[bool, str]]] = {True: [], False: []}
    for j in made:
        first = j.contacts[0]
        other = next(((c.began - first.began).total_seconds() for c in j.contacts[1:] if c.channel != first.channel), None)
        if (first.as_of - first.began).total_seconds() < LANDMARK + HORIZON or (other is not None and other <= LANDMARK):
            continue
        answered = first.answered is not None and (first.answered - first.began).total_seconds() <= LANDMARK
        counted[answered].append((other is not None and other <= LANDMARK + HORIZON, first.id))
    told = {False: "unanswered at 24 h: other channel in the next 48 h", True: "answered by 24 h: other channel in the next 48 h"}
    return [share(channel, told[a], sum(m for m, _ in seen), len(seen), (i for m, i in seen if m), "landmark") for a, seen in sorted(counted.items()) if seen]


def paths(made: Sequence[Journey]) -> Section:
    """The ordered channels of journeys, how many ended in a confirmation, where, after how long and how many contacts; rare paths together."""
    by: dict[str, list[Journey]] = defaultdict(list)
    for j in made:
        by[" > ".join(j.path)].append(j)
    rare = [p for p, js in by.items() if len(js) < GROUPED]
    if len(rare) > 1:
        several = [j for p in rare for j in by.pop(p)]
        by[f"other paths ({len(rare)} of fewer than {GROUPED})"] = several
    figures = []
    for path, js in sorted(by.items(), key=lambda x: (-len(x[1]), x[0])):
        done = [j for j in js if j.resolved is not None]
        ids = [j.contacts[-1].id for j in js if len(j.contacts) > 1] or [j.contacts[0].id for j in js]
        where: dict[str, int] = defaultdict(int)
        for j in done:
            where[j.contacts[-1].channel] += 1
        solved = ", ".join(f"{c} {n}" for c, n in sorted(where.items(), key=lambda x: (-x[1], x[0])))
        figures.append(share(path, "share of journeys", len(js), len(made), ids))
        figures.append(share(path, "confirmed solved", len(done), len(js), (j.contacts[-1].id for j in done), f"solved in: {solved}" if solved else ""))
        figures.append(middle(path, "contacts", [len(j.contacts) for j in js], "contacts"))
        if done:
            figures.append(middle(path, "time, of the solved", [_lasted(j) for j in done], "s"))
    return Section("Paths", tuple(figures), "Each change of the channel once, from the first contact about a matter to the last.", ("Silent journeys are neither solved nor unsolved.",))


def _lasted(j: Journey) -> float:
    done = j.contacts[-1].confirmed or j.contacts[-1].ended
    return max(0.0, (done - j.contacts[0].began).total_seconds())


def contacts_to_resolution(made: Sequence[Journey]) -> Section:
    """Share of journeys solved by the first, second, third contact: discrete survival, those not solved yet censored at the contacts they have."""
    figures = []
    groups = {"all": list(made), **{c: [j for j in made if j.contacts[0].channel == c] for c in sorted({j.contacts[0].channel for j in made})}}
    for group, js in groups.items():
        times, kinds = [float(len(j.contacts)) for j in js], [int(j.resolved is not None) for j in js]
        for k in CONTACTS:
            behind = [j.contacts[-1].id for j in js if j.resolved is not None and len(j.contacts) == k]
            figures.append(Figure(group, f"solved by contact {k}", incidence(times, kinds, 1, float(k), [j.person for j in js]), "share", "", some(behind)))
    notes = ("Only what the customer confirmed counts as solved; journeys that ended in silence are censored, which takes them to be like the others.",)
    return Section("Contacts to resolution", tuple(figures), "By channel of the first contact.", notes)


def repeats(sure: Sequence[Contact], likely: Sequence[Contact]) -> Section:
    """Who came again about the same matter within days of the first contact's end, of first contacts old enough to tell; the rest is first-contact resolution."""
    figures = []
    for name, found in (("", sure), (f", linkage {LIKELY:g}", likely)):
        known = journeys(found)
        for days in AGAIN if not name else (7,):
            ripe = [j for j in known if (j.contacts[0].as_of - j.contacts[0].ended).total_seconds() >= days * DAY]
            again = [j for j in ripe if len(j.contacts) > 1 and (j.contacts[1].began - j.contacts[0].ended).total_seconds() <= days * DAY]
            young = len(known) - len(ripe)
            figures.append(share("all", f"came again within {days} d{name}", len(again), len(ripe), (j.contacts[1].id for j in again), f"{young:,} too young" if young else "", young))
    for channel in sorted({c.channel for c in sure}):
        ripe = [j for j in journeys(sure) if j.contacts[0].channel == channel and (j.contacts[0].as_of - j.contacts[0].ended).total_seconds() >= 7 * DAY]
        stayed = [j for j in ripe if len(j.contacts) == 1 or (j.contacts[1].began - j.contacts[0].ended).total_seconds() > 7 * DAY]
        figures.append(share(channel, "first contact was enough (7 d)", len(stayed), len(ripe), (j.contacts[0].id for j in ripe if j not in stayed)))
    notes = ("Who is not known again cannot be seen coming back: shares of first contacts that were enough are upper bounds. Never a goal for one person.",)
    return Section("Coming again", tuple(figures), "Same person, same matter, any channel.", notes)


def reopens(found: Sequence[Contact]) -> Section:
    """Of conversations that the customer confirmed: where they asked again afterwards; a thanks reopens nothing, though help desks count it."""
    figures = []
    for channel in sorted({c.channel for c in found}):
        done = [c for c in found if c.channel == channel and c.reopened is not None]
        figures.append(share(channel, "asked again after confirming", sum(bool(c.reopened) for c in done), len(done), (c.id for c in done if c.reopened)))
        figures.append(share(channel, "wrote anything after it", sum(c.wrote_on for c in done), len(done), (c.id for c in done if c.wrote_on and not c.reopened), "what a help desk may count"))
    return Section("Reopened", tuple(f for f in figures if f.estimate.n), "The gap between the two are reopens that are none.")


def time_to_resolution(made: Sequence[Journey]) -> Section:
    """From the first contact to the customer's confirmation, in whichever contact it came; journeys not confirmed yet last at least until the end of the data."""
    figures = []
    groups = {"all": list(made), **{c: [j for j in made if j.contacts[0].channel == c] for c in sorted({j.contacts[0].channel for j in made})}}
    for group, js in groups.items():
        times, censored = [], []
        for j in js:
            done = j.resolved is not None
            end = (j.contacts[-1].confirmed or j.contacts[-1].ended) if done else max(c.as_of for c in j.contacts)
            times.append(max(0.0, (end - j.contacts[0].began).total_seconds()))
            censored.append(not done)
        longest = [j.contacts[-1].id for j, _ in sorted(zip(js, times, strict=True), key=lambda x: (-x[1], x[0].contacts[-1].id))[:5]]
        figures += [lasting(group, "until confirmed, open ones included", times, censored, longest), *tails(group, times, censored, longest)]
        solved = [t for t, c in zip(times, censored, strict=True) if not c]
        if solved:
            figures.append(middle(group, "of the confirmed only", solved, "s", note="what most tools show"))
    return Section("Time to resolution", tuple(figures), "Half of all journeys took longer; where fewer than half are confirmed there is no such time.")
