"""What our words are called in the three languages: marked here for the catalogues, for pages and reports alike."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from collector.domain.entered import ActivityKind, HowCounted, MonthlyKind, Service, Trait
from collector.domain.equipment import EquipmentKind, OutageKind
from collector.domain.missing import Filled, Wanted
from collector.domain.mistakes import N_
from collector.domain.quiet import Quietness
from collector.domain.regional import Regional
from collector.domain.register import LabelStatus, OpeningKind

NAMES: Mapping[type[StrEnum], Mapping[str, str]] = {
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
    OutageKind: {
        OutageKind.OUT_OF_ORDER: N_("out of order"),
        OutageKind.IN_STORAGE: N_("in storage"),
    },
    HowCounted: {
        HowCounted.DOOR_COUNTER: N_("counter at the door"),
        HowCounted.TALLY: N_("tally by hand"),
        HowCounted.SAMPLE_WEEK: N_("sample week"),
        HowCounted.ESTIMATE: N_("estimate"),
    },
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
    Service: {
        Service.WIFI: N_("Wi-Fi"),
        Service.PRINTING: N_("printing"),
        Service.SCANNING: N_("scanning"),
        Service.OFFICE_SOFTWARE: N_("office software"),
        Service.ADAPTED_EQUIPMENT: N_("equipment for people with disabilities"),
        Service.LENDING: N_("lending of equipment"),
        Service.PUBLIC_WRITER: N_("public writer"),
        Service.JOB_SEARCH: N_("help with the search for work"),
        Service.ADMINISTRATIVE_HELP: N_("help with administration online"),
        Service.REPAIR: N_("repair of visitors’ equipment"),
    },
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
    Regional: {
        Regional.IDLE_RULE: N_("Idle rule, in minutes"),
        Regional.LABEL_HOURS: N_("Label: opening hours a week, at least"),
        Regional.LABEL_STATIONS: N_("Label: computers and tablets, at least"),
        Regional.LIFTED: N_("Regional coordinators see small figures too"),
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


def name_of(word: StrEnum, translate: Callable[[str], str]) -> str:
    return translate(NAMES[type(word)][word])


def trait_value(trait: Trait, value: str, translate: Callable[[str], str]) -> str:
    return translate(TRAIT_VALUES[f"{trait.value}:{value}"])
