"""Corrections for detector error: reference values of the metric catalogue, and intervals that cover in simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmetrics.agreement import agreement, cohen_kappa, krippendorff_alpha
from textmetrics.corrections import Read, from_precision, lang_reiczigel, sensitivity, share_of, specificity
from textmetrics.estimates import prediction_powered, rogan_gladen

ROUNDS = 300


def test_rogan_gladen_reference():
    found = rogan_gladen(0.30, 1000, 0.80, 50, 0.95, 150)
    assert found.value == pytest.approx(0.3333, abs=5e-5)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(0.0354, abs=5e-4)
    assert (found.low, found.high) == (pytest.approx(0.2639, abs=5e-4), pytest.approx(0.4028, abs=5e-4))
    assert from_precision(0.30, 0.8889, 0.80) == pytest.approx(0.3333, abs=5e-5)


@pytest.mark.parametrize("correct", [rogan_gladen, lang_reiczigel])
@pytest.mark.parametrize(("q", "se", "sp"), [(0.3, 0.6, 0.65), (0.02, 0.9, 0.95)], ids=["J below 0.3", "fewer than its false alarms"])
def test_refused(correct, q, se, sp):
    assert correct(q, 1000, se, 50, sp, 150) is None


def test_lang_reiczigel_is_rogan_gladen_with_many_items_and_holds_with_few():
    many = lang_reiczigel(0.3, 10**6, 0.8, 10**6, 0.95, 10**6)
    same = rogan_gladen(0.3, 10**6, 0.8, 10**6, 0.95, 10**6)
    assert (many.low, many.high) == (pytest.approx(same.low, abs=1e-5), pytest.approx(same.high, abs=1e-5))
    draws = np.random.default_rng(1)
    inside = 0
    for _ in range(1000):  # a rare event, thirty positives and thirty negatives looked at
        q = draws.binomial(300, 0.05 * 0.8 + 0.95 * 0.05) / 300
        found = lang_reiczigel(q, 300, draws.binomial(30, 0.8) / 30, 30, draws.binomial(30, 0.95) / 30, 30)
        inside += found is None or found.low <= 0.05 <= found.high
    assert inside / 1000 >= 0.94


def archive(draws, size=2000, true=0.2, se=0.75, sp=0.9):
    truth = draws.random(size) < true
    flags = np.where(truth, draws.random(size) < se, draws.random(size) > sp)
    return truth.astype(float), np.where(flags, "yes", "no")


def drawn(draws, flags, n):
    """As many of each flag, so with unequal probabilities: the flagged are far fewer."""
    at = np.concatenate([draws.choice(np.nonzero(flags == f)[0], min(n // 2, int((flags == f).sum())), replace=False) for f in ("yes", "no")])
    weight = np.array([(flags == flags[i]).sum() / min(n // 2, (flags == flags[i]).sum()) for i in at])
    return at, Read(flags[at], weight)


@pytest.mark.parametrize(("true", "se", "sp"), [(0.2, 0.75, 0.9), (0.02, 0.6, 0.99), (0.5, 0.55, 0.5), (0.1, 0.999, 0.999)], ids=["fair", "rare", "useless", "perfect"])
def test_prediction_powered_interval_covers(true, se, sp):
    draws = np.random.default_rng(7)
    inside, widths = 0, []
    for _ in range(ROUNDS):
        truth, flags = archive(draws, true=true, se=se, sp=sp)
        at, read = drawn(draws, flags, 160)
        sizes = {f: int((flags == f).sum()) for f in ("yes", "no")}
        found = share_of(sizes, read, truth[at], np.ones(len(at)))
        inside += found.low <= true <= found.high
        widths.append(found.high - found.low)
    assert inside / ROUNDS >= 0.92, inside / ROUNDS
    if (true, se) == (0.2, 0.75):
        people_alone = 2 * 1.96 * np.sqrt(true * (1 - true) / 160)
        assert np.mean(widths) < 0.95 * people_alone, "the detector must buy something"


def test_sensitivity_and_specificity_respect_the_weights_and_cover():
    draws = np.random.default_rng(3)
    hits = {"se": 0, "sp": 0}
    values = []
    for _ in range(ROUNDS):
        truth, flags = archive(draws)
        at, read = drawn(draws, flags, 160)
        sizes = {f: int((flags == f).sum()) for f in ("yes", "no")}
        se, sp = sensitivity(sizes, ["yes"], read, truth[at]), specificity(sizes, ["yes"], read, truth[at])
        hits["se"] += se.low <= 0.75 <= se.high
        hits["sp"] += sp.low <= 0.9 <= sp.high
        values.append((se.value, sp.value))
    assert np.mean(values, axis=0) == pytest.approx([0.75, 0.9], abs=0.02), "unweighted, sensitivity would be near 0.9"
    assert min(hits.values()) / ROUNDS >= 0.92, hits


def test_in_one_population_all_corrections_agree():
    draws = np.random.default_rng(5)
    truth, flags = archive(draws)
    at, read = drawn(draws, flags, 300)
    sizes = {f: int((flags == f).sum()) for f in ("yes", "no")}
    se, sp = (f(sizes, ["yes"], read, truth[at]).value for f in (sensitivity, specificity))
    corrected = share_of(sizes, read, truth[at], np.ones(len(at))).value
    assert rogan_gladen(sizes["yes"] / 2000, 2000, se, 50, sp, 50).value == pytest.approx(corrected)
    simple = draws.choice(2000, 300, replace=False)  # with equal probabilities it is the textbook's formula, up to the split of flags
    textbook = prediction_powered((flags == "yes").astype(float), (flags[simple] == "yes").astype(float), truth[simple])
    ours = share_of(sizes, Read(flags[simple], np.full(300, 20 / 3)), truth[simple], np.ones(300))
    assert ours.value == pytest.approx(textbook.value, abs=0.02)
    assert 0.7 < (ours.high - ours.low) / (textbook.high - textbook.low) < 1.02, "narrower, for the shares of the flags are known"


def test_what_more_reading_would_give():
    draws = np.random.default_rng(11)
    truth, flags = archive(draws)
    sizes = {f: int((flags == f).sum()) for f in ("yes", "no")}
    at, read = drawn(draws, flags, 100)
    more = share_of(sizes, read, truth[at], np.ones(len(at)), target=0.03).more
    assert more["no"] > more["yes"], "most is open where most conversations are"
    wanted = {f: more[f] + int((read.group == f).sum()) for f in sizes}
    at = np.concatenate([draws.choice(np.nonzero(flags == f)[0], n, replace=False) for f, n in wanted.items()])
    read = Read(flags[at], np.concatenate([np.full(n, sizes[f] / n) for f, n in wanted.items()]))
    found = share_of(sizes, read, truth[at], np.ones(len(at)))
    assert (found.high - found.low) / 2 == pytest.approx(0.03, abs=0.005)
    assert share_of(sizes, read, truth[at], np.ones(len(at)), target=0.001).more is None, "an archive of 2,000 cannot tell so finely"


def test_a_group_that_nobody_read_gives_no_figure():
    assert share_of({"yes": 5, "no": 5}, Read(np.array(["no"]), np.ones(1)), np.zeros(1), np.ones(1)) is None


def test_agreement_of_reviewers():
    first, second = list("0100000010"), list("1110010000")  # Krippendorff 2011
    assert agreement(krippendorff_alpha, first, second).value == pytest.approx(0.095, abs=5e-4)
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement(cohen_kappa, *zip(*pairs, strict=True))
    assert found.value == pytest.approx(0.4) and 0.1 < found.low < 0.4 < found.high < 0.7
    assert agreement(cohen_kappa, ["y"] * 5, ["y"] * 5).value is None, "all the same: nothing to agree beyond chance on"


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 1.0]), st.floats(1, 50)), min_size=1, max_size=25), st.integers(0, 40))
def test_whatever_was_read_the_interval_holds_its_value(items, more):
    read = Read(np.array([i[0] for i in items], object), np.array([i[3] for i in items]))
    base = np.array([i[2] for i in items])
    yes = np.array([i[1] for i in items]) * base
    sizes = {k: n + more for k in ("yes", "no") if (n := int((read.group == k).sum()))}
    for found in (share_of(sizes, read, yes, base), sensitivity(sizes, ["yes"], read, yes), specificity(sizes, ["yes"], read, yes)):
        if found is not None:
            assert 0 <= found.low <= found.value <= found.high <= 1
            assert found.more is None or all(0 <= n <= sizes[k] for k, n in found.more.items())
