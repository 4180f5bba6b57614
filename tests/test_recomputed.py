"""Volume, waits, bounds and journeys once more, in plain SQL over the tables that a run writes: another way must come to the same numbers."""

from pathlib import Path

import duckdb
import pytest

import textmetrics as tm
from textmetrics.contacts import contacts, journeys
from textmetrics.journeys import repeats

CORPORA = Path(__file__).parent.parent / "corpora"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "out"
    report = tm.mine(CORPORA, out=folder, metrics=["handled", "first_response_wait", "resolution", "dropped", "wait_share", "unrepaired"])

    def sql(query):
        tables = {name: f"'{folder / name}.parquet'" for name in ("messages", "conversations", "findings", "observations")}
        return dict(duckdb.sql(query.format(**tables)).fetchall())

    return report, sql


def estimate(report, metric, column="value"):
    found = report.estimates().query(f"metric == '{metric}' and severity.isna()" if "severity" in report.estimates() else f"metric == '{metric}'")
    return dict(zip(found["channel"], found[column], strict=True))


def test_volume(run):
    report, sql = run
    shares = sql("""
        with h as (select channel from {conversations} where conversation_id in (select conversation_id from {messages} where reply in ('substantive', 'bot')))
        select channel, count(*) / (select count(*) from h) from h group by channel""")
    assert estimate(report, "handled") == pytest.approx(shares)


def test_first_response_wait(run):
    """Kaplan-Meier by hand: the first time at which half or fewer still wait."""
    report, sql = run
    medians = sql("""
        with asked as (select conversation_id, min(position) as p from {messages} where role = 'customer' and open group by 1),
        answered as (select m.conversation_id, min(m.position) as p from {messages} m join asked a using (conversation_id)
                     where m.position > a.p and m.reply = 'substantive' group by 1),
        waits as (select c.channel, answered.p is null as waiting, epoch(coalesce(r.sent_at, c.as_of)) - epoch(q.sent_at) as t
                  from asked join {conversations} c using (conversation_id) join {messages} q on q.conversation_id = asked.conversation_id and q.position = asked.p
                  left join answered on answered.conversation_id = asked.conversation_id
                  left join {messages} r on r.conversation_id = asked.conversation_id and r.position = answered.p where not c.clock_skewed),
        steps as (select a.channel, a.t, count(*) filter (not a.waiting) as d, (select count(*) from waits b where b.channel = a.channel and b.t >= a.t) as n from waits a group by a.channel, a.t),
        curve as (select channel, t, exp(sum(ln(greatest(1 - d / n, 1e-300))) over (partition by channel order by t)) as s from steps)
        select channel, min(t) from curve where s <= 0.5 + 1e-12 group by channel""")
    assert estimate(report, "first_response_wait") == pytest.approx(medians)


def test_dropped(run):
    report, sql = run
    shares = sql("""
        with last as (select conversation_id, max(position) filter (role = 'customer' and open) as p from {messages} group by 1 having bool_or(role = 'customer')),
        fate as (select c.channel, epoch(c.as_of) - epoch(q.sent_at) as age, last.p is not null and not exists
                 (select 1 from {messages} r where r.conversation_id = last.conversation_id and r.position > last.p and r.reply in ('substantive', 'bot')) as unanswered
                 from last join {conversations} c using (conversation_id) left join {messages} q on q.conversation_id = last.conversation_id and q.position = last.p)
        select channel, avg(unanswered::int) from fate
        where age is null or age >= case channel when 'chat' then 300 when 'social' then 259200 when 'email' then 604800 else 1209600 end group by 1""")
    assert estimate(report, "dropped") == pytest.approx(shares)


def test_wait_share(run):
    """The customer waits while an unanswered request stands; seconds of that between the first message and the last."""
    report, sql = run
    shares = sql("""
        with said as (select *, case when role = 'customer' and open then 1 when reply = 'substantive' then 0 end as asks from {messages} where turn is not null),
        state as (select *, last_value(asks ignore nulls) over (partition by conversation_id order by position rows unbounded preceding) as waiting,
                  epoch(lead(sent_at) over (partition by conversation_id order by position)) - epoch(sent_at) as step from said),
        each as (select conversation_id, sum(step) filter (waiting = 1) as waited, sum(step) as length from state group by 1)
        select channel, avg(coalesce(waited, 0) / length) from each join {conversations} c using (conversation_id)
        where length > 0 and not clock_skewed and channel = 'chat' and exists (select 1 from said s where s.conversation_id = c.conversation_id and asks = 1) group by 1""")
    assert estimate(report, "wait_share") == pytest.approx(shares)


def test_unrepaired(run):
    report, sql = run
    shares = sql("""
        with asked as (select distinct conversation_id, message_id from {findings} where label = 'rephrase_request'),
        fate as (select c.channel, epoch(c.as_of) - epoch(q.sent_at) as age, not exists
                 (select 1 from {messages} r where r.conversation_id = q.conversation_id and r.position > q.position and r.reply in ('substantive', 'bot')) as alone
                 from asked join {messages} q using (conversation_id, message_id) join {conversations} c using (conversation_id))
        select channel, avg(alone::int) from fate
        where age is null or age >= case channel when 'chat' then 300 when 'social' then 259200 when 'email' then 604800 else 1209600 end group by 1""")
    assert estimate(report, "unrepaired") == pytest.approx(shares)


def test_bounds_of_resolution(run):
    report, sql = run
    confirmed = sql("""
        select c.channel, avg((o.value = 1 and not o.censored)::int) from {observations} o join {conversations} c using (conversation_id) where o.metric = 'resolution' group by 1""")
    assert estimate(report, "resolution") == pytest.approx(confirmed)


def test_customers_who_came_again(run):
    report, sql = run
    again = sql("""
        with c as (select conversation_id, customer_id, as_of, closed_at,
                   (select min(sent_at) from {messages} m where m.conversation_id = c.conversation_id and m.role = 'customer') as began
                   from {conversations} c where customer_id is not null)
        select 'pairs', count(*) from (select *, lead(began) over (partition by customer_id order by began) as later from c) where later is not null and later - closed_at <= interval 7 day""")
    found = contacts(report)
    of = {c.person: c for c in found}
    made = journeys(found)
    linked = [(a, b) for j in made for a, b in zip(j.contacts, j.contacts[1:], strict=False) if (b.began - a.ended).total_seconds() <= 7 * 86400]
    assert of and 0 < len(linked) <= again["pairs"]  # journeys part matters that request types tell apart: never more than SQL sees
    assert next(f for f in repeats(found, found).figures if f.name == "came again within 7 d").estimate.n > 0
