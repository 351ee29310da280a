"""Seconds of processor for an annual report in every format: of a site, and of a Region of 60 sites.

From computed inputs to files, in one language; what the database needs before is printed by no one here. The yardstick
is the typesetter alone with one empty page. Targets: 2 s for a site, 5 s for the Region.

    python tests/benchmarks/report_formats.py --sites 60
"""

import argparse
import sys
import time

import typst

from collector.i18n import load_languages
from collector.reports.composing import compose
from collector.reports.formats import FORMATS
from collector.reports.inputs import Inputs
from tests.collector.reports import cast

TARGETS = {"site": 2.0, "Region": 5.0}


def seconds_of(inputs: Inputs) -> dict[str, tuple[float, int]]:
    """Processor seconds and bytes by step."""
    speech = load_languages()["fr"]
    begun = time.process_time()
    document = compose(inputs, speech)
    found = {"words": (time.process_time() - begun, 0)}
    for form, how in FORMATS.items():
        begun = time.process_time()
        content = how.render(document, speech)
        found[form] = (time.process_time() - begun, len(content))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=60)
    sites = parser.parse_args().sites
    begun = time.process_time()
    typst.compile(b"#lorem(10)", ignore_system_fonts=True)
    yardstick = time.process_time() - begun
    print(f"yardstick: typst, one page  {yardstick:.3f} s")
    met = True
    for name, inputs in (("site", cast.site()), ("Region", cast.region(sites))):
        steps = seconds_of(inputs)
        for step, (seconds, size) in steps.items():
            print(f"{name:<7}{step:<6}{seconds:7.3f} s {size:>9} bytes")
        whole = sum(seconds for seconds, _ in steps.values())
        met = met and whole <= TARGETS[name]
        word = "met" if whole <= TARGETS[name] else "MISSED"
        print(f"{name:<7}all   {whole:7.3f} s, {whole / yardstick:.0f} times the yardstick")
        print(f"        target {TARGETS[name]:.0f} s: {word}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
