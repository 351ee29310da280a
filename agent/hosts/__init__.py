"""How the operating system starts and stops the resident service."""
