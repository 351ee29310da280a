"""Who may read the papers."""

import pytest

from collector.reports.papers import PAPERS
from tests.collector.web.browser import Browser


def test_everybody_reads_the_notices(stranger: Browser) -> None:
    for path, words in (
        ("/privacy", "What is never stored or sent"),
        ("/accessibility", "How this statement was made"),
        ("/papers/privacy", "90 days"),
    ):
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert words in answer.text
    assert 'href="/privacy"' in stranger.get("/login").text


@pytest.mark.parametrize("name", [name for name, paper in PAPERS.items() if not paper.for_everybody])
def test_papers_of_the_data_protection_officer_need_a_log_in(
    name: str, stranger: Browser, administrator: Browser
) -> None:
    for path in (f"/papers/{name}", f"/papers/{name}/pdf"):
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")
    assert administrator.get(f"/papers/{name}").status_code == 200


def test_a_paper_comes_as_pdf_in_the_language_of_the_reader(stranger: Browser) -> None:
    answer = stranger.get("/papers/privacy/pdf", **{"Accept-Language": "nl"})
    assert answer.headers["content-type"] == "application/pdf"
    assert "privacy-nl.pdf" in answer.headers["content-disposition"]
    assert answer.content[:5] == b"%PDF-"


def test_there_is_no_other_paper(administrator: Browser) -> None:
    assert administrator.get("/papers/nothing").status_code == 404
    assert administrator.get("/papers/nothing/pdf").status_code == 404
    page = administrator.get("/papers").text
    assert all(f'href="/papers/{name}"' in page for name in PAPERS)
