"""Every figure of the catalogue with what it means, at an address of its own: /figures#B1."""

from litestar import Response, get

from collector.web.surroundings import Around, WebRequest


@get("/figures", sync_to_thread=False)
def show(request: WebRequest, around: Around) -> Response[str]:
    ours = around.settings.catalogue
    by_letter: dict[str, list[object]] = {}
    for figure in ours.figures.values():
        by_letter.setdefault(figure.letter(), []).append(figure)
    return around.pages.render(request, "glossary.html", catalogue=ours, by_letter=by_letter)
