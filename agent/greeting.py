"""The first words on a D-Bus socket: who we are, and whether the bus lets us in.

Format: the D-Bus specification, "Authentication Protocol". Presence has 11 MiB in all, so nothing is imported here.
"""

LONGEST_LINE_BYTES = 4096

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket


def greet(connection: "socket", uid: int) -> bool:
    """Say on a connected socket that we are `uid`, for which the kernel vouches; False where the bus refuses us."""
    connection.sendall(b"\0AUTH EXTERNAL " + str(uid).encode().hex().encode() + b"\r\n")
    # Byte by byte, so that nothing of what follows the line is swallowed.
    line = b""
    while not line.endswith(b"\r\n") and len(line) < LONGEST_LINE_BYTES:
        byte = connection.recv(1)
        if not byte:
            break
        line += byte
    if not line.startswith(b"OK "):
        return False
    connection.sendall(b"BEGIN\r\n")
    return True
