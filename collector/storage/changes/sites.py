"""Changes of sites themselves."""

from sqlalchemy import insert, select

from collector.domain.mistakes import N_, Mistake
from collector.domain.sites import SiteDetails, checked_site
from collector.storage.changes.base import Change, Outcome, Subject, note, put
from collector.storage.models import site
from collector.storage.queries.sites import every_site


def put_site(change: Change, wanted: SiteDetails) -> Outcome:
    """The site of that code, new or changed. No two sites may have one name in common."""
    wanted = checked_site(wanted)
    for other in every_site(change.connection):
        names = (wanted.name, wanted.name_nl, *wanted.other_names)
        taken = next((name for name in names if name and other.code != wanted.code and other.is_called(name)), None)
        if taken is not None:
            raise Mistake(
                N_("“%(name)s” is a name of the site %(code)s already; choose another one."),
                name=taken,
                code=other.code,
            )
    values = {
        "name": wanted.name,
        "name_nl": wanted.name_nl,
        "municipality": wanted.municipality,
        "operator": wanted.operator,
        "contact": wanted.contact,
        "label_status": wanted.label.value,
        "label_since": wanted.label_since,
        "other_names": "\n".join(wanted.other_names),
        "address": wanted.address,
        "address_nl": wanted.address_nl,
        "postal_code": wanted.postal_code,
        "phone": wanted.phone,
        "website": wanted.website,
        "quiet_shown": wanted.quiet_shown,
    }
    site_id = change.connection.execute(select(site.c.site_id).where(site.c.code == wanted.code)).scalar()
    if site_id is not None:
        return put(change, site, {"site_id": site_id}, values, Subject.SITE, wanted.code)
    added = change.connection.execute(insert(site).values(code=wanted.code, created_at=change.at, **values))
    note(change, added.inserted_primary_key[0], Subject.SITE, wanted.code, None, values)  # type: ignore[index]
    return Outcome.NEW
