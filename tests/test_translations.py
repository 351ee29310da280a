"""French and Dutch are complete and equal; `tests/collector/web/test_page_languages.py` reads the pages."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from collector import catalogue as catalogue_package
from collector.i18n import FOLDER

CATALOGUE = Path(catalogue_package.__file__).parent
LOOSE_SIGN = {
    "fr": re.compile("\\w[;!?»]|[ \\w)]:(?=[ \n]|$)| [;!?»%](?!\\()|«[^\u00a0]"),
    "nl": re.compile(r"\d\s%|\s[;:!?](?!\d)"),
}
"""What a line could break before its sign: French sets a hard space before them, Dutch none at all."""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines)


def sentences(found: Catalog) -> dict[object, Message]:
    return {message.id: message for message in found if message.id}


TEMPLATE = sentences(catalogue(FOLDER / "messages.pot"))


def extracted() -> set[object]:
    with (FOLDER / "babel.cfg").open() as lines:
        methods, options = parse_mapping_cfg(lines)  # type: ignore[no-untyped-call]  # babel has no types for it
    found = extract_from_dir(FOLDER.parent, methods, options)
    return {message for _, _, message, _, _ in found}


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple) else (str(text),)


def test_the_catalogue_holds_exactly_the_sentences_of_the_source() -> None:
    assert set(TEMPLATE) == extracted()


@pytest.mark.parametrize("language", ["fr", "nl"])
class TestLanguage:
    @pytest.fixture
    def translated(self, language: str) -> dict[object, Message]:
        return sentences(catalogue(FOLDER / language / "LC_MESSAGES" / "messages.po"))

    def test_it_has_every_sentence_and_no_other(self, translated: dict[object, Message]) -> None:
        assert set(translated) == set(TEMPLATE)
        assert [message.id for message in translated.values() if not all(forms(message.string))] == []

    def test_nothing_is_fuzzy(self, translated: dict[object, Message]) -> None:
        assert [message.id for message in translated.values() if message.fuzzy] == []

    def test_placeholders_are_those_of_the_source(self, translated: dict[object, Message]) -> None:
        for message in translated.values():
            expected = set(PLACEHOLDER.findall(forms(message.id)[-1]))
            for form in forms(message.string):
                assert set(PLACEHOLDER.findall(form)) == expected, message.id

    def test_signs_stand_as_the_language_sets_them(self, language: str, translated: dict[object, Message]) -> None:
        texts = [form for message in translated.values() for form in forms(message.string)]
        texts.append((CATALOGUE / f"words.{language}.toml").read_text(encoding="utf-8"))
        for text in texts:
            assert not LOOSE_SIGN[language].search(text), text

    def test_a_sentence_ends_as_in_the_source(self, translated: dict[object, Message]) -> None:
        for message in translated.values():
            for form in forms(message.string):
                assert (form[-1] in ".:?") == (forms(message.id)[-1][-1] in ".:?"), message.id
