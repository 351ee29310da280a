"""What people enter, in words: the same in a form and in a report. The catalogues translate them."""

from collections.abc import Mapping

from collector.domain.entered import HowCounted, Service
from collector.domain.mistakes import N_

WAYS: Mapping[str, str] = {
    HowCounted.DOOR_COUNTER: N_("counter at the door"),
    HowCounted.TALLY: N_("tally by hand"),
    HowCounted.SAMPLE_WEEK: N_("sample week"),
    HowCounted.ESTIMATE: N_("estimate"),
}
SERVICES: Mapping[str, str] = {
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
}
