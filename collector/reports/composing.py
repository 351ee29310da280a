"""Puts inputs into words: the report as a document, in one language."""

from collector.i18n import Speech
from collector.reports.chapters import cover
from collector.reports.chapters.equipment import equipment
from collector.reports.chapters.key_figures import key_figures
from collector.reports.chapters.method import checks, corrections, definitions, method, signatures
from collector.reports.chapters.offer import offer
from collector.reports.chapters.people import activities, attendance
from collector.reports.chapters.sites import sites
from collector.reports.chapters.use import use
from collector.reports.document import Document
from collector.reports.inputs import Inputs
from collector.reports.wording import Wording


def compose(inputs: Inputs, speech: Speech) -> Document:
    words = Wording(inputs, speech)
    chapters = [key_figures(words), offer(words), use(words)]
    if inputs.is_region():
        chapters.append(sites(words))
    chapters += [attendance(words), activities(words), equipment(words), checks(words), corrections(words)]
    chapters += [method(words), definitions(words), signatures(words)]
    return Document(
        language=speech.language,
        title=cover.title(words),
        subtitle=cover.subtitle(words),
        cover=cover.facts(words),
        running=cover.running(words),
        status=cover.status(words),
        watermark=cover.watermark(words),
        contents=speech.gettext("Contents"),
        sections=tuple(chapters),
        made_at=inputs.cut_off,
    )
