"""The query that README.md shows, and the answer that it gives to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

README = (Path(__file__).parents[2] / "README.md").read_text()


def _block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return str(text)


QUERY = _block("graphql")
SHOWN = _block("json")
ANSWER: dict[str, Any] = json.loads(SHOWN)
