"""The command line: the only place that prints or exits."""

from __future__ import annotations

import os
import select
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from .addresses import place
from .commands import Dates, Folder, Inputs, add_to, unheard
from .commands import console as _console
from .errors import FULL, TextmetricsError

STOPPED = 130  # what Typer makes of Ctrl-C

app = typer.Typer(
    name="textmetrics",
    help="Measure what customers lived through, in transcripts of chats, e-mails, social threads and forums.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from . import __version__

        print(f"textmetrics {__version__}")
        raise typer.Exit


@app.command()
def mine(
    inputs: Inputs,
    out: Annotated[str, typer.Option("--out", "-o", help="Folder for the tables, or an address (s3://...); replaced as a whole if it holds an earlier run.")],
    format: Annotated[str | None, typer.Option(help="The reader, where the file does not say (textmetrics list readers).")] = None,
    map: Annotated[Path | None, typer.Option(help="A map of columns (TOML); map.toml beside a file is found by itself.", parser=place, metavar="PATH")] = None,
    roles: Annotated[Path | None, typer.Option(help="Who is what: a TOML file with [roles] author = role.", parser=place, metavar="PATH")] = None,
    dates: Dates = None,
    by: Annotated[list[str] | None, typer.Option(help="Break estimates down by this column too; may be given again.")] = None,
    beside: Annotated[list[str] | None, typer.Option("--with", help="A side table to join: surveys, article views, orders, surveys of agents; may be given again.")] = None,
    as_of: Annotated[str | None, typer.Option(help="When the data were cut (ISO time); the last time in each export by default.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be given again.")] = None,
    threshold: Annotated[list[str] | None, typer.Option(help="LABEL=SCORE from which a finding counts; may be given again.")] = None,
    mood: Annotated[str | None, typer.Option(help="A scorer for all moods, such as vader.")] = None,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Use no trained model.")] = False,
    hours: Annotated[Path | None, typer.Option(help="Opening hours (TOML: zone, hours per weekday, holidays): waits are told in them too.", parser=place, metavar="PATH")] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the work; the same bytes come out.")] = 1,
    cluster: Annotated[str | None, typer.Option(help="A Dask cluster that does the work: local, or the address of its scheduler.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run that was stopped left off.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Folder in which what was read of each file stays: the next run with it reads only what is new or has changed.", parser=place, metavar="PATH")] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Say afterwards what each stage cost.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no closing line.")] = False,
) -> None:
    """Read transcripts, find, measure, and write the tables."""
    from . import pipeline
    from .bare_arrow import without_pandas
    from .errors import UsageError
    from .profile import profiling

    without_pandas()
    options: dict[str, Any] = {"metrics": metric, "mood": mood, "rules_only": rules_only, "hours": hours, "thresholds": dict(_pair(t) for t in threshold or ())}
    options |= {"dates": dates, "workers": workers, "cluster": cluster, "resume": resume, "keep": keep}
    if profile and (workers > 1 or cluster):
        raise UsageError("--profile looks at one process: leave out --workers and --cluster")
    with _progress(quiet) as progress, profiling() if profile else nullcontext() as spent:
        report = pipeline.mine(*inputs, out=out, format=format, map=map, roles=roles, by=tuple(by or ()), beside=beside or (), as_of=_moment(as_of), progress=progress, **options)
    problems = report.arrow("problems").num_rows
    if not quiet:
        counts = report.run["counts"]
        line = f"{counts['conversations']:,} conversations, {counts['messages']:,} messages, {problems:,} problem{'' if problems == 1 else 's'} -> {out}"
        _console(stderr=True).print(line, soft_wrap=True)
        if keep is not None:
            _console(stderr=True).print(f"  {report.run['known']:,} of {len(report.run['inputs']):,} files were known from an earlier run and not read again", soft_wrap=True)
        for b in report.run.get("beside", ()):
            how = ", ".join(f"{n:,} by {k}" if k != "nothing" else f"{n:,} not" for k, n in b["joined"].items())
            _console(stderr=True).print(f"  {b['name']}: {b['format']}, {b['rows']:,} rows -> {b['table']}{f' (joined: {how})' if how else ''}", soft_wrap=True)
        if problems:
            from .cleaning import printable

            first = report.arrow("problems").slice(0, 3).to_pylist()
            for p in first:
                place = "".join(f", {n} {p[n]}" for n in ("record", "line", "byte") if p[n] is not None)
                _console(stderr=True).print(printable(f"  {p['source']}{place}: {p['reason']}")[:300], soft_wrap=True)
    if spent is not None:
        _console(stderr=True).print(spent.table(report.run["counts"]["messages"]), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if problems else 0)


@app.command()
def summary(
    folder: Folder,
    by: Annotated[list[str] | None, typer.Option(help="Break estimates down by this column too; may be given again.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All metrics, not the headlines alone.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with the messages behind each number to this file instead.")] = None,
    vendor: Annotated[str | None, typer.Option("--as", help="As a vendor computes it, reconciled with ours: zendesk, aws, google, genesys or intercom.")] = None,
) -> None:
    """Show what a run found, channel by channel."""
    from .render.terminal import summary as render
    from .report import Report

    report = Report.load(folder)
    if vendor is not None:
        from .dialects import dialect, translate
        from .render.dialects import reconciliation

        _console().print(reconciliation(dialect(vendor), translate(report, vendor)))
    elif html is None:
        _console().print(render(report, every=every, by=by or ()))
    else:
        report.to_html(html)
        _console(stderr=True).print(f"wrote {html}", markup=False, soft_wrap=True)


@app.command()
def show(
    folder: Folder,
    conversation: Annotated[str, typer.Argument(help="The id of a conversation.")],
    why: Annotated[bool, typer.Option("--why", help="Say for each finding what spoke for it.")] = False,
) -> None:
    """Show one conversation with what was found in it and the waits between."""
    from .evidence import conversation_of, reasons_for
    from .render.transcript import show as render
    from .report import Report

    head, messages, findings, waits = conversation_of(Report.load(folder), conversation)
    reasons = reasons_for(head, messages, findings) if why else None
    _console().print(render(head, messages, findings, waits, reasons))


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A metric, finding, scorer, reader, channel, language or vendor.")],
    folder: Annotated[Path | None, typer.Option("--in", help="Of a metric: its value in this run, too, and the ten cases at its worse end.", parser=place, metavar="FOLDER")] = None,
) -> None:
    """Say what a metric or finding is, how to read it, and what to do about it."""
    from .library import explain as page

    _console().print(page(name))
    if folder is not None:
        from .evidence import in_run
        from .render.figures import sections
        from .report import Report

        _console().print()
        _console().print(sections(in_run(Report.load(folder), name)))


@app.command(name="list")
def list_(kind: Annotated[str | None, typer.Argument(help="questions, readers, findings, metrics, scorers, languages, channels or vendors; all without it.")] = None) -> None:
    """List what is installed."""
    from rich.table import Table
    from rich.text import Text

    from .errors import UnknownName
    from .library import catalogue

    known = catalogue()
    if kind is not None and kind not in known:
        raise UnknownName("kind", kind, known)
    for name, members in known.items():
        if kind in (None, name):
            table = Table(title=Text(name, "bold"), title_justify="left", box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
            table.add_column(no_wrap=name != "questions")
            table.add_column()
            for member, doc in members:
                table.add_row(Text(member), Text(doc, "dim"))
            _console().print(table)


@app.command()
def detect(
    text: Annotated[str, typer.Argument(help="A message.")],
    role: Annotated[str, typer.Option("--as", help="Who says it: customer or agent.")] = "customer",
    after: Annotated[list[str] | None, typer.Option(help="What the other side said before; may be given again.")] = None,
    language: Annotated[str | None, typer.Option(help="The language; recognised by default.")] = None,
    channel: Annotated[str, typer.Option(help="The channel.")] = "chat",
) -> None:
    """Show what is found in one text, and why."""
    from .evidence import judged_alone
    from .render.transcript import show as render

    head, messages, findings, reasons = judged_alone(text, role=role, after=after or (), language=language, channel=channel)
    _console().print(render(head, messages, findings, [], reasons))


def _pair(text: str) -> tuple[str, float]:
    from .errors import UsageError

    label, _, score = text.partition("=")
    try:
        return label, float(score)
    except ValueError:
        raise UsageError(f"--threshold {text!r}: give LABEL=SCORE, such as nudge=0.7") from None


def _moment(text: str | None) -> Any:
    from .errors import UsageError
    from .times import Clock

    if text is None:
        return None
    moment = Clock().read(text)
    if moment is None:
        raise UsageError(f"--as-of {text!r}: give an ISO time, such as 2026-03-31T18:00:00+02:00")
    return moment


class _progress:
    """A progress bar on a terminal, nothing in a pipe."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet or not sys.stderr.isatty()

    def __enter__(self) -> Any:
        if self.quiet:
            return None
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=_console(stderr=True),
            transient=True,
        )
        self.bar.start()
        self.tasks: dict[str, Any] = {}
        return self.tell

    def tell(self, stage: str, done: int, total: int) -> None:
        if stage not in self.tasks:
            self.tasks[stage] = self.bar.add_task(stage, total=total, rate="")
        task = self.bar.tasks[self.tasks[stage]]
        rate = f"{task.speed:,.0f}/s" if task.speed else ""
        self.bar.update(self.tasks[stage], completed=done, total=total, rate=rate)

    def __exit__(self, *_: object) -> None:
        if not self.quiet:
            self.bar.stop()


add_to(app)


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit code (see the manual) is returned."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # Arrow's own allocators keep what they once had, which a long run needs elsewhere
    try:
        code = app(args=argv, standalone_mode=False)
        if code == STOPPED:
            raise KeyboardInterrupt
        with _heard(sys.stdout):
            sys.stdout.flush()
        return int(code or 0)
    except typer.Exit as stop:
        return stop.exit_code
    except TextmetricsError as error:
        from .cleaning import printable

        _tell(f"textmetrics: error: {printable(' '.join(str(error).split()))[:600]}")
        return error.exit_code
    except SystemExit as closed:
        if not isinstance(closed.__context__, BrokenPipeError):  # what Typer makes of a pipe that broke
            raise
        if not _unread(sys.stdout):
            return _bug(closed.__context__)
        unheard(sys.stdout)
        return 0
    except (KeyboardInterrupt, typer.Abort):
        resumed = ". The same command with --resume goes on from there" if (argv or sys.argv[1:])[:1] == ["mine"] else ""
        _tell(f"textmetrics: stopped{resumed}")
        return 75
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            _tell(f"textmetrics: error: {error.strerror}")
            return 74
        usage = getattr(error, "exit_code", None)
        if usage is None:
            return _bug(error)
        with _heard(sys.stderr):
            error.show()  # type: ignore[attr-defined]
        return 2


def _bug(error: BaseException) -> int:
    """A bug of ours: the traceback, and a code that nobody takes for "done, with problems"."""
    _tell("".join(traceback.format_exception(error)).rstrip())
    return 70


def _tell(text: str) -> None:
    with _heard(sys.stderr):
        print(text, file=sys.stderr)


def _unread(stream: TextIO) -> bool:
    """Whether nobody reads what is printed here any more."""
    if not hasattr(select, "poll"):  # on Windows it cannot be asked
        return True
    asked = select.poll()
    asked.register(stream.fileno(), 0)
    return bool(asked.poll(0))


@contextmanager
def _heard(stream: TextIO) -> Iterator[None]:
    """What is printed within is lost, and no error, where nobody reads it."""
    try:
        yield
        stream.flush()
    except BrokenPipeError:
        unheard(stream)
