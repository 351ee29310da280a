"""A collector of tomorrow: this one's migrations and one more, which changes tables that hold data."""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from collector.storage.schema import MIGRATIONS, configuration

NEXT = "9000"
SOURCE = """
import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("tomorrow", sa.Column("word", sa.String(8), primary_key=True))
    op.execute("INSERT INTO tomorrow VALUES ('first')")
    with op.batch_alter_table("slot_record", recreate="{recreate}") as table:
        table.add_column(sa.Column("tomorrow", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE slot_record SET tomorrow = slot")
    op.create_index("ix_slot_record_tomorrow", "slot_record", ["site_id", "tomorrow"])
    op.execute("INSERT INTO tomorrow VALUES ('last')")
"""


def migrations_of_tomorrow(folder: Path, recreate: str = "auto") -> Path:
    """A folder to which `collector.storage.schema.MIGRATIONS` may point; `recreate` copies the table for it."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = ScriptDirectory.from_config(configuration(None)).get_current_head()
    source = SOURCE.format(next=NEXT, head=head, recreate=recreate)
    (folder / "versions" / f"{NEXT}_tomorrow.py").write_text(source)
    return folder
