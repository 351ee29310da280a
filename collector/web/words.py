"""Names of our words for people: what an enumeration, or a column of a table, is called on a page."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from collector.domain.entered import ActivityKind, HowCounted, MonthlyKind, Service, Trait
from collector.domain.entered_words import SERVICES, WAYS
from collector.domain.equipment import EquipmentKind
from collector.domain.missing import Filled, Wanted
from collector.domain.mistakes import N_, Mistake
from collector.domain.quiet import Quietness
from collector.domain.register import LabelStatus, OpeningKind
from collector.storage.changes.base import Subject
from collector.storage.files.reading import FateWord

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    OpeningKind: {
        OpeningKind.FREE_ACCESS: N_("free access"),
        OpeningKind.ACCOMPANIED: N_("accompanied"),
        OpeningKind.TRAINING: N_("training"),
    },
    Quietness: {
        Quietness.QUIET: N_("quiet"),
        Quietness.MODERATE: N_("moderate"),
        Quietness.BUSY: N_("busy"),
    },
    LabelStatus: {
        LabelStatus.NONE: N_("no label"),
        LabelStatus.REQUESTED: N_("label requested"),
        LabelStatus.CERTIFIED: N_("certified by the Region"),
        LabelStatus.WITHDRAWN: N_("label withdrawn"),
    },
    EquipmentKind: {
        EquipmentKind.STATION: N_("station"),
        EquipmentKind.PRINTER: N_("printer"),
        EquipmentKind.PROJECTOR: N_("projector"),
        EquipmentKind.OTHER: N_("other equipment"),
    },
    HowCounted: WAYS,
    ActivityKind: {
        ActivityKind.WORKSHOP: N_("workshop"),
        ActivityKind.TRAINING: N_("training course"),
        ActivityKind.SUPPORT_APPOINTMENT: N_("individual support by appointment"),
        ActivityKind.SUPPORT_WALK_IN: N_("individual support, walk-in"),
    },
    Trait: {
        Trait.AGE: N_("Age"),
        Trait.GENDER: N_("Gender"),
        Trait.STATUS: N_("Status"),
        Trait.THEME: N_("Theme"),
        Trait.LANGUAGE: N_("Language of the activity"),
        Trait.AUDIENCE: N_("Audiences of the regional plan"),
    },
    Service: SERVICES,
    MonthlyKind: {
        MonthlyKind.SESSIONS: N_("sessions"),
        MonthlyKind.HOURS: N_("hours of use"),
        MonthlyKind.VISITS: N_("visits"),
        MonthlyKind.OCCUPANCY: N_("occupancy rate"),
        MonthlyKind.PAGE_VIEWS: N_("page views of the website"),
        MonthlyKind.WIFI_SESSIONS: N_("Wi-Fi sessions"),
    },
    Wanted: {
        Wanted.OPENING_HOURS: N_("Opening hours"),
        Wanted.ATTENDANCE: N_("Attendance"),
        Wanted.ACTIVITIES: N_("Activities"),
        Wanted.FACILITATORS: N_("the number of facilitators"),
        Wanted.SERVICES: N_("the list of services"),
        Wanted.NARRATIVE: N_("the text on the year"),
        Wanted.SUPPLY_DATES: N_("the day of supply of some equipment"),
    },
    Filled: {
        Filled.WHOLE: N_("entered"),
        Filled.PART: N_("in part"),
        Filled.NOTHING: N_("missing"),
        Filled.CLOSED: N_("closed"),
        Filled.LATER: N_("not over yet"),
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
    },
}

TRAIT_VALUES: Mapping[str, str] = {
    "age:0_11": N_("under 12 years"),
    "age:12_17": N_("12 to 17 years"),
    "age:18_25": N_("18 to 25 years"),
    "age:26_54": N_("26 to 54 years"),
    "age:55_64": N_("55 to 64 years"),
    "age:65_more": N_("65 years and over"),
    "gender:women": N_("women"),
    "gender:men": N_("men"),
    "gender:other": N_("other or not said"),
    "status:employed": N_("employed"),
    "status:job_seeker": N_("looking for work"),
    "status:student": N_("pupil or student"),
    "status:retired": N_("retired"),
    "status:other": N_("another status"),
    "theme:first_steps": N_("first steps"),
    "theme:administration": N_("administration online"),
    "theme:work": N_("work and training"),
    "theme:communication": N_("communication"),
    "theme:safety": N_("safety and privacy"),
    "theme:creation": N_("creation"),
    "theme:other": N_("another theme"),
    "language:fr": N_("French"),
    "language:nl": N_("Dutch"),
    "language:en": N_("English"),
    "language:other": N_("another language"),
    "audience:job_seekers": N_("job-seekers"),
    "audience:young_people": N_("young people"),
    "audience:seniors": N_("seniors"),
    "audience:disabilities": N_("people with disabilities"),
    "audience:precarity": N_("people in precarity"),
    "audience:women": N_("women"),
}

FIELDS: Mapping[str, str] = {
    "site": N_("Site"),
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
    "visits": N_("Visits"),
    "persons": N_("Distinct persons, if you know"),
    "how_counted": N_("How counted"),
    "title": N_("Title"),
    "number": N_("How many"),
    "hours": N_("Hours in all"),
    "attendances": N_("Attendances"),
    "recurrent": N_("of which had come before"),
    "facilitators": N_("Facilitators"),
    "facilitators_fte": N_("Full-time equivalents"),
    "month": N_("Month"),
    "figure": N_("Figure"),
    "value": N_("Value"),
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
