"""The stages of a run: who is charged for what."""

from textmetrics import profile
from textmetrics.profile import profiling, stage


def test_an_inner_stage_is_charged_and_the_outer_one_is_not(monkeypatch):
    ticks = iter([0.0, 1.0, 3.0, 7.0, 8.0, 10.0])
    monkeypatch.setattr(profile.time, "process_time", lambda: next(ticks))
    with profiling() as spent, stage("read"), stage("decode"):
        pass
    assert spent.seconds == {"other": 1.0 + 2.0, "read": 2.0 + 1.0, "decode": 4.0}
    assert [(r.stage, r.seconds, r.each) for r in spent.rows(2)] == [("decode", 4.0, 2e6), ("other", 3.0, 1.5e6), ("read", 3.0, 1.5e6)]
    assert spent.table(2).splitlines()[-1].split() == ["all", "10.00", "100.0%", "5000000.0"]


def test_a_stage_that_fails_is_closed():
    with profiling() as spent:
        try:
            with stage("read"):
                raise OSError
        except OSError:
            pass
        with stage("write"):
            pass
    assert set(spent.seconds) == {"other", "read", "write"}
    assert stage("read") is stage("write"), "nobody is profiling: a stage is nothing"
