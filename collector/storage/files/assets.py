"""The asset list of whoever supplies computers, printers and projectors: one line for each device, known by its tag.

A tag is the label of a device in the register, and the label with which its agent enrols: that is how a station and an
asset are matched, whichever of them comes first. A blank cell is not known, and changes nothing. What is in the
register and not in the list stays as it is.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from collector.domain.csv_files import Sheet
from collector.domain.equipment import Equipment, EquipmentKind
from collector.domain.fields import read_day, read_needed, read_word
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Outcome
from collector.storage.changes.equipment import put_equipment
from collector.storage.files.reading import Cells, FileKind, Intake
from collector.storage.queries.equipment import equipment_of
from collector.storage.queries.tags import tagged_stations

COLUMNS = ("tag", "serial", "type", "model", "supply_date", "site")
NEEDED = frozenset(("tag", "type", "site"))

TYPES: Mapping[str, EquipmentKind] = {
    **dict.fromkeys(
        ("pc", "computer", "desktop", "laptop", "notebook", "ordinateur", "portable", "poste", "werkstation"),
        EquipmentKind.STATION,
    ),
    **dict.fromkeys(("imprimante", "copieur", "copier", "mfp"), EquipmentKind.PRINTER),
    **dict.fromkeys(("projecteur", "vidéoprojecteur", "videoprojecteur", "beamer"), EquipmentKind.PROJECTOR),
    **dict.fromkeys(("autre", "andere"), EquipmentKind.OTHER),
}
"""What suppliers write, beside our own words."""


def read_type(text: str) -> EquipmentKind:
    return TYPES.get(text.strip().casefold()) or read_word(text, EquipmentKind)


def plain_name(column: str) -> str:
    """Of a column, as we write it: "Supply date" is supply_date."""
    return column.strip().casefold().replace(" ", "_").replace("-", "_")


def _fit(sheet: Sheet) -> Sheet | None:
    """A table with our columns, in whatever order and writing."""
    names = {plain_name(column): column for column in sheet.columns}
    if not set(names) >= NEEDED or len(names) < len(sheet.columns) or not set(names) <= set(COLUMNS):
        return None
    lines = [line._replace(cells={plain_name(name): cell for name, cell in line.cells.items()}) for line in sheet.lines]
    return Sheet(tuple(names), lines)


def _key(intake: Intake, cells: Cells) -> Hashable:
    return (cells.read("site", intake.site)[0], cells.text("tag").casefold())


def _asset(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    tag = cells.read("tag", read_needed)
    known = _tagged(equipment_of(intake.change.connection, site_id), tag)
    before = known or Equipment(None, EquipmentKind.STATION, tag)
    wanted = before._replace(
        kind=cells.read("type", read_type),
        supplied_on=cells.read("supply_date", read_day) if cells.text("supply_date") else before.supplied_on,
        model=cells.text("model") or before.model,
        serial=cells.text("serial") or before.serial,
    )
    yield put_equipment(intake.change, site_id, wanted)
    if wanted.kind is EquipmentKind.STATION:
        intake.remark(cells.line, _matched(intake, wanted, site_id))


def _tagged(devices: Sequence[Equipment], tag: str) -> Equipment | None:
    """The device of a site with this tag: as it is written, else in capitals or small letters."""
    alike = [each for each in devices if each.label.casefold() == tag.casefold()]
    return next((each for each in alike if each.label == tag), next(iter(alike), None))


def _matched(intake: Intake, wanted: Equipment, site_id: int) -> Mistake:
    """What the list and the enrolled stations say of each other."""
    if wanted.station_id is not None:
        return Mistake(N_("It is the enrolled station %(number)s."), number=wanted.station_id)
    if not intake.tags:
        intake.tags.update(tagged_stations(intake.change.connection))
    elsewhere = [code for other, code in intake.tags.get(wanted.label.casefold(), ()) if other != site_id]
    if elsewhere:
        return Mistake(
            N_("A station with this tag is enrolled at %(sites)s; if it is this one, enrol it again where it stands."),
            sites=", ".join(sorted(elsewhere)),
        )
    return Mistake(N_("No station with this tag has enrolled yet; it is matched as soon as it does."))


ASSETS = FileKind("assets", COLUMNS, NEEDED, ("site", "tag"), _key, _asset, fits=_fit)
