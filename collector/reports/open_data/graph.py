"""A small graph of statements, written as JSON-LD and as Turtle: both say the same."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class Text(NamedTuple):
    value: str
    language: str = ""


class Typed(NamedTuple):
    value: str
    kind: str
    """Such as "xsd:date"."""


class Ref(NamedTuple):
    uri: str


Object = Text | Typed | Ref
Statement = tuple[str, Object]


class Node(NamedTuple):
    uri: str
    kind: str
    """Such as "dcat:Dataset"."""
    says: Sequence[Statement]


def as_json_ld(nodes: Sequence[Node]) -> str:
    graph = []
    for node in nodes:
        made: dict[str, object] = {"@id": node.uri, "@type": node.kind}
        for predicate, objects in grouped(node).items():
            made[predicate] = [plain(each) for each in objects]
        graph.append(made)
    return json.dumps({"@context": dict(PREFIXES), "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def plain(each: Object) -> dict[str, str]:
    if isinstance(each, Ref):
        return {"@id": each.uri}
    if isinstance(each, Typed):
        return {"@value": each.value, "@type": each.kind}
    return {"@value": each.value, "@language": each.language} if each.language else {"@value": each.value}


def as_turtle(nodes: Sequence[Node]) -> str:
    lines = [f"@prefix {name}: <{uri}> ." for name, uri in PREFIXES.items()]
    for node in nodes:
        lines.append(f"\n<{node.uri}> a {node.kind} ;")
        said = [
            f"    {predicate} {' , '.join(written(each) for each in objects)}"
            for predicate, objects in grouped(node).items()
        ]
        lines.append(" ;\n".join(said) + " .")
    return "\n".join(lines) + "\n"


def written(each: Object) -> str:
    if isinstance(each, Ref):
        return f"<{each.uri}>"
    # What JSON escapes within a text, Turtle reads the same way.
    text = json.dumps(each.value, ensure_ascii=False)
    if isinstance(each, Typed):
        return f"{text}^^{each.kind}"
    return f"{text}@{each.language}" if each.language else text


def grouped(node: Node) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for predicate, each in node.says:
        found.setdefault(predicate, []).append(each)
    return found
