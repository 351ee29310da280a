"""Who may change what. The only place that decides it."""

from collector.domain.disclosure import Audience
from collector.storage.queries.accounts import Account
from collector.storage.queries.sites import Site
from collector.web.accounts import ADMINISTRATOR


def may_edit(account: Account | None, _site: Site) -> bool:
    """Whether somebody may change what the register says of a site, and enter figures for it."""
    return account is not None and account.role == ADMINISTRATOR


def may_decide(account: Account | None) -> bool:
    """Whether somebody may change what the Region decides for all sites."""
    return account is not None and account.role == ADMINISTRATOR


def audience_of(_account: Account | None, site: Site | None) -> Audience:
    """As whom somebody reads the figures of a site, or of the Region where there is none.

    Whoever may log in is of the sites; the Region's own figures are under disclosure control for everybody.
    """
    return Audience.REGION if site is None else Audience.SITE
