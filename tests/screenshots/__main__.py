"""Start the demonstration, look at its main pages with a browser, and keep pictures of them beside this file.

Light colours, English, one width: a picture changes only where its page does, or its figures.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
WIDTH = 1100
SCALE = 0.75
"""Pixels of a picture by pixel of the page: small files, and still legible."""
PICTURES = {
    # By name of the file: the page, and how much of it is seen, in pixels.
    "site": ("/sites/ALLEE", 1240),
    "region": ("/region", 1000),
}
COMPLETE = "The figures of the eight invented sites are complete."
LONGEST_WAIT_MS = 60_000


@contextmanager
def demonstration(folder: Path) -> Iterator[tuple[str, str]]:
    """Its address and password, once its figures are complete."""
    program = str(Path(sys.executable).with_name("dps-collector"))
    command = [program, "demo", "--data", str(folder), "--port", "0"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        said = ""
        for line in running.stdout:
            said += line
            if COMPLETE in line:
                break
        address, password = (re.search(rf"  {word} +(\S+)", said) for word in ("Open", "Password"))
        if address is None or password is None or COMPLETE not in said:
            raise SystemExit(f"the demonstration did not start; it said: {said}")
        yield address[1], password[1]
    finally:
        running.terminate()
        running.wait(timeout=30)


def log_in(page: Page, address: str, password: str) -> None:
    page.goto(address + "/login")
    page.fill("[name=name]", "admin")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(address + "/")


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration(Path(folder)) as (address, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 800},
            device_scale_factor=SCALE,
            locale="en-GB",
            color_scheme="light",
        )
        log_in(page, address, password)
        for name, (path, height) in PICTURES.items():
            page.goto(address + path)
            # A page whose figures are still put together looks again by itself.
            page.wait_for_selector("table", timeout=LONGEST_WAIT_MS)
            page.set_viewport_size({"width": WIDTH, "height": height})
            page.screenshot(path=HERE / f"{name}.png")
            print(f"{name}.png: {(HERE / f'{name}.png').stat().st_size // 1000} kB")
        browser.close()


main()
