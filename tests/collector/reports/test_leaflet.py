"""The leaflet of a municipality."""

import shutil
import subprocess
from pathlib import Path

import page
import pytest

from collector.domain.entered import Service
from collector.domain.register import OpeningKind
from collector.domain.visiting_hours import Span
from collector.i18n import load_languages
from collector.reports.leaflet import Entry, leaflet_pdf
from collector.storage.queries.public_sites import PublicSite
from collector.web.words import name_of
from tests.collector.reports.test_pdf import failures

LANGUAGES = load_languages()
SITE = PublicSite(
    *(1, "CANAL", "Espace du Canal", "Ruimte aan het Kanaal", "Forest – Vorst", "CPAS"),
    *("Quai 1", "Kaai 1", "1190", "02 000 00 00", "https://canal.example.org/", True),
    (Service.WIFI, Service.REPAIR),
)
WEEK = ((Span("09:00", "12:30", OpeningKind.FREE_ACCESS), Span("13:00", "17:00", OpeningKind.TRAINING)), *((),) * 6)


def made(language: str, *entries: Entry) -> bytes:
    speech = LANGUAGES[language]
    return leaflet_pdf(
        speech,
        "Vorst",
        entries,
        made_at=1_795_302_000,
        day="22 november 2026",
        address="dps.example/public",
        name_of=name_of,
        demonstration=False,
    )


def text_of(content: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    (folder / "leaflet.pdf").write_bytes(content)
    words = ["pdftotext", "-raw", str(folder / "leaflet.pdf"), "-"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def test_it_has_names_addresses_hours_and_services_in_the_language_of_the_reader(tmp_path: Path) -> None:
    text = " ".join(text_of(made("nl", Entry(SITE, WEEK)), tmp_path).split())
    for words in (
        "Publieke computers in Vorst",
        "Ruimte aan het Kanaal",
        "Kaai 1",
        "1190 Vorst",
        "canal.example.org",
        "maandag 09:00–12:30, 13:00–17:00 (opleiding, initiatie)",
        "dinsdag gesloten",
        "wifi, herstelling van materiaal van bezoekers",
    ):
        assert words in text


def test_hours_that_nobody_wrote_are_not_called_closed(tmp_path: Path) -> None:
    text = text_of(made("fr", Entry(SITE, None)), tmp_path)
    assert "Heures d’ouverture inconnues" in text
    assert "lundi" not in text


def test_many_sites_make_a_tagged_file_that_is_the_same_again() -> None:
    entries = [Entry(SITE, WEEK)] * 30
    assert made("fr", *entries) == made("fr", *entries)
    assert failures(made("fr", *entries), page.ValidationProfile.PDF_UA_1) == []
