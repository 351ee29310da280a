"""The files of a published report: CSV, JSON, and the Frictionless package that describes them."""

import json
from collections.abc import Mapping
from functools import lru_cache

from collector.reports.inputs import Inputs, read_inputs
from collector.reports.open_data.tables import TABLES, as_csv, as_json, resource, schema

PACKAGE = "datapackage.json"
WHOLE = "statistics.json"
TITLES = {
    "fr": "Statistiques des espaces publics numériques (EPN)",
    "nl": "Statistieken van de openbare computerruimten (OCR)",
    "en": "Statistics of Digital Public Spaces (DPS)",
}
INVENTED = {"fr": "Démonstration : inventé", "nl": "Demonstratie: verzonnen", "en": "Demonstration: invented"}


@lru_cache(maxsize=2)
def files_of(text: str, licence: str, publisher: str) -> Mapping[str, str]:
    """By name, from the inputs of a public vintage as they were kept; the latest few stay in memory."""
    inputs = read_inputs(text)
    found = {f"{name}.csv": as_csv(table.columns, table.rows(inputs)) for name, table in TABLES.items()}
    if not inputs.figures.week:
        del found["week.csv"]
    about = about_of(inputs, licence, publisher)
    found[WHOLE] = as_json(
        {name: (table.columns, table.rows(inputs)) for name, table in TABLES.items() if f"{name}.csv" in found}, about
    )
    resources = [
        resource(name, found[f"{name}.csv"], schema(table.columns, table.key, table.refers))
        for name, table in TABLES.items()
        if f"{name}.csv" in found
    ]
    found[PACKAGE] = (
        json.dumps({"profile": "tabular-data-package", **about, "resources": resources}, ensure_ascii=False, indent=1)
        + "\n"
    )
    return found


def about_of(inputs: Inputs, licence: str, publisher: str) -> dict[str, object]:
    scope = inputs.subject.code.lower() or "region"
    names = {language: title_of(language, inputs) for language in TITLES}
    made: dict[str, object] = {
        "name": f"dps-{scope}-{inputs.year}",
        "version": str(inputs.vintage),
        "title": names["en"],
        "titles": names,
        "description": "Public edition of a frozen report, under disclosure control. A cell holds one value or one"
        " status, the same as in its PDF, XLSX and ODS files.",
        "catalogue_version": inputs.catalogue_version,
        "computed_at_seconds": inputs.cut_off,
        "time_zone": inputs.method.time_zone,
        "demonstration": inputs.demonstration,
    }
    if licence:
        made["licenses"] = [{"path": licence}]
    if publisher:
        made["contributors"] = [{"title": publisher, "role": "publisher"}]
    return made


def title_of(language: str, inputs: Inputs) -> str:
    name = inputs.subject.name.get(language, "")
    words = " – ".join(each for each in (TITLES[language], name, str(inputs.year)) if each)
    return f"{words} ({INVENTED[language]})" if inputs.demonstration else words
