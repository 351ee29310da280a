"""Papers on data protection and accessibility, as documents: for a page, for paper, in three languages."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from collector.domain.mistakes import N_
from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.papers.accessibility import accessibility
from collector.reports.papers.assessment import assessment
from collector.reports.papers.facts import Facts
from collector.reports.papers.privacy import privacy
from collector.reports.papers.record import record
from collector.reports.papers.roles import roles
from collector.reports.papers.terminal import terminal


class Paper(NamedTuple):
    title: str
    """Marked for translation."""
    for_everybody: bool
    compose: Callable[[Speech, Facts], Document]


PAPERS: Mapping[str, Paper] = {
    "privacy": Paper(N_("Privacy notice"), True, privacy),
    "accessibility": Paper(N_("Accessibility statement"), True, accessibility),
    "record": Paper(N_("Record of processing"), False, record),
    "impact-assessment": Paper(N_("Data protection impact assessment"), False, assessment),
    "terminal-equipment": Paper(N_("Access to terminal equipment"), False, terminal),
    "roles": Paper(N_("Controller and processors"), False, roles),
}
"""By the word in their address."""

__all__ = ["PAPERS", "Facts", "Paper"]
