"""Looks at every store, and prints what was found."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any

from rich.console import Console
from rich.text import Text

from gateway.doctor.dynamodb import examine_dynamodb
from gateway.doctor.findings import Finding, Level
from gateway.doctor.postgres import examine_postgres
from gateway.stores import Addresses
from loaders.tables.catalogue import DYNAMODB, POSTGRES

_STYLES = {Level.DIFFERENCE: "bold red", Level.ADVICE: "bold yellow", Level.NOTE: "bold blue"}


async def examine(where: Addresses, sample: int) -> list[Finding]:
    """What is not as declared, in the products' stores and in so many rows of each table."""
    found = await asyncio.gather(
        *(
            examine_postgres(product, address, POSTGRES[product], sample)
            for product, address in where.postgres.items()
        ),
        *(
            examine_dynamodb(
                product, address, DYNAMODB[product], where.table_names[product], sample
            )
            for product, address in where.dynamodb.items()
        ),
    )
    # Products on one engine say the same of it: once is enough, and last.
    once = dict.fromkeys(chain.from_iterable(found))
    return sorted(once, key=lambda one: one.level is Level.NOTE)


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether there is no difference."""
    return all(one.level is not Level.DIFFERENCE for one in findings)


def show(findings: Sequence[Finding]) -> None:
    """Print each finding with its mend below it: in colour on a terminal, else in plain lines."""
    console = Console(highlight=False, soft_wrap=True)
    for one in findings:
        console.print(Text.assemble((one.level, _STYLES[one.level]), f" {one}"))
        for line in one.mend:
            console.print(Text(f"    {line}", style="cyan"))
    count = Counter(one.level for one in findings)
    console.print(f"differences: {count[Level.DIFFERENCE]}, advice: {count[Level.ADVICE]}")


def show_json(findings: Sequence[Finding]) -> None:
    """Print the same as JSON."""
    count = Counter(one.level for one in findings)
    report = {
        "differences": count[Level.DIFFERENCE],
        "advice": count[Level.ADVICE],
        "findings": [_plain(one) for one in findings],
    }
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _plain(one: Finding) -> dict[str, Any]:
    return {
        "level": one.level,
        "subject": one.subject,
        "says": one.says,
        "row": dict(one.row),
        "without": one.without,
        "mend": list(one.mend),
    }
