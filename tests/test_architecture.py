"""The shape of the house, as a test: imports point down, one door a heavy library, files stay readable."""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "textmetrics"
FILES = sorted(ROOT.rglob("*.py"))
FAMILIES = {"readers", "writers", "detectors", "scorers", "metrics", "sidetables"}
LAYERS = [
    {"errors", "addresses", "hours", "waits", "types", "folding", "memo", "words", "phrases", "expressions", "spans", "profile", "paths", "sieve", "garbage", "pieces", "spool", "links", "wellformed", "chances", "weights", "crew", "bare_arrow"},
    {"registry", "packs", "models", "sets"},
    {"sources", "dates", "times", "mail_lines", "replies", "cleaning", "charsets", "mail_parts", "mail", "mailboxes", "nlp", "tongues", "channel_names", "deadlines", "commitments", "mood_words", "mentions", "valence"},
    {"cues", "letters", "delimited", "spreadsheets", "showing", "mapping", "generic", "syntax", "streamed", "documents", "bundles", "filed", "platform_channels", "exports", "pages"},
    FAMILIES,
    {"features", "columns", "threads", "repeats", "falling", "habits", "cutting", "roles", "curves", "estimates", "ranktests", "money", "corrections", "agreement", "drift"},
    {"judging", "outcomes", "turns"},
    {"annotation", "observations", "tables", "plain_data", "definitions", "work"},
    {"parts", "histories", "files"},
    {"engines", "arrow"},
    {"stored"},
    {"lots"},
    {"summing"},
    {"testing", "report", "insights", "evidence", "evaluation", "reviews", "render"} | {"questions", "sampling", "sheets", "calibration", "episodes", "measures", "dialects", "remeasuring", "differences", "provenance", "coverage"} | {"joining", "figures", "observed", "contacts", "journeys", "comparison", "pooling", "asked", "conflicts", "panel", "side_conflicts", "crosschannel", "promises", "gaps", "expectations", "holdout", "matching", "confusion", "predicted", "surveys", "selfservice"},
    {"gathering", "kept", "rooms"},
    {"pipeline", "library", "recognition"},
    {"conversion"},
    {"commands"},
    {"cli", "__init__", "__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
DOORS = {
    "spacy": {"nlp.py"},
    "sklearn": set(),
    "scipy": {"ranktests.py", "pooling.py", "panel.py", "money.py"},
    "vaderSentiment": {"valence.py"},
    "pandas": {"report.py"},
    "re2": {"expressions.py"},
    "selectolax": {"cleaning.py"},
    "typer": {"cli.py", "commands/*"},
    "pyarrow": {"bare_arrow.py", "pieces.py", "scorers/vader.py", "readers/parquet.py", "writers/parquet.py", "observations.py", "tables.py", "files.py", "histories.py", "stored.py", "lots.py", "summing.py", "parts.py", "report.py", "insights.py", "evidence.py", "render/terminal.py", "questions.py", "sheets.py", "joining.py"},
    "rich": {"cli.py", "commands/*", "render/*"},
    "openpyxl": {"sheets.py"},
    "zstandard": {"sources.py"},
    "upath": {"addresses.py"},
    "defusedxml": {"readers/stackexchange.py", "documents.py", "readers/freshdesk.py"},
    "python_calamine": {"readers/xlsx.py"},
}
WALL = 400  # lines


def imports(path):
    """Our module and foreign package of every import in a file, also of those inside functions, but not of those for type checkers."""
    package = path.relative_to(ROOT).parts[:-1]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checked = {n for i in ast.walk(tree) if isinstance(i, ast.If) and "TYPE_CHECKING" in ast.dump(i.test) for n in ast.walk(i)}
    for node in ast.walk(tree):
        if node in checked:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            full = [*package[: len(package) - node.level + 1], *(node.module.split(".") if node.module else [])]
            for name in [full[0]] if full else [a.name for a in node.names]:
                yield name if (ROOT / name).is_dir() or (ROOT / f"{name}.py").is_file() else "__init__", None
        elif isinstance(node, ast.ImportFrom):
            yield None, node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from ((None, a.name.split(".")[0]) for a in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    me = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for ours, foreign in imports(path):
        if ours and ours != me:
            assert RANK[ours] <= RANK[me], f"{me} may not import {ours}"
            assert not (me in FAMILIES and ours in FAMILIES), f"families do not import each other: {me} -> {ours}"
        if foreign in DOORS:
            assert any(fnmatch(path.relative_to(ROOT).as_posix(), door) for door in DOORS[foreign]), f"{foreign} is imported only in {sorted(DOORS[foreign])}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_readable(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= WALL
    assert ast.get_docstring(ast.parse(text)), "say in one line what the file is for"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_functions_are_documented(path):
    if path.name == "cli.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and node.col_offset == 0:
            assert ast.get_docstring(node), f"{path.name}: {node.name} says nothing of itself"


@pytest.mark.parametrize("path", [p for p in FILES if p.name != "cli.py"], ids=lambda p: str(p.relative_to(ROOT)))
def test_the_library_neither_prints_nor_exits_nor_asserts(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Assert), "input is checked with errors that say what to do"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print" or path.name == "__main__.py" or path.parent.name == "commands"
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name):
            assert node.type.id != "Exception", "say which exception"
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None)


# What holds words of a language belongs into its pack. These are file formats, units and our own vocabulary.
WORDS = re.compile(r"\b(thanks?|sorry|please|gracias|grazie|mulțumesc|hola|ciao|worked|doesn't)\b", re.IGNORECASE)


@pytest.mark.parametrize("path", sorted((ROOT / "detectors").glob("*.py")), ids=lambda p: p.name)
def test_no_word_of_a_language_stands_in_a_detector(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Module | ast.ClassDef) and n.body and isinstance(n.body[0], ast.Expr)}
    own = {"thanks", "worked", "used", "accepted", "failed"}  # states
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            assert node.value in own or not WORDS.search(node.value), node.value


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, textmetrics; textmetrics.read; print([m for m in ('spacy', 'sklearn', 'scipy', 'pandas', 'pyarrow', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT.parent, check=True)
    assert done.stdout.strip() == "[]"


def test_mining_needs_no_pandas_and_leaves_it_to_who_does(tmp_path):
    code = (
        "import sys; from textmetrics import Report, cli; out = sys.argv[1]; cli.main(['mine', 'corpora/live_chat', '--out', out, '--quiet']); "
        "print('pandas' in sys.modules, len(Report.load(out).conversations))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], capture_output=True, text=True, cwd=ROOT.parent, check=True)
    assert done.stdout.split() == ["False", "66"]
