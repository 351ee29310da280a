"""The PDF is tagged, archivable and reproducible."""

import re
import shutil
import subprocess
from pathlib import Path

import page
import pytest

from collector.i18n import load_languages
from collector.reports.composing import compose
from collector.reports.formats.as_pdf import as_pdf
from collector.reports.inputs import Edition, Inputs
from tests.collector.reports import cast

LANGUAGES = load_languages()


def pdf(inputs: Inputs, language: str) -> bytes:
    return as_pdf(compose(inputs, LANGUAGES[language]), LANGUAGES[language])


def failures(content: bytes, profile: page.ValidationProfile) -> list[str]:
    """What the validator finds.

    Not counted: it takes a compressed stream whose last byte is a carriage return for one byte too long; the line feed
    behind it alone ends the line (ISO 32000-1, 7.3.8.1), and qpdf agrees.
    """
    report = page.validate_pdf_bytes(content, profile=profile)
    ends_in_return = len(re.findall(rb"\r\nendstream", content)) > 0
    return [
        f"{failure.rule_id}: {failure.message}"
        for failure in report.failures
        if not (failure.rule_id == "PDFA2A-STREAM-LENGTH-001" and ends_in_return)
    ]


@pytest.mark.parametrize(
    ("inputs", "language"),
    [(cast.site(), "fr"), (cast.site(Edition.PUBLIC, 2), "nl"), (cast.region(12), "en")],
    ids=["draft", "vintage", "region"],
)
def test_it_conforms_to_both_standards(inputs: Inputs, language: str) -> None:
    content = pdf(inputs, language)
    assert failures(content, page.ValidationProfile.PDF_UA_1) == []
    assert failures(content, page.ValidationProfile.PDF_A_2A) == []


def test_the_validator_sees_what_is_wrong() -> None:
    content = pdf(cast.site(), "en")
    assert failures(content.replace(b"/StructTreeRoot", b"/StructTreeR00t"), page.ValidationProfile.PDF_UA_1) != []


def test_its_structure_is_sound_and_it_says_what_it_is(tmp_path: Path) -> None:
    for program in ("qpdf", "pdfinfo"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(cast.site(Edition.PUBLIC, 2), "fr"))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    told = subprocess.run(["pdfinfo", path], check=True, capture_output=True, encoding="utf-8").stdout
    assert "Rapport annuel d’activités 2026 – Espace numérique du Canal" in told
    assert re.search(r"^Tagged: +yes$", told, re.MULTILINE)
