"""Typesets small papers (a poster, a leaflet) from a template beside this file: tagged PDF, same input, same bytes."""

from functools import lru_cache
from pathlib import Path

import typst

HERE = Path(__file__).parent


@lru_cache(maxsize=64)
def typeset(template: str, document: str, made_at: int) -> bytes:
    """`document` is JSON. The latest results stay in memory: strangers may ask for them."""
    return typst.compile(
        (HERE / template).read_bytes(),
        sys_inputs={"document": document},
        ignore_system_fonts=True,
        pdf_standards=["ua-1", "a-2a"],
        timestamp=made_at,
    )
