"""Numbers as people read them: durations, shares, rates, moods, with their unit."""

from __future__ import annotations

STEPS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter.

    >>> [duration(s) for s in (0, 42, 90, 659, 3600, 100000, -7200, 12960000)]
    ['0 s', '42 s', '1 min 30 s', '11 min', '1 h', '1 d 4 h', '-2 h', '150 d']
    """
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    if left < 1:
        return "0 s"
    left = round(left)
    for k, (size, unit) in enumerate(STEPS):
        if left >= size:
            whole, rest = divmod(left, size)
            if k + 1 < len(STEPS) and whole < 10:
                smaller, name = STEPS[k + 1]
                part = round(rest / smaller)
                if part * smaller >= size:
                    whole, part = whole + 1, 0
                if part:
                    return f"{sign}{int(whole)} {unit} {int(part)} {name}"
            return f"{sign}{round(left / size) if whole >= 10 else int(whole)} {unit}"
    return "0 s"


def lacking(n: int, need: int) -> str:
    """Why there is no number: too few observations for one.

    >>> lacking(12, 29)
    '12 of 29 needed'
    """
    return f"{n:,} of {need} needed"


def shown(value: float | None, unit: str) -> str:
    """A value in its unit; unknown is said to be so.

    >>> shown(0.4236, "share"), shown(5400, "s"), shown(0.031, "per message"), shown(None, "s"), shown(0.2, "mood"), shown(-123.4, "index")
    ('42 %', '1 h 30 min', '0.031', 'not reached', '+0.20', '-123')
    """
    if value is None:
        return "not reached"
    if unit == "share":
        percent = value * 100
        return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"
    if unit == "s":
        return duration(value)
    if unit in ("mood", "SD"):
        return f"{value:+.2f}{' SD' if unit == 'SD' else ''}"
    size = abs(value)
    if size >= 100 or size == int(size):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"
