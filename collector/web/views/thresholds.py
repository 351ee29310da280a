"""From when on technicians are told: what holds, what is usual, who changed it and when."""

from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.health.thresholds import LIMITS, Thresholds, read_threshold
from collector.domain.mistakes import Mistake
from collector.storage.changes.alerts import put_threshold
from collector.storage.changes.base import Subject
from collector.storage.engine import reading, writing
from collector.storage.queries.audit import Wanted, audit_log
from collector.storage.queries.thresholds import decided_thresholds
from collector.web.editing import Form, Refused, Typed, back_to, change_by, refused
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.threshold_words import THRESHOLDS

LINES = 30


@get("/thresholds", sync_to_thread=True)
def show(request: WebRequest, around: Around, change: FromQuery[str] = "", stored: FromQuery[int] = 0) -> Response[str]:
    return page(request, around, None, chosen=change, stored=bool(stored))


@post("/thresholds/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    typed = Typed(data)
    name = typed["threshold"]
    if name not in LIMITS or typed["action"] not in {"change", "usual"}:
        raise ClientException
    try:
        value = typed.read("value", lambda text: read_threshold(name, text)) if typed["action"] == "change" else None
        with writing(around.engine) as connection:
            put_threshold(change_by(request, around, connection), name, value)
    except Mistake as mistake:
        mistake.column = mistake.column or "value"
        wrong = refused("change", mistake, typed, around.pages.speech_of(request).gettext)
        return page(request, around, wrong, chosen=name)
    return back_to(request, "/thresholds")


def page(
    request: WebRequest, around: Surroundings, wrong: Refused | None, *, chosen: str = "", stored: bool = False
) -> Response[str]:
    with reading(around.engine) as connection:
        decided = decided_thresholds(connection)
        lines = audit_log(connection, Wanted(subject=Subject.THRESHOLD), LINES)
    return around.pages.render(
        request,
        "thresholds.html",
        status=400 if wrong else 200,
        names={name: around.pages.speech_of(request).gettext(said) for name, said in THRESHOLDS.items()},
        usual=Thresholds()._asdict(),
        decided=decided,
        limits=LIMITS,
        chosen=chosen if chosen in LIMITS else "",
        lines=lines,
        may_change=may(request.user, Permission.MAINTAIN),
        refused=wrong,
        stored=stored,
    )
