"""serve"""

import signal
import socket
import sys
from types import FrameType

import click

from collector.app import Collector, server_of
from collector.checks import look_at_network
from collector.cli.opening import alone, engine_of, keep_revoked, settings_of
from collector.config import Settings
from collector.ingest.roller import take_back
from collector.storage.engine import is_sqlite


@click.command()
@click.option("--host", "listen_host", help="Address to listen on.")
@click.option("--port", "listen_port", type=int, help="Port to listen on.")
@click.pass_context
def serve(context: click.Context, listen_host: str | None, listen_port: int | None) -> None:
    """Receive envelopes and show the pages until stopped."""
    settings = settings_of(context, listen_host=listen_host, listen_port=listen_port)
    for finding in look_at_network(settings):
        if finding.is_error:
            raise click.ClickException(f"{finding.sentence} {finding.hint}")
    with alone(settings):
        engine = engine_of(settings)
        keep_revoked(engine, settings)
        if is_sqlite(engine):
            # Nobody else serves this file: who held it was killed, and its lease would keep us waiting for 30 s.
            take_back(engine)
        answer(Collector(engine, settings, log=sys.stdout), settings)


def answer(collector: Collector, settings: Settings) -> None:
    """Listen and answer until somebody asks to stop."""
    with listening(settings) as ear:
        server = server_of(collector, settings)

        def stop(_number: int, _frame: FrameType | None) -> None:
            server.should_exit = True

        for number in (signal.SIGINT, signal.SIGTERM):
            # The server has handlers of its own while it runs, and raises afterwards what it heard: these here are
            # for a stop asked for before that, and make one that was asked for no error.
            signal.signal(number, stop)
        scheme = "https" if settings.tls_certificate_file else "http"
        click.echo(f"listening on {scheme}://{settings.listen_host}:{ear.getsockname()[1]}", err=True)
        server.run(sockets=[ear])


def listening(settings: Settings, port: int | None = None) -> socket.socket:
    """The socket on which to serve; says in a sentence why it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.listen_host else socket.AF_INET
    port = settings.listen_port if port is None else port
    try:
        return socket.create_server((settings.listen_host, port), family=family, backlog=2048)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]
        raise click.ClickException(
            f"port {port} of {settings.listen_host} cannot be used ({reason}); "
            "stop what uses it, or choose another with --port"
        ) from error
