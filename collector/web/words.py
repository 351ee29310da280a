"""Names of our words for people: what an enumeration, or a column of a table, is called on a page.

Those of the domain, which reports need too, stand in `collector.domain.words`.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from collector.domain.access import Role
from collector.domain.alert_mails import AlertMails
from collector.domain.fleet import Column
from collector.domain.health.states import State
from collector.domain.lifetimes import Maintenance
from collector.domain.mistakes import N_, Mistake
from collector.domain.words import NAMES
from collector.storage.changes.base import Subject
from collector.storage.files.reading import FateWord

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    **NAMES,
    Role: {
        Role.ADMINISTRATOR: N_("administrator"),
        Role.REGIONAL_COORDINATOR: N_("regional coordinator"),
        Role.SITE_COORDINATOR: N_("site coordinator"),
        Role.FACILITATOR: N_("facilitator"),
        Role.TECHNICIAN: N_("technician"),
        Role.READER: N_("reader"),
    },
    AlertMails: {
        AlertMails.ALL: N_("at once what is critical, and in the morning what is open"),
        AlertMails.CRITICAL: N_("only at once what is critical"),
        AlertMails.DIGEST: N_("only in the morning what is open"),
        AlertMails.NONE: N_("none"),
    },
    State: {
        State.ONLINE: N_("online"),
        State.OFF: N_("off"),
        State.EXPECTED_OFF: N_("off, as expected"),
        State.LATE: N_("late"),
        State.SILENT: N_("silent"),
        State.MISSING: N_("missing"),
        State.ON_WHILE_CLOSED: N_("on while closed"),
        State.UNKNOWN: N_("silent, opening hours unknown"),
        State.NEVER_SEEN: N_("never seen"),
        State.WAITING: N_("waiting for approval"),
        State.QUARANTINED: N_("in quarantine"),
        State.OUT_OF_ORDER: N_("out of order"),
        State.IN_STORAGE: N_("in storage"),
    },
    Maintenance: {
        Maintenance.LASTING: N_("under maintenance"),
        Maintenance.ENDING: N_("ends within six months"),
        Maintenance.ENDED: N_("ended"),
        Maintenance.UNKNOWN: N_("not known"),
    },
    Column: {
        Column.SITE: N_("Site"),
        Column.STATE: N_("State"),
        Column.CONTACT: N_("Last contact"),
        Column.SYSTEM: N_("System"),
        Column.MODEL: N_("Model"),
        Column.MEMORY: N_("Memory"),
        Column.DISK: N_("Disk"),
        Column.FREE: N_("Free on the disk"),
        Column.PROCESSORS: N_("Processors"),
        Column.LINK: N_("Network"),
        Column.RESTART: N_("Restart is due"),
        Column.AGENT: N_("Version of the agent"),
        Column.SUPPLIED: N_("Day of supply"),
        Column.MAINTENANCE: N_("Maintenance until"),
    },
    FateWord: {
        FateWord.NEW: N_("new"),
        FateWord.CHANGED: N_("changed"),
        FateWord.SAME: N_("as it is"),
        FateWord.WRONG: N_("wrong"),
        FateWord.LEFT_OUT: N_("left out"),
    },
    Subject: {
        Subject.SITE: N_("Site"),
        Subject.EQUIPMENT: N_("Equipment"),
        Subject.OUTAGE: N_("Out of order"),
        Subject.TIMETABLE: N_("Timetable"),
        Subject.CLOSURE: N_("Closure"),
        Subject.EXTRA_OPENING: N_("Extra opening"),
        Subject.HOLIDAY: N_("Holiday"),
        Subject.ATTENDANCE: N_("Attendance"),
        Subject.ACTIVITY: N_("Activity"),
        Subject.YEAR: N_("Year"),
        Subject.MONTHLY_FIGURE: N_("Monthly figure"),
        Subject.DECISION: N_("Decision of the Region"),
        Subject.ACCOUNT: N_("Account"),
        Subject.ENROLMENT: N_("Enrolment"),
        Subject.TOKEN: N_("Token for programs"),
        Subject.CHECK: N_("Accepted check"),
        Subject.REPORT: N_("Frozen report"),
        Subject.DOWNLOAD: N_("Download"),
        Subject.ALERT: N_("Alert"),
        Subject.THRESHOLD: N_("Threshold of alerts"),
        Subject.WINDOW: N_("Maintenance window"),
    },
}

FIELDS: Mapping[str, str] = {
    "site": N_("Site"),
    "account_name": N_("Name"),
    "email": N_("E-mail address"),
    "alert_mails": N_("Mails about alerts"),
    "role": N_("Role"),
    "name": N_("Name in French"),
    "name_fr": N_("Name in French"),
    "equipment": N_("Device"),
    "weekday": N_("Day of the week"),
    "holiday": N_("Holiday"),
    "open": N_("Open"),
    "year": N_("Year"),
    "services": N_("What the site offers"),
    "narrative": N_("The year in your own words"),
    "public": N_("Who came, if you know"),
    "name_nl": N_("Name in Dutch"),
    "municipality": N_("Municipality"),
    "operator": N_("Operator"),
    "contact": N_("Contact"),
    "label": N_("Label"),
    "label_status": N_("Label of the Region"),
    "label_since": N_("Since"),
    "other_names": N_("Other names, one on each line"),
    "address": N_("Address in French"),
    "address_fr": N_("Address in French"),
    "address_nl": N_("Address in Dutch"),
    "postal_code": N_("Postal code"),
    "phone": N_("Telephone for visitors"),
    "website": N_("Website"),
    "quiet_shown": N_("Say on the public pages how busy it is"),
    "kind": N_("Kind"),
    "from": N_("From"),
    "until": N_("Until"),
    "valid_from": N_("Valid from"),
    "first_day": N_("First day"),
    "last_day": N_("Last day"),
    "day": N_("Day"),
    "reason": N_("Reason"),
    "station_number": N_("Enrolled station"),
    "installed_on": N_("At the site since"),
    "supplied_on": N_("Day of supply"),
    "maintained_until": N_("Maintenance until, if not four years"),
    "retired_on": N_("Gone since"),
    "model": N_("Model"),
    "serial": N_("Serial number, if you keep it"),
    "tag": N_("Tag"),
    "type": N_("Kind"),
    "supply_date": N_("Day of supply"),
    "visits": N_("Visits"),
    "persons": N_("Distinct persons, if you know"),
    "how_counted": N_("How counted"),
    "title": N_("Title"),
    "number": N_("How many activities"),
    "hours": N_("Hours in all"),
    "attendances": N_("Attendances"),
    "recurrent": N_("of which had come before"),
    "facilitators": N_("Facilitators"),
    "facilitators_fte": N_("Full-time equivalents"),
    "activity": N_("Number of the activity"),
    "stations": N_("Number of stations"),
    "month": N_("Month"),
    "figure": N_("Figure"),
    "value": N_("Value"),
    "memory_below": N_("Memory below (GB)"),
    "memory_above": N_("Memory above (GB)"),
    "free_below": N_("Free on the disk below (GB)"),
    "supplied": N_("Year of supply"),
    "decision": N_("Decision"),
    "note": N_("Note"),
    "begins": N_("From"),
    "ends": N_("Until"),
    "threshold": N_("Threshold"),
    "source": N_("From which tool or person"),
    "method": N_("How it was counted"),
}


def name_of(word: StrEnum, translate: Callable[[str], str]) -> str:
    return translate(WORDS[type(word)][word])


def sentence_of(mistake: Mistake, translate: Callable[[str], str]) -> str:
    """A mistake for the reader, with the name of its field."""
    sentence = translate(mistake.sentence) % mistake.values
    if not mistake.column:
        return sentence
    field = FIELDS.get(mistake.column)
    named = translate(N_("%(name)s: %(value)s"))
    return named % {"name": translate(field) if field else mistake.column, "value": sentence}
