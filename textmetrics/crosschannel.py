"""Channels side by side, by one definition everywhere: volume, speed, abandonment, revenue, request types, peaks; and the eight headline questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import erfc, sqrt
from typing import Any

import numpy as np

from . import confusion
from .asked import kpis
from .contacts import Contact, contacts
from .estimates import FEWEST, RESAMPLES, SEED, Array, Estimate, quantile
from .figures import Figure, Section, estimate_of, lasting, share, some, tails
from .holdout import holdout
from .matching import matched_revenue
from .money import per_customer
from .observed import Seen, seen
from .report import Report

WINDOW = timedelta(days=31)  # after a contact in which an order counts as its revenue
EXPECTED = 5.0  # conversations in a cell below which its residual says nothing
STRIKING = 2.0  # standardised residuals beyond which a request type is told
FEWEST_PEAK_DAYS = 4
PEAK_METRICS = ("handle_time", "first_response_wait", "mood_at_end", "resolution")


def channels(report: Report, *, peaks: Sequence[date] = (), zone: str = "UTC", mistaken: Mapping[str, Counter[tuple[str, str]]] | None = None) -> list[Section]:
    """All channels side by side; with ``peaks`` (local dates of ``zone``), peak days against the others too; with ``mistaken``, request types corrected by it."""
    found = contacts(report)
    made = [volume(found), speed(found), abandonment(report), request_types(report)]
    if mistaken is not None:
        made.append(confusion.request_types(report, mistaken))
    made += [revenue(report, found), matched_revenue(report, found, WINDOW), holdout(report, WINDOW), headlines(report)]
    if peaks:
        made.append(peak(report, peaks, zone))
    return [s for s in made if s.figures]


def volume(found: Sequence[Contact]) -> Section:
    """Each channel's share of what was offered and of what was handled, of cases and of customers; one of several channels counts in part."""
    figures = []
    handled = [c for c in found if c.handled]
    cases: dict[str, set[str]] = defaultdict(set)
    people: dict[str, set[str]] = defaultdict(set)
    for c in handled:
        people[c.person].add(c.channel)
        if c.case_id is not None:
            cases[c.case_id].add(c.channel)
    for channel in sorted({c.channel for c in found}):
        figures.append(share(channel, "of handled conversations", sum(c.channel == channel for c in handled), len(handled)))
        figures.append(share(channel, "of offered conversations", sum(c.channel == channel for c in found), len(found)))
        if cases:
            figures.append(share(channel, "cases that touched it", sum(channel in s for s in cases.values()), len(cases)))
        figures.append(share(channel, "customers that used it", sum(channel in s for s in people.values()), len(people)))
    return Section("Volume", tuple(figures), "Handled: a person or a bot gave an answer. Cases and customers may touch several channels: these shares add up to more than all.")


def speed(found: Sequence[Contact]) -> Section:
    """The first answer of a person, from the customer's first message: the only form in which channels compare."""
    figures = []
    for channel in sorted({c.channel for c in found}):
        mine = [c for c in found if c.channel == channel]
        times = [((c.answered or c.as_of) - c.began).total_seconds() for c in mine]
        longest = [c.id for _, c in sorted(zip(times, mine, strict=True), key=lambda x: (-x[0], x[1].id))[:3]]
        still = [c.answered is None for c in mine]
        figures += [lasting(channel, "first substantive answer, median", times, still, longest), *tails(channel, times, still, longest)]
        answered = [t for t, c in zip(times, mine, strict=True) if c.answered is not None]
        if len(answered) >= FEWEST:
            given = np.asarray(answered)
            figures.append(Figure(channel, "of the answered: nine of ten within", quantile(given, np.ones(len(given)), np.zeros(len(given), bool), 0.9), "s"))
    return Section("Speed", tuple(figures), "Calendar time, greetings and automatic replies do not stop it, open waits last at least until the end of the data.")


def abandonment(report: Report) -> Section:
    """Conversations that nobody answered, and chats whose customer was silent after the first answer without having got a solution."""
    figures = []
    for name, told in (("abandonment", "nobody answered"), ("silent_abandonment", "gone silently")):
        s = seen(report, [name]).get(name)
        if s is None:
            continue
        for channel in sorted(set(s.group("channel"))):
            mine = s.where("channel", channel)
            settled = ~mine.censored
            yes = settled & (mine.value > 0)
            figures.append(share(channel, told, int(yes.sum()), int(settled.sum()), mine.conversation[yes], "", int(mine.censored.sum())))
    return Section("Abandonment", tuple(sorted(figures, key=lambda f: f.group)), "Of those offered. Silent abandonment is found by rule, not from events: read some.")


def association(table: Array) -> tuple[float, float]:
    """Cramer's V, less what chance alone makes of it (Bergsma 2013), and the p-value of the chi-square.

    >>> round(association(np.array([[10, 10], [10, 10]]))[0], 2), round(association(np.array([[50, 0], [0, 50]]))[0], 2)
    (0.0, 1.0)
    """
    n = table.sum()
    expected = np.outer(table.sum(1), table.sum(0)) / n
    chi2 = float(((table - expected) ** 2 / expected).sum())
    r, c = table.shape
    phi = max(0.0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    df = (r - 1) * (c - 1)
    v = min(1.0, sqrt(phi / min(rows - 1, columns - 1))) if min(rows, columns) > 1 else 0.0
    if df == 1:
        return v, erfc(sqrt(chi2 / 2))
    wilson_hilferty = ((chi2 / df) ** (1 / 3) - (1 - 2 / (9 * df))) / sqrt(2 / (9 * df))
    return v, erfc(wilson_hilferty / sqrt(2)) / 2


def residuals(table: Array) -> Array:
    """Adjusted standardised residuals: beyond 2 or so, a cell holds more or less than rows and columns explain."""
    n, rows, columns = table.sum(), table.sum(1, keepdims=True), table.sum(0, keepdims=True)
    expected = rows @ columns / n
    return (table - expected) / np.sqrt(expected * (1 - rows / n) * (1 - columns / n))


def request_types(report: Report) -> Section:
    """What arrives where: request types by channel, where there is more or less of them than volumes explain."""
    rows = [(r["request_type"], r["channel"], r["conversation_id"]) for r in report.rows("conversations") if r["request_type"]]
    kinds, places = sorted({k for k, _, _ in rows}), sorted({p for _, p, _ in rows})
    if len(kinds) < 2 or len(places) < 2:
        return Section("Request types by channel", ())
    counts = Counter((k, p) for k, p, _ in rows)
    table = np.array([[counts[k, p] for p in places] for k in kinds], float)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    z = residuals(table)
    v, p = association(table)
    draws = []
    rng = np.random.default_rng(SEED)
    for _ in range(RESAMPLES // 2):
        drawn = rng.multinomial(int(table.sum()), (table / table.sum()).ravel()).reshape(table.shape).astype(float)
        drawn = drawn[drawn.sum(1) > 0][:, drawn.sum(0) > 0]
        if min(drawn.shape) > 1:
            draws.append(association(drawn)[0])
    low, high = np.quantile(draws, [0.025, 0.975])
    figures = [Figure("all", "association (Cramer's V)", Estimate(len(rows), v, min(v, float(low)), max(v, float(high))), "V", f"p = {p:.2g}")]
    for a, kind in enumerate(kinds):
        for b, place in enumerate(places):
            if expected[a, b] >= EXPECTED and abs(z[a, b]) >= STRIKING:
                note = f"{'more' if z[a, b] > 0 else 'fewer'} than expected ({expected[a, b]:.0f}), residual {z[a, b]:+.1f}; {100 * table[a, b] / table[:, b].sum():.0f} % of what arrives by {place}"
                figures.append(share(kind, f"come by {place}", int(table[a, b]), int(table[a].sum()), (i for k, q, i in rows if (k, q) == (kind, place)), note))
    notes = ("Request types are found, with errors that differ by channel: calibrate before acting on small differences.",)
    return Section("Request types by channel", tuple(figures), "Only cells with at least five expected and a residual beyond 2.", notes)


def revenue(report: Report, found: Sequence[Contact]) -> Section:
    """Orders within 31 days of a customer's first contact, by its channel; customers without an order count as nothing, those too recent not at all."""
    orders: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for r in report.rows("orders"):
        if r["customer_id"] is not None and r["ordered_at"] is not None:
            orders[r["customer_id"]].append(r)
    if not orders:
        return Section("Revenue", ())
    customer = {r["conversation_id"]: r["customer_id"] for r in report.rows("conversations")}
    first: dict[str, Contact] = {}
    for c in found:
        if (who := customer[c.id]) is not None:
            first.setdefault(who, c)
    figures = []
    for currency in sorted({r["currency"] or "no currency" for rs in orders.values() for r in rs}):
        for channel in sorted({c.channel for c in first.values()}):
            ripe = {who: c for who, c in first.items() if c.channel == channel and c.as_of - c.began >= WINDOW}
            spent = {
                who: sum(r["amount"] for r in orders.get(who, ()) if (r["currency"] or "no currency") == currency and timedelta(0) <= r["ordered_at"] - c.began <= WINDOW)
                for who, c in ripe.items()
            }
            if not spent:
                continue
            values = np.array(list(spent.values()))
            buyers = [ripe[who].id for who, amount in spent.items() if amount > 0]
            figures.append(Figure(channel, f"{currency} per customer", per_customer(values), currency, f"median {np.median(values):,.0f}", some(buyers)))
            figures.append(share(channel, f"bought ({currency})", len(buyers), len(values), buyers))
    notes = ("Who buys asks more: no channel sells because its customers buy. Customers of several channels count with their first.",)
    return Section("Revenue within 31 days", tuple(figures), "Per customer who is known, buyers or not.", notes)


def headlines(report: Report) -> Section:
    """The eight questions of a service, each with the figures that answer it, channel by channel."""
    rows, names = report.estimate_rows()
    told = [dict(zip(names, r, strict=True)) for r in rows]
    worst = _worst(report)
    figures = []
    for question, metrics in kpis():
        for m in metrics:
            for r in told:
                if r["metric"] == m and all(r.get(c) is None for c in names[2 : names.index("n")]):
                    figures.append(Figure(question, f"{m.replace('_', ' ')}, {r['channel']}", estimate_of(r), r["unit"], "", worst.get((m, r["channel"]), ())))
    return Section("The eight questions", tuple(figures), "Speed, availability, effectiveness, cordiality; productivity, engagement, participation, prevention.")


def _worst(report: Report) -> dict[tuple[str, str], tuple[str, ...]]:
    """Conversations to open for each metric and channel: those on its bad side."""
    from .metrics import METRICS

    found = {}
    for name, s in seen(report, [m for _, metrics in kpis() for m in metrics]).items():
        for channel in set(s.group("channel")):
            mine = s.where("channel", channel)
            order = np.argsort(mine.value, kind="stable")
            found[name, channel] = some(mine.conversation[order[:3] if METRICS[name].better == "higher" else order[::-1][:3]])
    return found


def peak(report: Report, peaks: Sequence[date], zone: str = "UTC") -> Section:
    """Peak days against all others: at the same hours of the same weekdays where both have some, split into what came in and how it was handled."""
    from .times import zone as zone_of

    told = {r["conversation_id"]: r for r in report.rows("conversations") if r["opened_at"] is not None}
    local = {i: r["opened_at"].astimezone(zone_of(zone)) for i, r in told.items()}
    chosen = set(peaks)
    found: list[Figure] = []
    ratings = _ratings(report)
    served = seen(report, PEAK_METRICS)
    for name, s in [*served.items(), *([("satisfaction", ratings)] if ratings is not None else [])]:
        days = [local[i].date() if i in local else None for i in s.conversation]
        at_peak = np.array([d in chosen for d in days], bool)
        known = np.array([d is not None for d in days], bool)
        n_days = len({d for d in days if d in chosen})
        a, b = known & ~at_peak, known & at_peak
        if a.sum() < FEWEST or b.sum() < FEWEST:
            continue
        strata = np.array([f"{local[i]:%a %H}" if i in local else "" for i in s.conversation], object)
        found += _peak_figures(name, s, a, b, strata, np.array([str(d) for d in days]), n_days)
    notes = (f"Intervals are a bootstrap over days; with fewer than {FEWEST_PEAK_DAYS} peak days there are none. Waits are those of the answered.",)
    return Section("Peak days against the others", tuple(found), f"{len(chosen)} days, {zone}.", notes)


def _peak_figures(name: str, s: Seen, a: Array, b: Array, strata: Array, days: Array, n_days: int) -> list[Figure]:
    unit = {"handle_time": "s", "first_response_wait": "s", "mood_at_end": "mood", "resolution": "difference of shares", "satisfaction": "difference of shares"}[name]
    settled = ~s.censored if name == "first_response_wait" else np.ones(len(s.value), bool)
    value = np.where(s.censored, 0.0, s.value)
    a, b = a & settled, b & settled

    def differences(weight: Array) -> tuple[float, float | None]:
        wa, wb = weight * a, weight * b
        if not wa.sum() or not wb.sum():
            return float("nan"), None
        crude = float((wb @ value) / wb.sum() - (wa @ value) / wa.sum())
        codes = np.unique(strata, return_inverse=True)[1]
        na, nb = np.bincount(codes, wa), np.bincount(codes, wb)
        both = (na > 0) & (nb > 0)
        if not both.any():
            return crude, None
        ra, rb = (np.bincount(codes, w * value)[both] / n[both] for w, n in ((wa, na), (wb, nb)))
        w = (na + nb)[both] / (na + nb)[both].sum()
        return crude, float(w @ (rb - ra))

    crude, standardised = differences(np.ones(len(value)))
    ends: list[tuple[float | None, float | None]] = [(None, None), (None, None)]
    note = "" if n_days >= FEWEST_PEAK_DAYS else f"{n_days} peak days: descriptive only"
    if n_days >= FEWEST_PEAK_DAYS:
        names, of = np.unique(days, return_inverse=True)
        is_peak = np.bincount(of, b) > 0
        rng = np.random.default_rng(SEED)
        draws = []
        for _ in range(RESAMPLES // 4):
            weight = np.zeros(len(names))
            for group in (np.nonzero(is_peak)[0], np.nonzero(~is_peak)[0]):
                weight[group] = rng.multinomial(len(group), np.full(len(group), 1 / len(group)))
            draws.append(differences(weight[of]))
        for k in (0, 1):
            drawn = [float(d[k]) for d in draws if d[k] is not None and d[k] == d[k]]  # type: ignore[arg-type]
            if drawn:
                low, high = np.quantile(drawn, [0.025, 0.975])
                ends[k] = (float(low), float(high))
    behind = s.conversation[b][np.argsort(value[b], kind="stable")[::-1][:3]]
    n = int(a.sum() + b.sum())
    label = name.replace("_", " ")
    made = [Figure(label, "peak minus regular", Estimate(n, crude, *ends[0]), unit, note, some(behind))]
    if standardised is not None:
        made.append(Figure(label, "at the same hours of the week", Estimate(n, standardised, *ends[1]), unit, "the sign turns" if crude * standardised < 0 else ""))
    return made


def _ratings(report: Report) -> Seen | None:
    """Satisfaction of rated conversations, 1 for good: of surveys beside the run."""
    from .surveys import good, latest

    rows = [(r["conversation_id"], good(r)) for r in latest(report.rows("surveys")) if r["instrument"] == "csat" and r["conversation_id"] and r["state"] == "answered"]
    known = [(i, g) for i, g in rows if g is not None]
    if not known:
        return None
    ids = np.array([i for i, _ in known], object)
    n = len(known)
    return Seen(np.array([float(g) for _, g in known]), np.ones(n), np.zeros(n, bool), ids, ids.astype(str), np.array([""] * n, object), {})


def peak_days(texts: Sequence[str]) -> list[date]:
    """Days as they are given: ``2026-11-27`` or ``2026-11-27..2026-11-30``.

    >>> [d.day for d in peak_days(["2026-11-27..2026-11-29", "2026-12-24"])]
    [27, 28, 29, 24]
    """
    from .errors import UsageError

    found = []
    for text in texts:
        first, _, last = text.partition("..")
        try:
            begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise UsageError(f"--peak {text!r}: give a day or two, such as 2026-11-27 or 2026-11-27..2026-11-30") from None
        found += [begin + timedelta(days=k) for k in range((end - begin).days + 1)]
    return found
