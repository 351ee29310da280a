"""The papers on data protection say what the settings say."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import page
import pytest

from agent import spool
from collector.app import web_settings
from collector.config import SETTINGS, read
from collector.i18n import load_languages
from collector.reports.document import Document, Sentence, Table
from collector.reports.formats.as_pdf import as_pdf
from collector.reports.papers import PAPERS, Facts
from collector.reports.papers.kept import REPLAY_DAYS, SPOOL_DAYS, kept
from collector.reports.papers.poster import halves, poster_pdf
from collector.storage.engine import create_engine
from collector.storage.models import metadata
from tests.collector.reports.test_pdf import failures

LANGUAGES = load_languages()
FACTS = Facts(made_at=1_795_302_000)


def pages_of(content: bytes, folder: Path) -> int:
    if not shutil.which("pdfinfo"):
        pytest.skip("pdfinfo (poppler-utils) is not installed")
    (folder / "paper.pdf").write_bytes(content)
    told = subprocess.run(["pdfinfo", folder / "paper.pdf"], check=True, capture_output=True, text=True).stdout
    return int(told.partition("Pages:")[2].split()[0])


def words(document: Document) -> str:
    found = [document.title, document.subtitle]
    for section in document.sections:
        found.append(section.title)
        for block in section.blocks:
            if isinstance(block, Sentence):
                found.append(block.text)
            elif isinstance(block, Table):
                found += [cell for row in block.rows for cell in (row.head, *map(str, row.entries))]
    return "\n".join(found)


def test_the_times_in_the_table_are_those_of_the_settings() -> None:
    odd = Facts(
        slot_records_days=91, site_slots_months=26, readings_days=401, enrolment_attempts_days=92, log_in_hours=13
    )
    text = json.dumps(kept(LANGUAGES["en"], odd))
    for words_of_it in ("91 days", "26 months", "401 days", "92 days", "13 hours"):
        assert words_of_it in text


def test_every_setting_on_how_long_something_is_kept_reaches_the_papers(tmp_path: Path) -> None:
    """A new setting of that kind belongs into Facts and into the table."""
    names = {setting.name for setting in SETTINGS if "_kept_" in setting.name}
    days = ("audit_kept_days", "downloads_kept_days", "readings_kept_days", "slot_records_kept_days")
    assert names == {*days, "site_slots_kept_months"}
    engine = create_engine(f"sqlite:///{tmp_path / 'c.sqlite'}")
    metadata.create_all(engine)
    given = dict(zip(sorted(names), (2000, 300, 420, 30, 120), strict=True))
    made = web_settings(engine, read(None, {}, data_folder=str(tmp_path), **given)).facts(0)
    engine.dispose()
    assert (made.audit_days, made.downloads_days, made.readings_days) == (2000, 300, 420)
    assert (made.site_slots_months, made.slot_records_days) == (30, 120)


def test_the_times_of_the_agent_are_those_of_the_agent() -> None:
    assert spool.OLDEST_SECONDS == SPOOL_DAYS * spool.DAY_SECONDS
    assert spool.KEEP_DAYS == REPLAY_DAYS


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_says_the_same_in_three_languages(name: str) -> None:
    made = {language: PAPERS[name].compose(speech, FACTS) for language, speech in LANGUAGES.items()}
    shapes = {
        tuple((section.name, tuple(type(block).__name__ for block in section.blocks)) for section in each.sections)
        for each in made.values()
    }
    assert len(shapes) == 1
    texts = {language: words(each).splitlines() for language, each in made.items()}
    for language in ("fr", "nl"):
        same = {line for line in texts[language] if line in texts["en"] and len(line.split()) > 3}
        assert not same, language


def test_where_the_controller_must_write_stand_dots() -> None:
    for name, least in (("privacy", 3), ("record", 4), ("impact-assessment", 5), ("terminal-equipment", 2)):
        assert words(PAPERS[name].compose(LANGUAGES["en"], FACTS)).count("…………") >= least, name


def test_a_paper_of_a_demonstration_says_so() -> None:
    made = PAPERS["privacy"].compose(LANGUAGES["nl"], replace(FACTS, demonstration=True))
    assert made.watermark == "Demonstratie"


def test_a_paper_is_a_tagged_pdf_and_the_same_on_the_same_day() -> None:
    speech = LANGUAGES["fr"]
    document = PAPERS["impact-assessment"].compose(speech, FACTS)
    assert failures(as_pdf(document, speech), page.ValidationProfile.PDF_UA_1) == []
    assert as_pdf(document, speech) == as_pdf(document, speech)


def test_the_poster_is_one_page_in_french_and_dutch(tmp_path: Path) -> None:
    made = poster_pdf(LANGUAGES, "https://dps.example", FACTS)
    assert failures(made, page.ValidationProfile.PDF_UA_1) == []
    assert failures(made, page.ValidationProfile.PDF_A_2A) == []
    assert pages_of(made, tmp_path) == 1
    french, dutch = halves(LANGUAGES, "https://dps.example")
    assert (french.language, dutch.language) == ("fr", "nl")
    assert all("dps.example/privacy" in each.ask for each in (french, dutch))
    assert len(french.never) == len(dutch.never) == 5


def test_a_poster_without_address_leaves_room_for_it() -> None:
    assert all("…………" in each.ask for each in halves(LANGUAGES, ""))
