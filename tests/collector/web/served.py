"""The pages behind a real uvicorn."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy import Engine

from collector.web import WebSettings, web_app
from tests.collector.web.seeded_region import NOW


@contextmanager
def served(engine: Engine, settings: WebSettings, now: int = NOW) -> Iterator[str]:
    """Their address, on a port that the system chose."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        application = web_app(engine, settings, lambda: now, lambda do: do())
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)
