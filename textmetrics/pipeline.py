"""The straight line: inputs to conversations, to transcripts, to tables, to a report."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from . import engines, judging, mapping, parts, roles, sources
from .addresses import is_address, within
from .annotation import Settings, annotate
from .dates import ORDERS
from .definitions import definitions
from .errors import ReadError, UnknownFormat, UsageError
from .files import Files
from .garbage import uncollected
from .gathering import Export, Names, latest
from .histories import Histories
from .hours import Hours
from .hours import load as load_hours
from .joining import join
from .kept import Kept
from .mapping import GENERIC_FORM, Map
from .parts import AT_ONCE, MEASURED, Job
from .profile import stage
from .readers import Reader, choose
from .recognition import advice
from .report import Report
from .scorers import SCORERS
from .sidetables import aside
from .sources import Source
from .spool import Spool
from .stored import Stored
from .tables import TABLES, Tables, problem_table
from .times import zoned
from .types import Conversation, LeftOut, Problem, Record
from .work import Work

VERSION = "0.1.0"
MOST_ON_WINDOWS = 61  # processes that one can wait for
Progress = Callable[[str, int, int], None]


class Counts(Struct):
    """What became of the records of an input."""

    records: int = 0
    kept: int = 0
    set_aside: int = 0
    merged: int = 0
    left_out: int = 0
    repeated: int = 0  # first replies taken as automatic, as many conversations were met with the same words at once


class Reading:
    """The conversations of some inputs, read when asked for, with what could not be read beside them.

    Iterate over it for the conversations. Afterwards ``problems`` holds what was set aside, ``counts`` what became of every record,
    ``inputs`` what was opened. ``spool``: a folder that does not exist yet, in which more records than memory should hold wait (else a temporary one).
    ``keep``: a folder in which what was read stays for the next time (see `kept`).
    """

    def __init__(
        self,
        inputs: Sequence[str | Path],
        *,
        format: str | None = None,
        map: str | Path | None = None,
        roles: str | Path | Mapping[str, str] | None = None,
        dates: str | None = None,
        progress: Progress | None = None,
        spool: Path | None = None,
        keep: str | Path | None = None,
    ) -> None:
        if dates not in (None, *ORDERS):
            raise UsageError(f"dates {dates!r}: they are read {', '.join(ORDERS[:-1])} or {ORDERS[-1]} (day, month, year)")
        self.problems: list[Problem] = []
        self.counts = Counts()
        self.inputs: list[dict[str, Any]] = []
        self.skipped: list[str] = []
        self.cut: datetime | None = None  # the last time in all of them
        self._inputs, self._format, self._dates, self._progress, self._folder = inputs, format, dates, progress, spool
        self.kept = Kept(keep) if keep is not None else None
        self._map = mapping.load(map) if map is not None else None
        self._roles = roles if isinstance(roles, Mapping) or roles is None else _roles_file(roles)

    def __iter__(self) -> Iterator[Conversation]:
        self.problems, self.counts, self.inputs, self.skipped = [], Counts(), [], []
        spool = Spool(self._folder)
        try:
            with stage("read"):
                exports = self._read_all(_once(sources.sources(self._inputs)), spool)
            with stage("read.conversations"):
                for export in exports:
                    export.gather()
            self.counts.merged = sum(e.merged for e in exports)
            self.counts.kept -= self.counts.merged
            self.cut = max((e.cut for e in exports if e.cut is not None), default=None)
            yield from self._conversations(exports)
            self.counts.repeated = sum(e.repeats.marked for e in exports)
        finally:
            spool.close()

    def nothing(self) -> ReadError:
        """The error of inputs that hold no message: what they hold instead, and the first problem."""
        held = sorted({f"{count:,} {kind}" for i in self.inputs for kind, count in i["left_out"].items()})
        only, first = f" (left out: {', '.join(held)})" if held else "", f": {self.problems[0]}" if self.problems else ""
        return ReadError(", ".join(str(i) for i in self._inputs), f"holds no usable message{only}{first}")

    def _conversations(self, exports: Sequence[Export]) -> Iterator[Conversation]:
        """Those of all exports, by ids that no other export has."""
        names = Names(exports)
        for number, export in enumerate(exports):
            for conversation in export.conversations():
                if (name := names.of(conversation.id, number, export.folder)) != conversation.id:
                    conversation = msgspec.structs.replace(conversation, id=name)
                yield roles.override(conversation, self._roles) if self._roles else conversation

    def _read_all(self, found: list[Source], spool: Spool) -> list[Export]:
        maps: dict[Path, Map | None] = {}
        exports: dict[tuple[str, str, str], Export] = {}
        total, done = sum(s.size for s in found), 0
        unknown: list[Source] = []
        if not found:
            raise ReadError("input", "there is nothing to read")
        for source in found:
            m = self._map or mapping.beside(source.folder, source.name, maps)
            m = msgspec.structs.replace(m, dates=self._dates) if m and self._dates else m
            if m is None:
                self.skipped.append(source.name)
            else:
                try:
                    reader = choose(source, self._format, m)
                    folder = str(source.folder or "")
                    key = (folder, reader.name, m.path)
                    if key not in exports:
                        exports[key] = Export(reader, m, Path(folder).name or "input", spool)
                    self._read(source, reader, m, exports[key])
                except UnknownFormat as error:
                    if source.named:
                        raise UnknownFormat(source.name, advice(source)) from error
                    unknown.append(source)
                except ReadError as error:
                    if source.named:
                        raise
                    self.problems.append(Problem(source.name, str(error).removeprefix(f"{source.name}: ")))
            done += source.size
            if self._progress:
                self._progress("reading", done, total)
        if unknown and not exports:
            beside = f"; none of the {len(unknown) - 1} others is known either" if len(unknown) > 1 else ""
            raise UnknownFormat(unknown[0].name, f"{advice(unknown[0])}{beside}")
        self._leave_out(unknown)
        return list(exports.values())

    def _leave_out(self, unknown: Sequence[Source]) -> None:
        """What lies in a folder or archive beside an export and is none: pictures and the like are skipped, text that nobody knows is reported."""
        for source in unknown:
            if table := aside(source):
                self.problems.append(Problem(source.name, table, kept=True))
            elif b"\x00" in source.head(1024) and not source.head(2).startswith((b"\xff\xfe", b"\xfe\xff")):
                self.skipped.append(source.name)
            else:
                self.problems.append(Problem(source.name, "no reader knows this format, or it is empty: it was left out; name its reader with --format"))

    def _read(self, source: Source, reader: Reader, m: Map, export: Export) -> None:
        kept = lost = 0
        left_out: dict[str, int] = {}
        sum_ = source.sha256()
        try:
            for item in self.kept.read(source, sum_, reader, m) if self.kept else reader.read(source, m):
                if isinstance(item, Record | Conversation):
                    export.add(item)
                    kept += 1
                elif isinstance(item, LeftOut):
                    left_out[item.kind] = left_out.get(item.kind, 0) + item.count
                else:
                    lost += item.record is not None and not item.kept
                    self.problems.append(item)
        finally:  # what came before an error counts
            self.counts.records += kept + lost
            self.counts.set_aside += lost
            self.counts.kept += kept
            self.counts.left_out += sum(left_out.values())
            told = {"records": kept + lost, "kept": kept, "left_out": left_out}
            map_ = m.path if m.path != GENERIC_FORM.path else None
            self.inputs.append({"name": source.name, "reader": reader.name, "map": map_, "size": source.size, "sha256": sum_, **told})


def _once(found: Iterable[Source]) -> list[Source]:
    """The sources by name; of what was given twice, as a file and in its folder, say, the one that was asked for by name."""
    each: dict[Any, Source] = {}
    for source in sorted(found, key=lambda s: (s.name, not s.named)):
        each.setdefault(source.name if is_address(source.name) else Path(source.name).resolve(), source)
    return list(each.values())


def _roles_file(path: str | Path) -> dict[str, str]:
    return roles.load(path)


def read(
    *inputs: str | Path, format: str | None = None, map: str | Path | None = None, roles: str | Path | Mapping[str, str] | None = None, dates: str | None = None
) -> Reading:
    """The conversations of files, folders, globs, archives: iterate over the result.

    ``format`` names the reader where the file does not say; ``map`` describes columns (see `mapping`); ``roles`` overrides who is what, by author;
    ``dates`` (``dmy``, ``mdy``, ``ymd``) says how dates of numbers are read where those of a file do not tell.
    """
    return Reading(inputs, format=format, map=map, roles=roles, dates=dates)


@uncollected()
def analyze(
    conversations: Iterable[Conversation] | Any,
    *,
    as_of: datetime | None = None,
    metrics: Sequence[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    mood: str | None = None,
    rules_only: bool = False,
    hours: str | Path | Hours | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure conversations: ours, plain dicts (a message each), or a DataFrame with the generic columns.

    ``as_of``: when the data were cut: what was not answered by then counts as open. Where it is not said, it is the last time in each export.
    ``metrics``: only these. ``thresholds``: label -> score from which it counts. ``mood``: a scorer in place of those of the language packs.
    ``hours``: opening hours (a TOML file, see `hours`): waits are told in them too.
    """
    from .plain_data import to_conversations

    reading = conversations if isinstance(conversations, Reading) else None
    given = to_conversations(conversations)
    cut = zoned(as_of) or latest(given)
    opening = hours if isinstance(hours, Hours) or hours is None else load_hours(hours)
    settings = Settings(thresholds=thresholds or {}, mood=mood, rules_only=rules_only, hours=opening)
    tables = Tables(metrics)
    if as_of is None:
        given = [c if c.cut else msgspec.structs.replace(c, cut=cut) for c in given]
    for n, some in enumerate(parts.cut(annotate(given, as_of=as_of, settings=settings), AT_ONCE)):
        tables.add(*some)
        if progress:
            progress("annotating", n * AT_ONCE + len(some), len(given))
    for problem in reading.problems if reading else ():
        tables.problem(problem)
    return Report.of(tables, _told(settings, metrics, cut, reading, len(given), tables.n_messages, sum(c.skewed for c in given)))


def _told(settings: Settings, metrics: Sequence[str] | None, cut: datetime | None, reading: Reading | None, conversations: int, messages: int, skewed: int) -> dict[str, Any]:
    """What run.json says of a run."""
    return {
        "version": VERSION,
        "as_of": cut.isoformat() if cut else None,
        "definitions": definitions(),
        "settings": msgspec.to_builtins(settings) | {"metrics": list(metrics) if metrics else None},
        "inputs": reading.inputs if reading else [],
        "skipped": reading.skipped if reading else [],
        "counts": (msgspec.to_builtins(reading.counts) if reading else {}) | {"conversations": conversations, "messages": messages, "clock_skewed": skewed},
    }


@uncollected()
def mine(
    *inputs: str | Path,
    out: str | Path,
    format: str | None = None,
    map: str | Path | None = None,
    roles: str | Path | Mapping[str, str] | None = None,
    dates: str | None = None,
    by: Sequence[str] = (),
    beside: Sequence[str | Path] = (),
    as_of: datetime | None = None,
    metrics: Sequence[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    mood: str | None = None,
    rules_only: bool = False,
    hours: str | Path | Hours | None = None,
    workers: int = 1,
    cluster: str | None = None,
    resume: bool = False,
    keep: str | Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read, analyze and write the tables into a folder. Options as for `read` and `analyze`; ``beside``: side tables (surveys, article views, orders) to join.

    ``workers``: processes that share the work, ``cluster``: a Dask cluster that does (``local``, or the address of its scheduler): the same bytes come out.
    ``resume``: go on where a run that was stopped left off. ``keep``: a folder in which what was read of each file stays for the next run, which then
    reads only what is new or has changed; how many files were known is in the ``run`` of the report that is returned, as ``known``, not in what is written.
    """
    opening = hours if isinstance(hours, Hours) or hours is None else load_hours(hours)
    settings = Settings(thresholds=thresholds or {}, mood=mood, rules_only=rules_only, hours=opening)
    job = Job(zoned(as_of), settings, tuple(metrics) if metrics is not None else None)
    _look_before(job, out, keep, workers if cluster is None else 0)
    with Work(out, resume=resume) as work, Files(work.tables) as files:
        reading = Reading(inputs, format=format, map=map, roles=roles, dates=dates, progress=progress, spool=work.spool / "records", keep=keep)
        store = Spool(work.spool / "customers")
        histories = Histories(store, metrics)
        conversations = messages = skewed = 0
        for part in engines.run(job, _cut_like(reading, as_of), work, workers=workers, cluster=cluster):
            conversations, messages, skewed = conversations + part.conversations, messages + part.messages, skewed + part.skewed
            with stage("write"):
                for name in MEASURED:
                    files.add(name, part.table(name))
            for transcript in part.customers:
                histories.add(transcript)
            if progress:
                progress("annotating", messages, max(messages, reading.counts.kept))
        if not conversations:
            raise reading.nothing()
        for table in histories.observations():
            files.add("observations", table)
        store.close()
        files.add("problems", problem_table(reading.problems))
        files.close()
        report = Report(Stored(work.tables), _told(settings, metrics, as_of or reading.cut, reading, conversations, messages, skewed))
        if beside:
            report = with_side_tables(report, beside)
        with stage("estimate"):
            report.write_into(work.tables, by, there=() if beside else tuple(TABLES))
        work.settle()
    report = Report.load(work.made)
    if reading.kept:
        reading.kept.settle()
        report.run["known"] = reading.kept.known
    return report


def _look_before(job: Job, out: str | Path, keep: str | Path | None, processes: int) -> None:
    """What can be told to be wrong before anything is read or written."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):  # it imports the script that was started
        raise UsageError('mine was called again by a process that it started: put the call under if __name__ == "__main__":')
    if sys.platform == "win32" and processes > MOST_ON_WINDOWS:
        raise UsageError(f"--workers {processes}: Windows has room for {MOST_ON_WINDOWS}")
    if keep is not None and within(keep, out):
        raise UsageError(f"--keep {keep}: lies in the output {out}, which is replaced as a whole: name a folder beside it")
    Tables(job.metrics)
    judging.thresholds(None, job.settings.thresholds)
    if job.settings.mood is not None:
        SCORERS[job.settings.mood]


def _cut_like(reading: Reading, as_of: datetime | None) -> Iterator[Conversation]:
    """The conversations, each with when its data were cut: those of exports without clocks when the others were."""
    for c in reading:
        yield c if c.cut or as_of else msgspec.structs.replace(c, cut=reading.cut)


def with_side_tables(report: Report, paths: Sequence[str | Path]) -> Report:
    """A report with what files beside the conversations say of them: surveys, article views, orders, surveys of agents."""
    tables, problems, told = join(paths, report.rows("conversations"))
    return report.add({**tables, "problems": report.problems_with(problems)}, {"beside": told})
