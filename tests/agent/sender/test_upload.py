"""What the sender makes of every answer that can come back, with a real server on the other side."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from agent.sender.outcome import Answered, NotAdmitted, Outcome, Refused, TryLater
from agent.sender.upload import LARGEST_ANSWER_BYTES, Line
from tests.agent.sender.local_server import LocalServer, Reply, answer, problem, raw

GOOD: dict[str, Any] = {
    "schema": 1,
    "last_envelope_id": None,
    "time_seconds": 1_788_771_600,
    "next_contact_seconds": 1800,
    "wanted": [],
    "enrol_again": False,
    "waiting": False,
    "receipt": "0123456789abcdef",
}
CREDENTIAL = "0123456789abcdef." + "5ec7" * 16


def post(server: LocalServer | str, body: bytes = b"{}", **settings: Any) -> Outcome:
    address = server if isinstance(server, str) else server.address
    with Line(address, **settings) as line:
        return line.post("/api/v1/envelopes", body, CREDENTIAL)


def test_an_answer_of_ours_tells_what_it_said_and_when_it_came(server: LocalServer) -> None:
    server.reply = answer(GOOD, DPS_Collector_Version="1.2")
    with Line(server.address, elapsed=lambda: 4711.5) as line:
        assert line.post("/api/v1/envelopes", b'{"a":1}', CREDENTIAL) == Answered(GOOD, "1.2", 4711.5)
    (asked,) = server.asked
    assert asked.json() == {"a": 1}
    assert asked.headers["Authorization"] == f"Bearer {CREDENTIAL}"
    assert asked.headers["Content-Encoding"] == "gzip"


def test_the_same_body_is_the_same_bytes_on_the_wire_every_time(server: LocalServer) -> None:
    server.reply = answer(GOOD)
    for _ in range(2):
        post(server, b'{"envelope_id":"x"}')
    assert server.asked[0].body == server.asked[1].body


def test_an_address_with_a_path_and_a_slash_at_its_end_is_fine(server: LocalServer) -> None:
    server.reply = answer(GOOD)
    assert isinstance(post(f"{server.address}/dps/"), Answered)
    assert server.asked[0].path == "/dps/api/v1/envelopes"


def test_a_field_that_only_a_later_collector_knows_is_left_alone(server: LocalServer) -> None:
    server.reply = answer({**GOOD, "weather": "fine"})
    assert isinstance(post(server), Answered)


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 2},
        {"schema": True},
        {"time_seconds": "soon"},
        {"time_seconds": 1e300},
        {"time_seconds": -1},
        {"time_seconds": None},
        {"next_contact_seconds": "a while"},
        {"next_contact_seconds": 1.5},
        {"last_envelope_id": 7},
        {"last_envelope_id": "<b>"},
        {"wanted": 5},
        {"wanted": [{}]},
        {"wanted": "memory"},
        {"enrol_again": "false"},
        {"waiting": 0},
    ],
    ids=str,
)
def test_json_that_only_looks_like_ours_is_not_believed(server: LocalServer, wrong: dict[str, Any]) -> None:
    server.reply = answer({**GOOD, **wrong})
    assert isinstance(post(server), TryLater)


@pytest.mark.parametrize("missing", GOOD)
def test_an_answer_without_one_of_its_fields_is_not_believed(server: LocalServer, missing: str) -> None:
    server.reply = answer({name: value for name, value in GOOD.items() if name != missing})
    assert isinstance(post(server), TryLater)


NOT_OURS = {
    "a portal that answers 200 with a page": Reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"}),
    "200 with nothing": Reply(200, b""),
    "200 with other JSON": answer({"status": "ok"}),
    "200 with a list": answer([1, 2]),
    "200 with JSON of great depth": Reply(200, b"[" * 60_000),
    "200 with a number of great length": Reply(200, b"9" * 60_000),
    "200 that is not UTF-8": Reply(200, b'{"schema": 1, "x": "\xff\xfe"}'),
    "204": Reply(204),
    "a proxy's 403": Reply(403, b"<html>Forbidden</html>"),
    "a proxy's 404": Reply(404, b"Not here"),
    "a proxy's 407": Reply(407, b"", {"Proxy-Authenticate": "Basic"}),
    "somebody else's 401": Reply(401, b"<html>", {"WWW-Authenticate": 'Basic realm="x"'}),
    "somebody else's 413": Reply(413, b"too big"),
    "somebody else's problem": answer({"type": "about:blank", "title": "Bad", "status": 400}, 400),
    "500": Reply(500, b"oops"),
    "a redirect": Reply(302, b"", {"Location": "https://elsewhere.invalid/"}),
}


@pytest.mark.parametrize("kind", NOT_OURS)
def test_what_is_not_our_collector_keeps_everything_pending(server: LocalServer, kind: str) -> None:
    server.reply = NOT_OURS[kind]
    outcome = post(server)
    assert isinstance(outcome, TryLater)
    assert f"answered with status {NOT_OURS[kind].status}" in outcome.sentence
    assert outcome.after_seconds is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_and_the_credential_goes_nowhere_else(server: LocalServer, status: int) -> None:
    with LocalServer(answer(GOOD)) as elsewhere:
        server.reply = Reply(status, b"", {"Location": f"{elsewhere.address}/api/v1/envelopes"})
        assert isinstance(post(server), TryLater)
        assert elsewhere.asked == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 07 Sep 2026 09:05:00 GMT", 300),
        ("Mon, 07 Sep 2026 08:00:00 GMT", 0),
        ("in a moment", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("١٢", None),
        ("", None),
    ],
)
def test_a_busy_server_says_when_to_come_again_by_number_or_by_date(
    server: LocalServer, status: int, told: str, seconds: int | None
) -> None:
    lines = [f"HTTP/1.1 {status} Busy", "Content-Length: 0", "Date: Mon, 07 Sep 2026 09:00:00 GMT"]
    server.reply = raw("\r\n".join([*lines, f"Retry-After: {told}", "", ""]).encode())
    assert post(server) == TryLater(f"the server is busy (status {status})", seconds)


def test_a_date_to_come_again_is_nonsense_without_the_date_of_the_answer(server: LocalServer) -> None:
    server.reply = raw(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: Mon, 07 Sep 2026 09:05:00 GMT\r\n\r\n")
    assert post(server) == TryLater("the server is busy (status 503)", None)


def test_our_own_busy_answer_says_why(server: LocalServer) -> None:
    server.reply = problem(503, "The collector cannot take more now.", Retry_After="30")
    assert post(server) == TryLater("The collector cannot take more now.", 30)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_our_own_problem_refuses_the_content(server: LocalServer, status: int) -> None:
    server.reply = problem(status, "slots.3.revision is wrong", DPS_Collector_Version="1.2")
    assert post(server) == Refused("slots.3.revision is wrong", "1.2")


@pytest.mark.parametrize("status", [401, 403])
def test_our_own_problem_does_not_admit_the_station(server: LocalServer, status: int) -> None:
    server.reply = problem(status, "This credential was revoked.")
    assert post(server) == NotAdmitted("This credential was revoked.")


@pytest.mark.parametrize("status", [404, 405, 408, 415, 500])
def test_any_other_problem_of_ours_waits(server: LocalServer, status: int) -> None:
    server.reply = problem(status, "Something else.")
    assert post(server) == TryLater("Something else.")


def test_a_problems_sentence_is_bounded_on_one_line_and_cannot_command_a_terminal(server: LocalServer) -> None:
    server.reply = problem(422, "one\n  two \x1b[31m\x07" + "x" * 1000)
    outcome = post(server)
    assert isinstance(outcome, Refused)
    assert outcome.sentence == ("one two [31m" + "x" * 1000)[:300]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BROKEN = {
    "nothing at all": b"",
    "half a status line": b"HTTP/1.1 20",
    "half of the headers": HEAD,
    "half of the body": HEAD + b"Content-Length: 1000\r\n\r\n" + b'{"schema": 1',
    "half of a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"schema": 1',
    "a chunk without a length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "gzip that is none": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "headers without end": HEAD + b"X: y\r\n" * 500,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_answer_that_breaks_off_or_makes_no_sense_raises_nothing(server: LocalServer, kind: str) -> None:
    server.reply = raw(BROKEN[kind])
    assert isinstance(post(server), TryLater)


def test_an_answer_without_end_is_read_no_further_than_its_bound(server: LocalServer) -> None:
    written = [0]

    def write(file: BinaryIO) -> None:
        file.write(HEAD + b"\r\n")
        while written[0] < 1 << 30:
            written[0] += file.write(b" " * 65_536)

    server.reply = Reply(raw=write)
    assert isinstance(post(server), TryLater)
    assert written[0] < 64 * LARGEST_ANSWER_BYTES


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_believed(server: LocalServer) -> None:
    packed = gzip.compress(json.dumps(GOOD).encode() + b" " * 50_000_000)
    server.reply = Reply(200, packed, {"Content-Encoding": "gzip"})
    outcome = post(server)
    assert isinstance(outcome, TryLater)
    assert "not a collector" in outcome.sentence


def test_a_compressed_answer_of_ours_is_understood(server: LocalServer) -> None:
    server.reply = Reply(200, gzip.compress(json.dumps(GOOD).encode()), {"Content-Encoding": "gzip"})
    assert isinstance(post(server), Answered)


def test_a_refused_connection_is_a_sentence_that_names_the_server() -> None:
    with LocalServer() as gone:
        address = gone.address
    outcome = post(address)
    assert isinstance(outcome, TryLater)
    assert re.fullmatch(
        rf"{address} cannot be reached \(Failed to establish a new connection: \[(Errno 111|WinError 10061)\] .*\)",
        outcome.sentence,
    )


def test_a_name_that_nobody_knows_is_a_sentence_that_names_the_server() -> None:
    outcome = post("https://collector.invalid")
    assert isinstance(outcome, TryLater)
    assert outcome.sentence.startswith("https://collector.invalid cannot be reached (")
    assert "0x" not in outcome.sentence


@pytest.mark.parametrize(
    "address", ["https://[", "https://a b", "https://x:99999", "http://" + "a" * 300, "ftp://x", ""]
)
def test_an_address_that_is_none_raises_nothing(address: str) -> None:
    assert isinstance(post(address), TryLater)


@pytest.mark.parametrize("proxy", ["::::", "http://", "socks5://127.0.0.1:1", "http://alice:pa55word@127.0.0.1:1"])
def test_a_proxy_that_is_none_raises_nothing_and_its_password_is_not_told(server: LocalServer, proxy: str) -> None:
    outcome = post(server, proxy=proxy)
    assert isinstance(outcome, TryLater)
    assert "pa55word" not in outcome.sentence
    assert server.asked == []


def test_a_proxy_of_the_settings_is_used_and_refuses_nothing_for_good(server: LocalServer) -> None:
    with LocalServer(Reply(403, b"<html>Not allowed</html>")) as proxy:
        assert isinstance(post(server, proxy=proxy.address), TryLater)
        assert [asked.path for asked in proxy.asked] == [f"{server.address}/api/v1/envelopes"]
    assert server.asked == []


def test_the_environment_changes_nothing(server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.reply = answer(GOOD)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login eve password evil\ndefault login eve password evil\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with LocalServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        assert isinstance(post(server), Answered)
        assert proxy.asked == []
    assert server.asked[0].headers["Authorization"] == f"Bearer {CREDENTIAL}"


def test_asking_for_the_time_shows_no_credential(server: LocalServer) -> None:
    server.reply = answer({"schema": 1, "time_seconds": 5})
    with Line(server.address) as line:
        assert isinstance(line.get("/api/v1/time"), Answered)
    assert "Authorization" not in server.asked[0].headers


def test_an_answer_to_one_question_is_none_to_another(server: LocalServer) -> None:
    server.reply = answer({"schema": 1, "time_seconds": 5})
    assert isinstance(post(server), TryLater), "a time is not an acknowledgement"


@pytest.mark.parametrize("secret", ["", "x" * 64, "ab" * 32 + "\n", 5])
def test_an_enrolment_without_a_usable_secret_is_none(server: LocalServer, secret: object) -> None:
    server.reply = answer(
        {"schema": 1, "station_public_id": "ab" * 8, "station_secret": secret, "status": "accepted", "time_seconds": 5}
    )
    with Line(server.address) as line:
        assert isinstance(line.post("/api/v1/enroll", b"{}"), TryLater)


@pytest.mark.parametrize("make", [lambda: b"\xff" * 10, lambda: b"A" * 500])
def test_headers_of_nonsense_raise_nothing(server: LocalServer, make: Callable[[], bytes]) -> None:
    server.reply = raw(b"HTTP/1.1 200 OK\r\nDPS-Collector-Version: " + make() + b"\r\nContent-Length: 2\r\n\r\n{}")
    assert isinstance(post(server), TryLater)
