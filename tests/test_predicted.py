"""Satisfaction of those who did not answer: what is made up comes back, what cannot be told is refused."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import textmetrics as tm
from textmetrics.predicted import corrected, cross_fitted, discrimination, fit, predicted

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def talk(n, content, rating):
    """A conversation that went well or badly, rated or not."""
    end = "That fixed it, it works now, thank you so much!" if content else "That didn't work, it is still broken. This is awful!"
    said = [("customer", 0, "My router does not connect, what can I do?"), ("agent", 5 if content else 90, "Please restart the router, then enter the code again."), ("customer", 120, end)]
    told = {"conversation_id": f"c{n}", "channel": "chat", "language": "en", "customer_id": f"p{n}", **({"rating": rating} if rating is not None else {})}
    return [{**told, "role": r, "author": r, "sent_at": (BEGIN + timedelta(hours=n, minutes=m)).isoformat(), "text": t} for r, m, t in said]


def report(*talks):
    return tm.analyze([m for t in talks for m in t], as_of=BEGIN + timedelta(days=90))


def figure(section, name):
    return next(f for f in section.figures if f.name.startswith(name))


def test_where_the_contented_answered_more_the_prediction_is_lower_and_near_the_truth():
    """Of 100 good and 100 bad conversations, 60 and 20 were rated (one in ten against how it went): the raters say 70 %, all would say 50 %."""
    good = [talk(n, True, (1 if n % 10 == 0 else 5) if n < 60 else None) for n in range(100)]
    bad = [talk(n, False, (5 if n % 10 == 0 else 1) if n < 120 else None) for n in range(100, 200)]
    section = predicted(report(*good, *bad))
    crude, all_ = figure(section, "content, of those who answered").estimate, figure(section, "content, had all answered").estimate
    assert crude.value == pytest.approx((54 + 2) / 80)
    assert all_.value == pytest.approx(0.5, abs=0.06) and all_.low < 0.5 < all_.high and all_.n == 200
    assert figure(section, "area").estimate.value > 0.7


def test_too_few_or_ratings_that_conversations_do_not_tell_are_refused():
    few = predicted(report(*(talk(n, n % 2 == 0, 5 if n % 2 else 1) for n in range(20))))
    assert len(few.figures) == 1 and "that needs 60" in few.notes[0]
    rng = np.random.default_rng(3)
    noise = predicted(report(*(talk(n, n % 2 == 0, int(rng.choice([1, 5]))) for n in range(80))))
    assert "Not predicted" in noise.notes[0] and not [f for f in noise.figures if "had all" in f.name]
    assert predicted(report(talk(0, True, None))).figures == ()


def test_the_regression_is_that_of_the_textbook():
    """A single two-valued feature: the fitted log odds are those of the counts, but for the ridge, which weighs little among thousands."""
    rows = np.repeat([[0.0], [1.0]], 5000, axis=0)
    truth = np.concatenate([np.arange(5000) < 1000, np.arange(5000) < 4000]).astype(float)
    weights = fit(rows, truth)
    assert weights[0] == pytest.approx(np.log(0.25), abs=0.01) and weights[1] == pytest.approx(np.log(16), abs=0.01)


def test_nobody_is_predicted_from_their_own_answers():
    rows, truth = np.array([[float(n % 2)] for n in range(60)]), np.array([float(n % 3 == 0) for n in range(60)])
    people = [f"p{n // 2}" for n in range(60)]
    chances = cross_fitted(rows, truth, np.ones(60, bool), people)
    mine = [n for n in range(60) if people[n] == "p7"]
    flipped = truth.copy()
    flipped[mine] = 1 - flipped[mine]
    assert cross_fitted(rows, flipped, np.ones(60, bool), people)[mine] == pytest.approx(chances[mine])


def test_the_interval_holds_the_truth_where_who_answers_depends_on_how_it_went():
    rng, held, off, crude = np.random.default_rng(0), 0, [], []
    for _ in range(25):
        rows = rng.normal(size=(600, 4))
        truth = (rng.random(600) < 1 / (1 + np.exp(-0.6 - 1.2 * rows[:, 0] + 0.8 * rows[:, 1]))).astype(float)
        known, people = rng.random(600) < 1 / (1 + np.exp(1.5 - rows[:, 0])), [f"p{n}" for n in range(600)]
        e = corrected(rows, cross_fitted(rows, truth, known, people), truth, known, people)
        held += e.low <= truth.mean() <= e.high
        off.append(e.value - truth.mean())
        crude.append(truth[known].mean() - truth.mean())
    assert held >= 22 and abs(np.mean(off)) < 0.03 < 0.1 < np.mean(crude)


def test_a_prediction_that_says_nothing_is_no_better_than_chance():
    assert discrimination(np.full(4, 0.5), np.array([1.0, 0, 1, 0])) == 0.5
