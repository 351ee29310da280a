"""Who may change what. The only place that decides it."""

from collector.storage.queries.accounts import Account
from collector.storage.queries.sites import Site
from collector.web.accounts import ADMINISTRATOR


def may_edit(account: Account | None, _site: Site) -> bool:
    """Whether somebody may change what the register says of a site, and enter figures for it."""
    return account is not None and account.role == ADMINISTRATOR
