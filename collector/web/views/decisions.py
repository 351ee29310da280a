"""What the Region decides for all sites, each from a day on."""

from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.calendar import local_date
from collector.domain.fields import read_day, read_word
from collector.domain.mistakes import Mistake
from collector.domain.regional import DEFAULTS, Regional, in_force, read_value
from collector.storage.changes.regional import put_decision
from collector.storage.engine import reading, writing
from collector.storage.queries.regional import decisions_of
from collector.web.editing import Form, Refused, Typed, back_to, change_by
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.words import sentence_of


@get("/region/decisions", sync_to_thread=True)
def show(request: WebRequest, around: Around, stored: FromQuery[int] = 0) -> Response[str]:
    return page(request, around, None, stored=bool(stored))


@post("/region/decisions/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    typed = Typed(data)
    if typed["action"] not in {"decide", "take_back"}:
        raise ClientException
    try:
        which = typed.read("decision", lambda word: read_word(word, Regional))
        day = typed.read("valid_from", read_day)
        value = typed.read("value", lambda text: read_value(which, text)) if typed["action"] == "decide" else None
        with writing(around.engine) as connection:
            put_decision(change_by(request, around, connection), which, day, value)
    except Mistake as mistake:
        sentence = sentence_of(mistake, around.pages.speech_of(request).gettext)
        return page(request, around, Refused("decide", sentence, typed))
    return back_to(request, "/region/decisions")


def page(request: WebRequest, around: Surroundings, refused: Refused | None, *, stored: bool = False) -> Response[str]:
    rules = around.settings.rules
    today = local_date(around.clock(), rules.zone)
    with reading(around.engine) as connection:
        decisions = decisions_of(connection, rules.zone)
    known = [(which, each, True) for which, some in decisions.items() for each in some]
    known += [(which, each, False) for which, some in DEFAULTS.items() for each in some]
    return around.pages.render(
        request,
        "decisions.html",
        status=400 if refused else 200,
        decisions=list(Regional),
        in_force={which: in_force(decisions, which, today) for which in Regional},
        usual={Regional.IDLE_RULE: min(rules.idle_rules).minutes, Regional.LIFTED: 0},
        known=sorted(known, key=lambda each: (list(Regional).index(each[0]), each[1].valid_from)),
        Regional=Regional,
        may_decide=may(request.user, Permission.DECIDE),
        refused=refused,
        stored=stored,
    )
