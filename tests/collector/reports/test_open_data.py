"""Open data say what the report says, and describe themselves."""

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from collector.i18n import load_languages
from collector.reports.composing import compose
from collector.reports.disclosing import for_publication
from collector.reports.formats.as_csv import as_csv
from collector.reports.inputs import Edition, Inputs, canonical_json
from collector.reports.open_data.dcat import About, catalogue_of
from collector.reports.open_data.files import files_of
from collector.reports.open_data.graph import Node, Ref, Text, Typed, as_json_ld, as_turtle
from collector.reports.open_data.tables import NotPublic, cells
from collector.storage.queries.published import Published
from tests.collector.reports import cast

LANGUAGES = load_languages()
REPORTS = {
    "site": for_publication(cast.site(Edition.PUBLIC, vintage=2)),
    "region": replace(cast.region(), vintage=1),
}
REPORT = Published(4, 'É T"', "L’“Étang”\n", "De \\ Vijver", 2026, 2, 1_800_000_000, "0" * 64)
ABOUT = About("https://dps.example", "Région", "https://example.org/licence", 1_800_000_000)


def files(which: str) -> dict[str, str]:
    return dict(files_of(canonical_json(REPORTS[which]), "", ""))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def package(which: str) -> Any:
    return json.loads(files(which)["datapackage.json"])


def of_report(inputs: Inputs) -> dict[tuple[str, str, str], tuple[str, str, str]]:
    """What the report's own CSV says of each figure; classes of lengths have names there."""
    document = compose(inputs, LANGUAGES["en"])
    return {
        (row["site"] or "REGION", row["period"], row["figure"]): (row["value"], row["status"], row["bound"])
        for row in rows(as_csv(document, LANGUAGES["en"]).decode())
        if row["unit"] != "class" and re.fullmatch(r"\d{4}(-\d\d)?", row["period"]) and row["table"] != "week"
    }


@pytest.mark.parametrize("which", REPORTS)
def test_a_cell_has_the_value_or_the_status_that_the_report_has(which: str) -> None:
    inputs = REPORTS[which]
    mine = {(row[0], row[1], row[2]): row[3:] for row in cells(inputs)}
    year = str(inputs.year)
    theirs = {key: said for key, said in of_report(inputs).items() if key[1].startswith(year)}
    shared = mine.keys() & theirs.keys()
    assert len(shared) > 50
    assert {key for key in shared if mine[key] != theirs[key]} == set()
    assert len({said[1] for said in mine.values()}) > 2


@pytest.mark.parametrize("which", REPORTS)
def test_only_a_value_has_a_number(which: str) -> None:
    for row in rows(files(which)["cells.csv"]):
        assert bool(row["value"]) == (row["status"] == "value"), row


def test_an_internal_edition_is_never_written() -> None:
    with pytest.raises(NotPublic):
        list(cells(cast.site(Edition.INTERNAL)))


def test_nothing_but_figures_and_names_leaves_the_report() -> None:
    inputs = REPORTS["site"]
    everything = "".join(files("site").values())
    for secret in (inputs.entered.narrative, inputs.subject.contact, *(each.by for each in inputs.accepted)):
        assert not secret or secret not in everything


@pytest.mark.parametrize("which", REPORTS)
def test_each_table_is_as_its_schema_says(which: str) -> None:
    found = {each["name"]: each for each in package(which)["resources"]}
    tables = {name: rows(files(which)[each["path"]]) for name, each in found.items()}
    for name, each in found.items():
        schema = each["schema"]
        fields = {field["name"]: field for field in schema["fields"]}
        assert list(tables[name][0]) == list(fields)
        assert each["bytes"] == len(files(which)[each["path"]].encode())
        keys = [tuple(row[column] for column in schema["primaryKey"]) for row in tables[name]]
        assert len(set(keys)) == len(keys)
        for row in tables[name]:
            for column, value in row.items():
                bounds = fields[column].get("constraints", {})
                assert value or not bounds.get("required"), (name, row)
                assert not value or value in bounds.get("enum", [value]), (name, row)
                if value and fields[column]["type"] in {"integer", "number", "year"}:
                    float(value)
        for other in schema.get("foreignKeys", ()):
            there = {row[other["reference"]["fields"]] for row in tables[other["reference"]["resource"]]}
            assert {row[other["fields"]] for row in tables[name]} <= there


@pytest.mark.parametrize("which", REPORTS)
def test_json_holds_the_same_as_csv(which: str) -> None:
    document = json.loads(files(which)["statistics.json"])
    for name in ("cells", "figures", "sites"):
        table = rows(files(which)[f"{name}.csv"])
        assert len(document[name]) == len(table)
        for mine, row in zip(document[name], table, strict=True):
            assert {key: "" if value is None else value for key, value in mine.items() if key != "value"} == {
                key: value for key, value in row.items() if key != "value"
            }
            if "value" in row:
                assert (mine["value"] is None) == (row["value"] == "")
                assert mine["value"] is None or mine["value"] == float(row["value"])


def test_licence_and_publisher_stand_in_the_package() -> None:
    made = json.loads(files_of(canonical_json(REPORTS["region"]), ABOUT.licence, ABOUT.publisher)["datapackage.json"])
    assert made["licenses"] == [{"path": ABOUT.licence}]
    assert made["contributors"][0]["title"] == "Région"
    assert set(made["titles"]) == {"fr", "nl", "en"}


def nodes() -> list[Node]:
    return catalogue_of([REPORT, REPORT._replace(site_id=0, code="", name="", name_nl="")], LANGUAGES, ABOUT)


def test_the_catalogue_has_what_dcat_ap_asks_for() -> None:
    by_kind: dict[str, list[Node]] = {}
    for node in nodes():
        by_kind.setdefault(node.kind, []).append(node)
    wanted = {
        "dcat:Catalog": {"dct:title", "dct:description", "dct:publisher", "dcat:dataset"},
        "dcat:Dataset": {"dct:title", "dct:description", "dct:publisher", "dcat:theme", "dcat:distribution"},
        "dcat:Distribution": {"dcat:accessURL", "dct:license", "dct:format"},
        "foaf:Agent": {"foaf:name"},
    }
    for kind, predicates in wanted.items():
        for node in by_kind[kind]:
            assert predicates <= {predicate for predicate, _ in node.says}, node.uri
    for node in (*by_kind["dcat:Catalog"], *by_kind["dcat:Dataset"]):
        titles = {each.language for predicate, each in node.says if predicate == "dct:title" and isinstance(each, Text)}
        assert titles == {"fr", "nl", "en"}
    uris = {node.uri for node in nodes()}
    assert len(uris) == len(nodes())
    for node in (*by_kind["dcat:Catalog"], *by_kind["dcat:Dataset"]):
        linked = {each.uri for predicate, each in node.says if predicate in LINKS and isinstance(each, Ref)}
        assert linked <= uris


LINKS = {"dcat:dataset", "dcat:distribution", "dct:publisher"}
TRIPLE = re.compile(
    r'(?:<(?P<uri>[^<>"\s]*)>|"(?P<text>(?:[^"\\\n]|\\.)*)"(?:@(?P<language>\w+)|\^\^(?P<kind>[\w:]+))?)'
)


def of_turtle(text: str) -> set[tuple[str, str, str]]:
    """Subject, predicate and object of a Turtle file as we write it."""
    found = set()
    for block in text.split("\n\n")[1:]:
        head, *lines = block.strip().split("\n")
        subject, _, kind = head.removesuffix(" ;").partition(" a ")
        found.add((subject.strip("<>"), "a", kind))
        for line in lines:
            predicate, _, objects = line.strip().partition(" ")
            for each in TRIPLE.finditer(objects):
                value = each["uri"] if each["text"] is None else json.loads(f'"{each["text"]}"')
                found.add((subject.strip("<>"), predicate, f"{value}@{each['language']}^{each['kind']}"))
    return found


def of_json_ld(text: str) -> set[tuple[str, str, str]]:
    found = set()
    for node in json.loads(text)["@graph"]:
        found.add((node["@id"], "a", node["@type"]))
        for predicate, objects in node.items():
            if not predicate.startswith("@"):
                for each in objects:
                    value = each.get("@id", each.get("@value"))
                    found.add((node["@id"], predicate, f"{value}@{each.get('@language')}^{each.get('@type')}"))
    return found


def test_turtle_and_json_ld_say_the_same() -> None:
    turtle = of_turtle(as_turtle(nodes()))
    assert turtle == of_json_ld(as_json_ld(nodes()))
    assert len(turtle) > 300


def test_marks_in_a_text_are_written_so_that_they_can_be_read() -> None:
    node = Node("https://x.example/", "dcat:Dataset", [("dct:title", Text('a "b" \\ c\n', "fr"))])
    assert 'dct:title "a \\"b\\" \\\\ c\\n"@fr .' in as_turtle([node])
    day = Node("https://x.example/", "dcat:Dataset", [("dct:issued", Typed("2026-11-22", "xsd:date"))])
    assert '"2026-11-22"^^xsd:date' in as_turtle([day])
