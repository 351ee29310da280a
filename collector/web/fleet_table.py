"""Computers as a table of words and plain numbers, for spreadsheets and programs."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from collector.domain.csv_files import write_sheet
from collector.domain.fields import write_day, write_moment
from collector.domain.fleet import GIB, Column, Computer
from collector.i18n import Speech
from collector.web.shown_tables import plain
from collector.web.words import name_of

IN_GIGABYTES = frozenset({Column.MEMORY, Column.DISK, Column.FREE})


def as_csv(
    computers: Sequence[Computer],
    columns: Sequence[Column],
    site_names: Mapping[int, str],
    speech: Speech,
    zone: ZoneInfo,
) -> str:
    """A field is empty where nothing is known. Sizes are in GB, speeds in Mbit/s, with points."""
    head = [speech.gettext("Station"), *(head_of(column, speech) for column in columns)]
    rows = [
        [plain(one.label), *(plain(cell_of(one, column, site_names, speech, zone)) for column in columns)]
        for one in computers
    ]
    return write_sheet(head, rows)


def head_of(column: Column, speech: Speech) -> str:
    name = name_of(column, speech.gettext)
    if column in IN_GIGABYTES:
        return f"{name} (GB)"
    return f"{name} (Mbit/s)" if column is Column.LINK else name


def cell_of(  # one line for each kind of value
    one: Computer, column: Column, site_names: Mapping[int, str], speech: Speech, zone: ZoneInfo
) -> str:
    built = one.hardware
    sizes = {Column.MEMORY: built.memory_bytes, Column.DISK: built.disk_bytes, Column.FREE: built.free_bytes}
    if column in sizes:
        return gigabytes(sizes[column])
    if column is Column.STATE:
        return "" if one.state is None else name_of(one.state, speech.gettext)
    if column is Column.CONTACT:
        return "" if one.contact_at is None else write_moment(one.contact_at, zone)
    if column is Column.RESTART:
        words = {None: "", True: speech.gettext("yes"), False: speech.gettext("no")}
        return words[built.restart_pending]
    return {
        Column.SITE: site_names[one.site_id],
        Column.SYSTEM: built.system or "",
        Column.MODEL: one.called(),
        Column.PROCESSORS: _number(built.processors),
        Column.LINK: _number(built.link_megabits),
        Column.AGENT: one.agent_version,
        Column.SUPPLIED: write_day(one.supplied_on),
        Column.MAINTENANCE: write_day(one.maintenance_end),
    }[column]


def gigabytes(size_bytes: int | None) -> str:
    """To the tenth, without a tenth that is zero."""
    return "" if size_bytes is None else f"{size_bytes / GIB:.1f}".removesuffix(".0")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
