"""The pages behind a real uvicorn."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from sqlalchemy import Engine

from collector.web import WebSettings, web_app
from tests.collector.web.seeded_region import NOW


@contextmanager
def served(engine: Engine, settings: WebSettings, now: int = NOW, *, public: bool = False) -> Iterator[str]:
    """Their address, on a port that the system chose; where it is `public`, the pages know it as theirs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        if public:
            settings = replace(settings, public_url=f"http://localhost:{port}")
        application = web_app(engine, settings, lambda: now, lambda do: do())
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield settings.public_url if public else f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=20)
