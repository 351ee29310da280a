"""What the register says of a site itself."""

import datetime as dt
import re
from typing import NamedTuple

from collector.domain.fields import of_column, read_text
from collector.domain.mistakes import N_, Mistake
from collector.domain.register import LabelStatus

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
LONGEST_NAME = 120
LONGEST_MUNICIPALITY = 64
LONGEST_CONTACT = 200
LONGEST_OTHER_NAMES = 500
LONGEST_ADDRESS = 160
LONGEST_WEBSITE = 200
LONGEST_PHONE = 40
POSTAL_CODE = re.compile(r"(?:B-?)?[1-9]\d{3}", re.ASCII)
WEBSITE = re.compile(r"https?://[^\s/?#@:]+\.[^\s/?#@:]+(?::\d{1,5})?(?:[/?#]\S*)?")
PHONE = re.compile(r"\+?[0-9](?:[0-9 ./()-]*[0-9])?", re.ASCII)
TWO_NAMES = " \u2013 "
"""Between the French and the Dutch name of a municipality."""


def both_names(municipality: str) -> dict[str, str]:
    """“Forest – Vorst” has a name in each language; English uses both."""
    french, _, dutch = municipality.partition(TWO_NAMES)
    return {"fr": french, "nl": dutch or french, "en": municipality}


class SiteDetails(NamedTuple):
    code: str
    """Short, and for ever."""
    name: str
    """In French, or in the only language in which it has one."""
    name_nl: str = ""
    municipality: str = ""
    operator: str = ""
    contact: str = ""
    label: LabelStatus = LabelStatus.NONE
    label_since: dt.date | None = None
    other_names: tuple[str, ...] = ()
    """Former names and those that other programs use: files are recognised by them."""
    address: str = ""
    """Street and number, in French or in the only language that there is."""
    address_nl: str = ""
    postal_code: str = ""
    phone: str = ""
    website: str = ""
    """For visitors, as is the phone."""
    quiet_shown: bool = False
    """Whether the public pages may say how busy it is."""

    def is_called(self, name: str) -> bool:
        """Whether a file that says so means this site."""
        own = (self.code, self.name, self.name_nl, *self.other_names)
        return name.strip().casefold() in {each.casefold() for each in own if each}


def checked_site(site: SiteDetails) -> SiteDetails:
    """The site as it may be stored; raises Mistake."""
    if not CODE.fullmatch(site.code):
        raise Mistake(
            N_("The code “%(code)s” cannot be used; take 1 to 32 letters, digits and hyphens."), code=site.code[:40]
        )
    if (site.label is LabelStatus.NONE) != (site.label_since is None):
        raise Mistake(N_("The label needs both a status and the day since when, or neither."))
    others = tuple(
        dict.fromkeys(
            of_column("other_names", read_text, name, LONGEST_NAME) for name in site.other_names if name.strip()
        )
    )
    if len("\n".join(others)) > LONGEST_OTHER_NAMES:
        raise Mistake(N_("The other names are too long; %(most)s characters fit."), most=LONGEST_OTHER_NAMES)
    return site._replace(
        name=of_column("name", read_text, site.name, LONGEST_NAME, needed=True),
        name_nl=of_column("name_nl", read_text, site.name_nl, LONGEST_NAME),
        municipality=of_column("municipality", read_text, site.municipality, LONGEST_MUNICIPALITY),
        operator=of_column("operator", read_text, site.operator, LONGEST_NAME),
        contact=of_column("contact", read_text, site.contact, LONGEST_CONTACT),
        other_names=others,
        address=of_column("address", read_text, site.address, LONGEST_ADDRESS),
        address_nl=of_column("address_nl", read_text, site.address_nl, LONGEST_ADDRESS),
        postal_code=of_column("postal_code", read_postal_code, site.postal_code),
        phone=of_column("phone", read_phone, site.phone),
        website=of_column("website", read_website, site.website),
    )


def read_postal_code(text: str) -> str:
    """Four digits, as Belgium has them; empty where none is given."""
    text = text.strip()
    if text and not POSTAL_CODE.fullmatch(text):
        raise Mistake(N_("“%(text)s” is not a postal code; write four digits, such as 1000."), text=text[:20])
    return text[-4:]


def read_phone(text: str) -> str:
    text = read_text(text, LONGEST_PHONE)
    if text and not PHONE.fullmatch(text):
        raise Mistake(N_("“%(text)s” is not a telephone number; write digits, such as 02 123 45 67."), text=text[:20])
    return text


def read_website(text: str) -> str:
    """An address that a page may link to: nothing but the web."""
    text = read_text(text, LONGEST_WEBSITE)
    if text and not WEBSITE.fullmatch(text):
        raise Mistake(N_("“%(text)s” is not the address of a website; begin it with https://."), text=text[:40])
    return text
