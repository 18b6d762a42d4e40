"""Modules that declare types, written for one test: descriptions are read from their files."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

HEAD = """
from enum import Enum
import strawberry
from loaders.tables import family, stream
from schema.describe import enum_type, input_type, interface, named_type, object_type
from schema.node import Node
from schema.rows import column, member, optional, required, resolved_by, row_of, shape
from resolvers.links import needs
"""


@pytest.fixture
def declare(tmp_path: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of these declarations, below what such modules import."""

    # Of its own: what was read of a module is kept by its name.
    name = f"declared_in_{tmp_path.name}"

    def run(declarations: str) -> ModuleType:
        file = tmp_path / "declared.py"
        file.write_text(HEAD.replace("", "") + dedent(declarations), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield run
    sys.modules.pop(name, None)
