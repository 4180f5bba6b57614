"""Who does the parts of a run: this process, processes beside it, or the machines of a cluster; and what is kept of those that are done.

All three take the same bytes and give the same bytes, in the order of the conversations. What is done is kept beside the output, a file a
part, until the run is whole: a run that was killed goes on from there.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

import msgspec

from . import parts
from .annotation import batches, messages
from .bare_arrow import without_pandas
from .crew import crew
from .definitions import stamp
from .errors import UsageError, WorkerError
from .parts import Job, Part
from .types import Conversation
from .work import Work

Waiting = deque[tuple[str, Part | Future[bytes]]]  # parts in their order, by name: done, or being done
AHEAD = 3  # parts that wait for each worker: enough that none is idle, few enough that memory stays flat
ANY_PORT = "127.0.0.1:0"  # of this machine alone; Dask's usual one, 8787, may be another cluster's
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # workers share the cores as processes, not as threads


@contextmanager
def executor(workers: int = 1, cluster: str | None = None) -> Iterator[tuple[Executor | None, int]]:
    """Whoever does the work, and how many of them: nobody else, so many processes, or a Dask cluster (``local``, or the address of its scheduler)."""
    if workers < 1:
        raise UsageError(f"--workers {workers}: give 1 or more")
    if cluster is not None:
        with _dask(cluster, workers) as found:
            yield found
    elif workers == 1:
        yield None, 1
    else:
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update({name: "1" for name, given in before.items() if given is None})
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin)
        try:
            yield pool, workers
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for name, given in before.items():
                if given is None:
                    os.environ.pop(name, None)


@contextmanager
def _dask(cluster: str, workers: int) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError as error:
        raise UsageError("--cluster needs Dask: pip install 'textmetrics[dask]'") from error
    try:
        if cluster == "local":
            with _deaf():
                own = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=ANY_PORT, scheduler_kwargs={"dashboard": False})
            with own, Client(own) as client:
                yield client.get_executor(pure=False), workers
        else:
            try:
                client = Client(cluster)
            except (OSError, ValueError) as error:
                raise UsageError(f"--cluster {cluster}: cannot be reached: {error}") from error
            with client:
                _check(client, cluster)
                yield client.get_executor(pure=False), max(1, sum(client.nthreads().values()))
    except (KilledWorker, CancelledError) as error:
        raise WorkerError("workers of the cluster died, perhaps for want of memory, or its scheduler did: run the same command again with --resume") from error


def _check(client: Any, cluster: str) -> None:
    """That the workers that are there measure as this process does: one that cannot even find the work dies of it, and the next one after it."""
    own = stamp()
    for worker, told in sorted(client.run(stamp, on_error="return").items()):
        if told != own:
            why = f" ({told})" if isinstance(told, Exception) else ""
            raise UsageError(f"--cluster {cluster}: its worker {worker} lacks this version of textmetrics, its packs or its models{why}")


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are started within do not hear Ctrl-C, not even before they begin: it is for the process that a person started, which hears it afterwards and tells the others."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):  # where it cannot be said: on Windows they hear it until they begin
        yield
        return
    heard = list[Any]()
    resource_tracker.ensure_running()  # started within, it would lift the mask
    before = signal.getsignal(signal.SIGINT)
    if callable(before):
        signal.signal(signal.SIGINT, lambda *told: heard.append(told))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if callable(before):
            signal.signal(signal.SIGINT, before)
    if heard:
        signal.raise_signal(signal.SIGINT)


def _begin() -> None:
    """A worker begins."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    without_pandas()


def run(job: Job, conversations: Iterable[Conversation], work: Work, *, workers: int = 1, cluster: str | None = None) -> Iterator[Part]:
    """Every part of a run, in the order of the conversations: taken from what is kept, or done and kept.

    Lazy: reads on as parts are finished. A worker that dies is a WorkerError; what was finished by then is kept, as it is when a run is stopped.
    """
    waiting: Waiting = deque()
    try:
        with executor(workers, cluster) as (pool, many), crew(pool if cluster is None else None, many):
            if pool is not None:
                with _deaf():
                    for _ in range(many):
                        pool.submit(parts.prepare, parts.pack(job))  # while this process reads
            yield from _run(msgspec.structs.replace(job, stamp=stamp()), batches(conversations, parts.SIZE, messages), work, pool, many * AHEAD, waiting)
    except BrokenProcessPool as error:
        raise WorkerError("a worker died, perhaps for want of memory: run the same command again with --resume, and fewer --workers") from error
    finally:
        for name, result in waiting:  # behind the part at which the run stopped
            if isinstance(result, Future) and result.done() and not result.cancelled() and result.exception() is None:
                work.keep(name, result.result())


def _run(job: Job, chunks: Iterable[Sequence[Conversation]], work: Work, pool: Executor | None, ahead: int, waiting: Waiting) -> Iterator[Part]:
    told = parts.pack(job)
    for chunk in chunks:
        given = parts.pack(chunk)
        name = parts.name_of(told, given)
        if (kept := _kept(work, name)) is not None:
            waiting.append((name, kept))
        elif pool is None:
            part = parts.measure(job, chunk)
            work.keep(name, parts.pack(part))
            waiting.append((name, part))
        else:
            waiting.append((name, pool.submit(parts.measure_packed, told, given)))
        while len(waiting) >= (ahead if pool else 1):
            yield _finished(*waiting.popleft(), work)
    while waiting:
        yield _finished(*waiting.popleft(), work)


def _kept(work: Work, name: str) -> Part | None:
    """A part that was done before; one whose file is damaged is done again."""
    data = work.done(name)
    try:
        return None if data is None else parts.unpack(data)
    except ValueError:
        return None


def _finished(name: str, result: Part | Future[bytes], work: Work) -> Part:
    if isinstance(result, Part):
        return result
    data = result.result()
    work.keep(name, data)
    return parts.unpack(data)
