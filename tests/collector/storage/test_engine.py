import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text

from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import lease


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("page_size", 2048)]
)
def test_sqlite_is_durable_and_checks_references(tmp_path: Path, pragma: str, value: object) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")

    with reading(engine) as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value

    engine.dispose()


def test_what_fails_half_way_is_not_kept(engine: Engine) -> None:
    def half() -> None:
        with writing(engine) as connection:
            connection.execute(insert(lease).values(name="a", holder="b", valid_until=1))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        half()

    with reading(engine) as connection:
        assert connection.execute(select(lease)).all() == []


def test_writers_that_read_first_take_turns(engine: Engine) -> None:
    """With a deferred transaction one of them would fail with "database is locked" at once."""
    with writing(engine) as connection:
        connection.execute(insert(lease).values(name="count", holder="", valid_until=0))

    def add() -> None:
        for _ in range(25):
            with writing(engine) as connection:
                row = select(lease.c.valid_until).where(lease.c.name == "count").with_for_update()
                before = connection.execute(row).scalar_one()
                connection.execute(lease.update().values(valid_until=before + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as connection:
        assert connection.execute(select(lease.c.valid_until)).scalar_one() == 100


def test_a_reader_sees_one_moment_also_through_the_drivers_own_cursors(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as connection:
        raw = connection.connection.cursor()
        assert raw.execute("SELECT count(*) FROM lease").fetchone() == (0,)
        with writing(sqlite_engine) as writer:
            writer.execute(insert(lease).values(name="a", holder="b", valid_until=1))
        assert raw.execute("SELECT count(*) FROM lease").fetchone() == (0,)
        raw.close()


def test_engines_that_are_given_one_lock_queue_for_it(tmp_path: Path) -> None:
    """As the writer and the roller do, which are processes."""
    lock = multiprocessing.RLock()
    engines = [create_engine(f"sqlite:///{tmp_path / 'one.sqlite'}", write_lock=lock) for _ in range(2)]

    for engine in engines:
        with writing(engine), ThreadPoolExecutor(1) as somebody:
            assert not somebody.submit(lock.acquire, block=False).result()
        engine.dispose()

    assert lock.acquire(block=False)


def test_several_that_open_a_new_file_at_the_same_time_all_open_it(tmp_path: Path) -> None:
    def open_together(file: Path) -> str:
        together.wait()
        engine = create_engine(f"sqlite:///{file}")
        with reading(engine) as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        engine.dispose()
        return str(mode)

    together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as threads:
        files = [tmp_path / f"{number // 4}.db" for number in range(4 * 100)]
        assert set(threads.map(open_together, files)) == {"wal"}
