"""Pictures of figures, as SVG of our own: the same picture on a phone, a screen and paper.

Places along the axis are percentages and texts keep their size. What stands in attributes is for paper, where only
those count; on pages the style sheet puts the reader's colours in their place. Nothing is told by colour alone: kinds
differ in pattern, and what is not a value is drawn as something else than a bar. The numbers stand in the table beside
each picture.
"""

from collector.charts.bars import bars, stacked_bars
from collector.charts.lines import lines
from collector.charts.shapes import Chart, Label, Series
from collector.charts.states import states_bar
from collector.charts.strips import Strip, strips
from collector.charts.week import week
from collector.charts.words import in_words

__all__ = [
    "Chart",
    "Label",
    "Series",
    "Strip",
    "bars",
    "in_words",
    "lines",
    "stacked_bars",
    "states_bar",
    "strips",
    "week",
]
