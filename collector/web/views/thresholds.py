"""From when on technicians are told: what holds, what is usual, who changed it and when."""

import secrets
from enum import StrEnum
from typing import NamedTuple

from litestar import Response, get, post
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.params import FromQuery
from litestar.response import Redirect

from collector.alerts.channels import reason_of
from collector.alerts.notices import MAIL, note_outcome
from collector.alerts.passing_on import trial
from collector.domain.access import Permission
from collector.domain.health.thresholds import LIMITS, Thresholds, read_threshold
from collector.domain.mistakes import Mistake
from collector.mail import send
from collector.storage.changes.alerts import put_threshold
from collector.storage.changes.base import Subject
from collector.storage.engine import reading, writing
from collector.storage.queries.audit import Wanted, audit_log
from collector.storage.queries.channels import Outcome, outcomes
from collector.storage.queries.thresholds import decided_thresholds
from collector.web.editing import Form, Refused, Typed, back_to, change_by, refused
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.threshold_words import THRESHOLDS

LINES = 30


class Tried(StrEnum):
    """What became of a test message."""

    SENT = "sent"
    REFUSED = "refused"
    NO_ADDRESS = "no_address"
    NO_SERVER = "no_server"
    CHANNEL_SENT = "channel_sent"
    CHANNEL_REFUSED = "channel_refused"


class WayOut(NamedTuple):
    """A way out for alerts as the page shows it."""

    key: str
    """Empty: mails."""
    label: str
    outcome: Outcome | None


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


@post("/thresholds/message", sync_to_thread=True)
def try_out(request: WebRequest, around: Around, data: Form) -> Response[str]:
    """One mail to the reader's own address, or one message to a channel, as alerts are sent."""
    key = Typed(data)["channel"]
    return try_channel(request, around, key) if key else try_mail(request, around)


def try_channel(request: WebRequest, around: Surroundings, key: str) -> Response[str]:
    if not may(request.user, Permission.MAINTAIN):
        raise PermissionDeniedException
    found = next((each for each in around.settings.channels if each.key == key), None)
    if found is None:
        raise ClientException
    now, reason = around.clock(), ""
    try:
        found.deliver(trial(around.pages.speech_of(request), secrets.token_hex(16)), now)
    except OSError as error:
        reason = reason_of(error)
    with writing(around.engine) as connection:
        note_outcome(connection, key, now, reason)
    tried = Tried.CHANNEL_REFUSED if reason else Tried.CHANNEL_SENT
    return page(request, around, None, tried=tried, reason=reason, channel=found.label)


def try_mail(request: WebRequest, around: Surroundings) -> Response[str]:
    speech, office = around.pages.speech_of(request), around.settings.post
    address = request.user.email if request.user else ""
    if office is None:
        return page(request, around, None, tried=Tried.NO_SERVER)
    if not address:
        return page(request, around, None, tried=Tried.NO_ADDRESS)
    text = speech.gettext("This is the test message that you asked for. Mails about alerts reach you in the same way.")
    try:
        send(office, address, speech.gettext("Test message"), f"{text}\n", speech)
    except OSError as error:
        return page(request, around, None, tried=Tried.REFUSED, reason=type(error).__name__)
    return page(request, around, None, tried=Tried.SENT)


def page(
    request: WebRequest,
    around: Surroundings,
    wrong: Refused | None,
    *,
    chosen: str = "",
    stored: bool = False,
    tried: Tried | None = None,
    reason: str = "",
    channel: str = "",
) -> Response[str]:
    """`reason` is why the mail server or the channel took nothing, as programs name it."""
    with reading(around.engine) as connection:
        ways = ways_out(around, outcomes(connection))
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
        address=request.user.email if request.user else "",
        tried=tried,
        Tried=Tried,
        reason=reason,
        channel=channel,
        ways=ways,
        refused=wrong,
        stored=stored,
    )


def ways_out(around: Surroundings, known: dict[str, Outcome]) -> list[WayOut]:
    """Those that the settings name."""
    mails = [WayOut("", "", known.get(MAIL))] if around.settings.post is not None else []
    return mails + [WayOut(each.key, each.label, known.get(each.key)) for each in around.settings.channels]
