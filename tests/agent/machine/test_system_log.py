"""Events of Windows' System log as XML, laid out as EvtRender gives them."""

from datetime import UTC, datetime

import pytest

from agent.machine.base import BOOT, LOG_OFF, LOG_ON, POWER_OFF, RESUME, SUSPEND, Logged
from agent.machine.system_log import moment_of, query_of, told_in

ALICE = "S-1-5-21-1004336348-1177238915-682003330-1001"
AT = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC).timestamp()
SYSTEM = """<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='{source}' \
Guid='{{dbe9b383-7cf3-4331-91cc-a3cb16a3b538}}'/><EventID{qualifiers}>{number}</EventID><Version>0</Version><Level>4</Level>\
<Task>1101</Task><Opcode>0</Opcode><Keywords>0x2000000000000000</Keywords><TimeCreated SystemTime='{time}'/>\
<EventRecordID>2210</EventRecordID><Correlation ActivityID='{{0f2f31c0-5a5f-0001-7f32-2f0f5f5adb01}}'/><Execution \
ProcessID='632' ThreadID='2052'/><Channel>System</Channel><Computer>PC-1</Computer>\
<Security UserID='S-1-5-18'/></System>\
{data}</Event>"""
WHO = "<EventData><Data Name='TSId'>{0}</Data><Data Name='UserSid'>{1}</Data></EventData>"


def event(source: str, number: int, data: str = "", time: str = "2026-11-20T09:30:00.1234567Z", more: str = "") -> str:
    return SYSTEM.format(source=source, number=number, data=data, time=time, qualifiers=more)


def test_a_log_on_and_a_log_off_tell_the_session_and_whose_it_is() -> None:
    told = told_in(event("Microsoft-Windows-Winlogon", 7001, WHO.format(2, ALICE)))
    assert told == (Logged(AT, LOG_ON, 2), ALICE)
    told = told_in(event("Microsoft-Windows-Winlogon", 7002, WHO.format(2, ALICE)))
    assert told == (Logged(AT, LOG_OFF, 2), ALICE)


@pytest.mark.parametrize(
    ("source", "number", "kind"),
    [
        ("EventLog", 6005, BOOT),
        ("EventLog", 6006, POWER_OFF),
        ("EventLog", 6008, BOOT),
        ("Microsoft-Windows-Kernel-Power", 41, BOOT),
        ("Microsoft-Windows-Kernel-Power", 42, SUSPEND),
        ("Microsoft-Windows-Kernel-Power", 107, RESUME),
    ],
)
def test_what_is_of_the_whole_computer_names_nobody(source: str, number: int, kind: str) -> None:
    data = "<EventData><Data>12:10:02</Data><Data>\u200e20/\u200e11/\u200e2026</Data></EventData>"
    told = told_in(event(source, number, data, more=" Qualifiers='32768'"))
    assert told == (Logged(AT, kind), "")


@pytest.mark.parametrize(
    "text",
    [
        event("Service Control Manager", 7001, WHO.format(1, ALICE)),  # the same number of another source
        event("Microsoft-Windows-Winlogon", 6000),
        event("Microsoft-Windows-Winlogon", 7001),
        event("Microsoft-Windows-Winlogon", 7001, WHO.format("one", ALICE)),
        event("EventLog", 6005, time="yesterday"),
        event("EventLog", 6005)[:300],
        "<Event/>",
        "",
    ],
)
def test_other_events_and_damaged_ones_tell_nothing(text: str) -> None:
    assert told_in(text) is None


@pytest.mark.parametrize(
    ("time", "second"),
    [
        ("2026-11-20T09:30:00.000000000Z", 0),
        ("2026-11-20T09:30:07Z", 7),
        ("2026-11-20T09:30:07.5Z", 7.5),
        ("2026-11-20T09:30:07.1234567Z", 7.123456),
    ],
)
def test_times_are_utc_whatever_the_number_of_digits(time: str, second: float) -> None:
    start = datetime(2026, 11, 20, 9, 30, tzinfo=UTC).timestamp()
    assert moment_of(event("Anything", 1, time=time)) == pytest.approx(start + second)


def test_what_is_no_event_has_no_moment() -> None:
    for text in ("", "<Event/>", "<a"):
        with pytest.raises(ValueError, match="no event"):
            moment_of(text)


def test_the_question_names_sources_numbers_and_the_stretch_of_time() -> None:
    query = query_of(AT, AT + 3600)
    assert "(Provider[@Name='Microsoft-Windows-Winlogon'] and (EventID=7001 or EventID=7002))" in query
    assert "TimeCreated[@SystemTime>='2026-11-20T09:30:00.000Z' and @SystemTime<='2026-11-20T10:30:00.000Z']" in query
    assert query.count("[") == query.count("]")
