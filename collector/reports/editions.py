"""Which editions there are."""

from collector.reports.inputs import Edition

EDITIONS = (Edition.INTERNAL, Edition.PUBLIC)
