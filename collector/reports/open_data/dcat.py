"""The catalogue of open data after DCAT-AP (version 3 of the European profile), in French, Dutch and English."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from collector.domain.mistakes import N_
from collector.i18n import Speech
from collector.reports.open_data.graph import Node, Ref, Statement, Text, Typed
from collector.reports.open_data.tables import REGION
from collector.storage.queries.published import Published

EU = "http://publications.europa.eu/resource/authority/"
BRUSSELS = "http://data.europa.eu/nuts/code/BE1"
FORMATS = {
    "csv": ("CSV", "text/csv"),
    "json": ("JSON", "application/json"),
    "pdf": ("PDF", "application/pdf"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": ("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
}
LANGUAGES = {"fr": "FRA", "nl": "NLD", "en": "ENG"}
DOCUMENTS = ("pdf", "xlsx", "ods")
KEYWORDS = (N_("digital inclusion"), N_("public computers"), N_("Digital Public Spaces"))


class About(NamedTuple):
    """What the operator has set."""

    root: str
    """Address of the pages, without a slash at its end."""
    publisher: str
    licence: str
    now: int


def address(root: str, each: Published, name: str = "") -> str:
    return f"{root}/open-data/{quote(each.code or REGION.lower())}/{each.year}/{each.number}/{name}"


def catalogue_of(reports: Sequence[Published], languages: Mapping[str, Speech], about: About) -> list[Node]:
    root, home = about.root, f"{about.root}/open-data"
    publisher = f"{home}#publisher"
    nodes: list[Node] = []
    spaces = f"{home}/spaces/"
    nodes += dataset(
        spaces,
        said(languages, "dct:title", N_("Certified Digital Public Spaces of the Brussels-Capital Region"))
        + said(
            languages,
            "dct:description",
            N_("Where they are, when they are regularly open, and what they offer, from the register."),
        )
        + [("dct:accrualPeriodicity", Ref(EU + "frequency/IRREG"))],
        [(f"{spaces}{name}", "") for name in ("spaces.csv", "opening_hours.csv", "spaces.json")],
        languages,
        about,
    )
    for each in reports:
        nodes += report(each, languages, about)
    datasets = [node.uri for node in nodes if node.kind == "dcat:Dataset"]
    catalogue: list[Statement] = [
        *said(languages, "dct:title", N_("Open data of Digital Public Spaces")),
        *said(
            languages,
            "dct:description",
            N_("Published statistics under disclosure control, and the list of certified sites."),
        ),
        ("dct:publisher", Ref(publisher)),
        ("dct:modified", Typed(day_of(about.now), "xsd:date")),
        ("foaf:homepage", Ref(home)),
        *(("dct:language", Ref(f"{EU}language/{code}")) for code in LANGUAGES.values()),
        *(("dcat:dataset", Ref(uri)) for uri in datasets),
    ]
    names = [Text(about.publisher)] if about.publisher else []
    names = names or [Text(speech.gettext("Digital Public Spaces"), code) for code, speech in languages.items()]
    agent = Node(publisher, "foaf:Agent", [("foaf:name", name) for name in names])
    documents = [Node(f"{root}/open-data", "foaf:Document", said(languages, "dct:title", N_("Open data")))]
    return [Node(f"{home}#catalogue", "dcat:Catalog", catalogue), agent, *documents, *nodes]


def report(each: Published, languages: Mapping[str, Speech], about: About) -> list[Node]:
    base = address(about.root, each)
    titles: list[Statement] = []
    for language, speech in languages.items():
        name = each.name_in(language) or speech.gettext("Region")
        title = speech.gettext("Statistics of %(name)s, %(year)s") % {"name": name, "year": each.year}
        titles.append(("dct:title", Text(title, language)))
    files = [(base + name, "") for name in ("cells.csv", "figures.csv", "sites.csv", "statistics.json")]
    files += [(f"{base}report-{language}.{form}", language) for language in languages for form in DOCUMENTS]
    says = titles + said(
        languages,
        "dct:description",
        N_("Sessions, hours of use, attendance, opening hours and equipment by month, from the frozen annual report."),
    )
    says += [
        ("dct:identifier", Text(f"{each.code or REGION}-{each.year}")),
        ("dcat:version", Text(str(each.number))),
        ("dct:issued", Typed(day_of(each.frozen_at), "xsd:date")),
        ("dct:accrualPeriodicity", Ref(EU + "frequency/ANNUAL")),
        ("dct:conformsTo", Ref(base + "datapackage.json")),
    ]
    return dataset(base, says, files, languages, about)


def dataset(
    uri: str,
    says: Sequence[Statement],
    files: Sequence[tuple[str, str]],
    languages: Mapping[str, Speech],
    about: About,
) -> list[Node]:
    """A dataset with its distributions; each file has an address, and a language where it has one."""
    shared: list[Statement] = [
        ("dct:publisher", Ref(f"{about.root}/open-data#publisher")),
        ("dcat:theme", Ref(EU + "data-theme/SOCI")),
        ("dct:accessRights", Ref(EU + "access-right/PUBLIC")),
        ("dct:spatial", Ref(BRUSSELS)),
        ("dcat:landingPage", Ref(f"{about.root}/open-data")),
        *(("dct:language", Ref(f"{EU}language/{code}")) for code in LANGUAGES.values()),
    ]
    for keyword in KEYWORDS:
        shared += said(languages, "dcat:keyword", keyword)
    shared += [("dcat:distribution", Ref(f"{address}#distribution")) for address, _ in files]
    return [
        Node(uri, "dcat:Dataset", [*says, *shared]),
        *(distribution(address, language, about) for address, language in files),
    ]


def distribution(file: str, language: str, about: About) -> Node:
    word, media_type = FORMATS[file.rpartition(".")[2]]
    says: list[Statement] = [
        ("dct:title", Text(file.rpartition("/")[2])),
        ("dcat:accessURL", Ref(file)),
        ("dcat:downloadURL", Ref(file)),
        ("dct:format", Ref(f"{EU}file-type/{word}")),
        ("dcat:mediaType", Ref(f"http://www.iana.org/assignments/media-types/{media_type}")),
    ]
    if language:
        says.append(("dct:language", Ref(f"{EU}language/{LANGUAGES[language]}")))
    if about.licence:
        says.append(("dct:license", Ref(about.licence)))
    return Node(f"{file}#distribution", "dcat:Distribution", says)


def said(languages: Mapping[str, Speech], predicate: str, sentence: str) -> list[Statement]:
    """In every language."""
    return [(predicate, Text(speech.gettext(sentence), language)) for language, speech in languages.items()]


def day_of(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
