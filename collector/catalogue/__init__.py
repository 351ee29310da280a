"""The catalogue of figures, read from the files beside this one or from a folder with files of the same names."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from collector.domain.catalogue import LANGUAGES, Catalogue, NotACatalogue, catalogue_of

FOLDER = Path(__file__).parent


@cache
def catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read once; raises NotACatalogue, with the file that is wrong."""
    return catalogue_of(
        _read(folder / "catalogue.toml"),
        {language: by_id(_read(folder / f"words.{language}.toml")) for language in LANGUAGES},
    )


def by_id(tables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """To TOML the part [A1.measured] is a table within [A1]; here each stands under its whole id."""
    found: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        parts = {key: value for key, value in table.items() if isinstance(value, dict)}
        found[name] = {key: value for key, value in table.items() if key not in parts}
        found |= {f"{name}.{key}": value for key, value in parts.items()}
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NotACatalogue(f"{path} cannot be read as TOML: {error}.") from error
