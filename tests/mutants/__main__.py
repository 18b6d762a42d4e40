"""Takes away each rule of who may see what in turn, and tells which no test misses.

A rule that is declared goes in this process, and the declarations are held against the inventory.
One that is code goes in a copy of the tree, whose tests are run until one fails.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

from gateway.progress import step
from loaders.masks import Mask
from loaders.tables.catalogue import TABLES
from loaders.tables.facts import Read, Visibility
from tests.engines import Engines
from tests.matrix.declared import differences
from tests.mutants.edits import EDITS, ROOT, Edit

AT_ONCE = 2
LONGEST = 1200
"""Seconds; without a rule something may go on for ever that a test sees refused."""
TESTS = (
    "tests/loaders/test_rules.py",
    "tests/loaders/test_visibility.py",
    "tests/loaders/test_viewer.py",
    "tests/loaders/tables/test_policies.py",
    "tests/loaders/test_masks.py",
    "tests/loaders/test_trace.py",
    "tests/loaders/tables/test_facts.py",
    "tests/schema/test_rows.py",
    "tests/loaders/test_access.py",
    "tests/loaders/test_accounts.py",
    "tests/loaders/test_subjects.py",
    "tests/loaders/test_request.py",
    "tests/operations/test_secrets.py",
    "tests/operations/test_whose_e_mail.py",
    "tests/loaders/stores/test_queries.py",
    "tests/loaders/stores/test_dynamo.py",
    "tests/loaders/stores/test_statements.py",
    "tests/loaders/stores/test_postgres.py",
    "tests/loaders/stores/test_owners.py",
    "tests/gateway/authentication",
    "tests/gateway/http",
    "tests/gateway/test_cli.py",
    "tests/loaders/test_row_security.py",
    "tests/gateway/test_audit.py",
    "tests/matrix/test_guessing.py",
    "tests/matrix/test_ranging.py",
    "tests/matrix/test_matrix.py",
    "tests/operations/test_operations.py",
    "tests/gateway/subscriptions/test_subscribe.py",
    "tests/gateway/subscriptions/test_websocket.py",
)
"""Those that should miss a rule, the quickest first."""
_NOT_COPIED = (".git", ".venv", ".engines", ".benchmarks", ".*_cache")
_PYTEST = ("-P", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")


def main() -> None:
    """Print the mutants that survive; exit with 1 where there are any."""
    parser = argparse.ArgumentParser(prog="tests.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="the edits with this text in them")
    only = parser.parse_args().only
    survivors = [] if only else list(survivors_of_declarations())
    edits = [edit for edit in EDITS if only in str(edit)]
    with (
        step(f"Taking away {len(edits)} rules of the code"),
        _engines() as engines,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        fails = partial(failure, engines)
        whole = pool.submit(fails, None)
        for edit, missed in zip(edits, pool.map(fails, edits), strict=True):
            sys.stdout.write(f"{missed or 'SURVIVES'}\n    {edit}\n")
            sys.stdout.flush()
            if not missed:
                survivors.append(str(edit))
        if whole.result():
            sys.exit(f"With all rules in place a test fails: {whole.result()}")
    sys.stdout.write("".join(f"survives: {survivor}\n" for survivor in survivors))
    sys.stdout.write(f"{len(survivors)} survive.\n")
    sys.exit(bool(survivors))


def survivors_of_declarations() -> Iterator[str]:
    """The declared rules that could be another without the inventory's test noticing."""
    count = 0
    for owner, name, other in _declared():
        if getattr(owner, name) is other:
            continue
        count += 1
        with _changed(owner, name, other):
            if not any(True for _ in differences()):
                yield f"{owner}: {name} {other}"
    sys.stdout.write(f"{count} rules of the declarations were taken away.\n")


def _declared() -> Iterator[tuple[object, str, object]]:
    for table in TABLES:
        yield table, "read", Read.PUBLIC
        yield table, "owner", None
        for column in table.columns.values():
            yield column, "visibility", Visibility.PLAIN
            yield column, "personal", False
            if column.personal or column.visibility is Visibility.MASKED:
                yield column, "mask", Mask.NUMBER if column.mask is Mask.TEXT else Mask.TEXT


@contextmanager
def _changed(owner: object, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    object.__setattr__(owner, name, value)
    try:
        yield
    finally:
        object.__setattr__(owner, name, before)


@contextmanager
def _engines() -> Iterator[str]:
    """Engines for all runs, and where they are."""
    engines = Engines.start()
    try:
        yield json.dumps(asdict(engines.addresses))
    finally:
        engines.stop()


def failure(engines: str, edit: Edit | None) -> str | None:
    """The test that fails without a rule; None where all pass."""
    with tempfile.TemporaryDirectory(prefix="quintet-mutant-") as folder:
        Path(folder).chmod(0o755)  # Postgres may run as another user, and reads some of the tree
        root = Path(folder) / "tree"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        for name in (".venv", ".engines"):
            (root / name).symlink_to((ROOT / name).resolve())
        if edit is not None:
            edit.apply(root)
        try:
            found = _run(root, "--engines", engines, *TESTS)
        except subprocess.TimeoutExpired:
            return "a test that does not end"
    if found.returncode == 0:
        return None
    failed = [line for line in found.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else (found.stderr or found.stdout).strip()[-200:]


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *_PYTEST, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


if __name__ == "__main__":
    main()
