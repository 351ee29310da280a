"""A mail server on this computer: it takes mails by SMTP (RFC 5321) and keeps each as it came."""

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage
from typing import NamedTuple, Self

LONGEST_LINE_BYTES = 1000
ANSWERS = {
    b"EHLO": b"250-mail.example\r\n250 8BITMIME",
    b"HELO": b"250 mail.example",
    b"MAIL": b"250 yes",
    b"RCPT": b"250 yes",
    b"RSET": b"250 yes",
    b"NOOP": b"250 yes",
    b"DATA": b"354 go on",
    b"QUIT": b"221 bye",
}


class Letter(NamedTuple):
    to: tuple[str, ...]
    """Of the envelope."""
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """With the ends of lines that text has on this side of the wire."""
        return str(self.message.get_content()).replace("\r\n", "\n")


class MailServer:
    """Takes mails as long as the block lasts."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        """In the order in which they came."""
        letters = self.letters

        class Visit(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say(b"220 mail.example")
                to: list[str] = []
                while line := self.rfile.readline(LONGEST_LINE_BYTES):
                    word = line[:4].upper()
                    self.say(ANSWERS.get(word.strip(), b"502 no"))
                    if word == b"RCPT":
                        to.append(line.decode().partition("<")[2].partition(">")[0])
                    elif word == b"DATA":
                        letters.append(Letter(tuple(to), self.message()))
                        to = []
                        self.say(b"250 taken")
                    elif word == b"QUIT":
                        return

            def say(self, answer: bytes) -> None:
                self.wfile.write(answer + b"\r\n")

            def message(self) -> EmailMessage:
                lines = []
                while (line := self.rfile.readline(LONGEST_LINE_BYTES)) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
                return email.message_from_bytes(b"".join(lines), policy=email.policy.SMTP)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Visit)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def to(self, address: str) -> list[Letter]:
        """What one person got."""
        return [letter for letter in self.letters if address in letter.to]
