"""The register of a site: what it is called, who runs it, its label."""

from functools import partial

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.fields import read_day_or_none, read_word
from collector.domain.register import LabelStatus
from collector.domain.sites import SiteDetails
from collector.storage.changes.base import Change
from collector.storage.changes.sites import put_site
from collector.storage.engine import reading
from collector.storage.queries.audit import audit_of
from collector.storage.queries.sites import details_of
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest

CHANGES_SHOWN = 100


@get("/sites/{code:str}/register", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], stored: FromQuery[int] = 0) -> Response[str]:
    return page(request, around, code, None, stored=bool(stored))


@post("/sites/{code:str}/register/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    with reading(around.engine) as connection:
        label = may(request.user, Permission.LABEL, found_site(connection, code))
    refused = carried_out(request, around, code, data, {"site": partial(store, label=label)})
    return page(request, around, code, refused) if refused else back_to(request, f"/sites/{code}/register")


def store(change: Change, site_id: int, typed: Typed, *, label: bool) -> None:
    """Without the right to it, the label stays as it is."""
    before = details_of(change.connection, site_id)
    put_site(
        change,
        SiteDetails(
            before.code,
            typed["name"],
            typed["name_nl"],
            typed["municipality"],
            typed["operator"],
            typed["contact"],
            typed.read("label_status", lambda word: read_word(word, LabelStatus)) if label else before.label,
            typed.read("label_since", read_day_or_none) if label else before.label_since,
            tuple(typed["other_names"].splitlines()),
            typed["address"],
            typed["address_nl"],
            typed["postal_code"],
            typed["phone"],
            typed["website"],
            quiet_shown=typed["quiet_shown"] == "1",
        ),
    )


def page(
    request: WebRequest, around: Surroundings, code: str, refused: Refused | None, *, stored: bool = False
) -> Response[str]:
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        details = details_of(connection, site.site_id)
        changes = audit_of(connection, site.site_id, CHANGES_SHOWN)
    return around.pages.render(
        request,
        "register.html",
        status=400 if refused else 200,
        site=site,
        details=details,
        changes=changes,
        may_edit=may(request.user, Permission.REGISTER, site),
        may_label=may(request.user, Permission.LABEL, site),
        refused=refused,
        stored=stored,
        labels=list(LabelStatus),
    )
