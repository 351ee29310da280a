"""How it was counted, what the signs mean, what was checked and corrected, and what the figures mean."""

from collector.domain.catalogue import WITHOUT_CELL, Unit
from collector.domain.gates import Gate
from collector.reports.chapters.cover import idle_rules
from collector.reports.document import Block, Facts, Row, Section, Sentence, Signatures, Table
from collector.reports.gate_words import sentence
from collector.reports.shown import shown_value, written
from collector.reports.wording import Wording


def method(words: Wording) -> Section:
    _, how = words.speech.gettext, words.inputs.method
    modes = set(how.modes)
    sentences = []
    if "log_on" in modes:
        sentences.append(_("Where visitors log on, one log-on is one session, and idle time does not end it."))
    if "activity" in modes:
        sentences.append(
            _(
                "Where a station is always logged on, a session is a run of input without a longer gap than the idle"
                " rule; use by staff cannot be told apart there."
            )
        )
    if not modes:
        sentences.append(_("No session could be read in this year."))
    sentences.append(_("Idle rule: %(minutes)s minutes.") % {"minutes": idle_rules(words)})
    if how.upper_bound:
        sentences.append(
            _(
                "Nothing could tell whether visitors who had logged on were still there, so the hours of use are an"
                " upper bound."
            )
        )
    if how.capped:
        sentences.append(_("Some sessions lasted more than 12 hours; 12 hours of each count."))
    if how.seconds_repaired:
        sentences.append(
            _(
                "While the agent did not run, the systems’ own logs told that stations were on for %(hours)s of opening"
                " hours. Where visitors log on, their use in that time is counted from the log, as an upper bound;"
                " elsewhere it is not known."
            )
            % {"hours": written(shown_value(how.seconds_repaired, Unit.SECONDS), Unit.SECONDS, words.speech)}
        )
    sentences.append(
        _("Below a coverage of %(limit)s, counts are marked “at least”, because the true ones may be larger.")
        % {"limit": words.speech.percent(how.coverage_limit)}
    )
    if how.agent_versions:
        sentences.append(_("Versions of the agent: %(versions)s.") % {"versions": ", ".join(how.agent_versions)})
    sentences.append(_("Days and hours are those of %(zone)s.") % {"zone": how.time_zone})
    blocks: list[Block] = [Sentence(" ".join(sentences))]
    if how.disclosure:
        blocks.append(Sentence(disclosure(words)))
    blocks += [Sentence(_("What the signs mean"), "heading"), signs(words)]
    return Section("method", _("Method"), tuple(blocks))


def disclosure(words: Wording) -> str:
    _ = words.speech.gettext
    return _(
        "Disclosure control: a small number of sessions could tell about single persons. So a figure is shown as “c”"
        " where it rests on fewer than %(count)s sessions, hours and occupancy where it rests on fewer than %(hours)s,"
        " and so are others from which it could be worked out. These limits count sessions, not persons: that one"
        " person made most of them remains possible."
    ) % {
        "count": words.speech.number(words.inputs.method.disclosure.get("count", 0)),
        "hours": words.speech.number(words.inputs.method.disclosure.get("hours", 0)),
    }


def signs(words: Wording) -> Facts:
    _ = words.speech.gettext
    return Facts(
        (
            ("0", _("counted, and there was none")),
            (_("closed"), _("there were no opening hours")),
            (_("no data"), _("open, and nothing is known; this is not zero")),
            ("c", _("confidential")),
            ("\u2013", _("not applicable: there is no such thing here")),
            ("\u2265", _("at least: a part is not known")),
            ("\u2264", _("at most: nothing could tell whether the visitor was still there")),
            ("\u2248", _("about: both")),
        )
    )


def checks(words: Wording) -> Section:
    """What a coordinator let pass, and why."""
    _ = words.speech.gettext
    blocks: list[Block] = []
    if words.inputs.open_gates:
        count = words.inputs.open_gates
        waiting = words.speech.ngettext(
            "%(count)s check is open. The report cannot be frozen before it is mended or accepted.",
            "%(count)s checks are open. The report cannot be frozen before they are mended or accepted.",
            count,
        )
        blocks.append(Sentence(waiting % {"count": words.speech.number(count)}, "warning"))
    rows = [
        Row(
            words.period(each.month),
            (
                *((words.site_name(each.site),) if words.inputs.is_region() else ()),
                sentence(Gate(each.gate), each.facts, words.speech),
                each.reason,
                f"{each.by}, {words.day(each.on)}" if each.by else words.day(each.on),
            ),
        )
        for each in words.inputs.accepted
    ]
    if rows:
        site = (_("Site"),) if words.inputs.is_region() else ()
        head = (_("Period"), *site, _("What was noticed"), _("Why it was accepted"), _("By"))
        blocks.append(Table("accepted", _("Accepted by a coordinator"), head, tuple(rows)))
    elif not blocks:
        blocks.append(Sentence(_("The figures passed every check.")))
    return Section("checks", _("Checks"), tuple(blocks))


def corrections(words: Wording) -> Section:
    _ = words.speech.gettext
    rows = [
        Row(
            words.period(each.period),
            (
                *((words.site_name(each.site),) if words.inputs.is_region() else ()),
                words.name(each.figure),
                words.figure({each.figure: each.before}, each.figure, each.period, each.site),
                words.figure({each.figure: each.now}, each.figure, each.period, each.site),
            ),
        )
        for each in words.inputs.corrections
    ]
    if rows:
        site = (_("Site"),) if words.inputs.is_region() else ()
        head = (_("Period"), *site, _("Figure"), _("Printed before"), _("Now"))
        title = _("Corrections since the last vintage")
        return Section("corrections", title, (Table("corrections", title, head, tuple(rows)),))
    text = (
        _("No figure has changed since the last vintage.")
        if words.inputs.has_earlier
        else _("This report has no earlier vintage.")
    )
    return Section("corrections", _("Corrections since the last vintage"), (Sentence(text),))


def definitions(words: Wording) -> Section:
    _ = words.speech.gettext
    rows = []
    for each in words.inputs.definitions:
        if not (words.has(each.id) or each.unit in WITHOUT_CELL):
            continue
        whole = words.definitions.get(each.whole())
        # What a part has from its whole stands there.
        definition = "" if whole and whole.definition == each.definition else words.local(each.definition)
        formula = "" if whole and whole.formula == each.formula else words.local(each.formula)
        if definition or formula:
            rows.append(Row(each.id, (words.name(each.id), definition, formula)))
    head = (_("Number"), _("Name"), _("Definition"), _("Formula"))
    table = Table("definitions", _("Definitions of the figures"), head, tuple(rows), small=True)
    note = _("These definitions are those of the Region’s catalogue, version %(version)s.")
    version = Sentence(note % {"version": words.inputs.catalogue_version})
    return Section("definitions", _("Definitions"), (version, table))


def signatures(words: Wording) -> Section:
    _ = words.speech.gettext
    who = [_("Digital Inclusion Coordination")]
    if not words.inputs.is_region():
        who.insert(0, _("Coordinator of the site"))
    lines = Signatures(tuple(who), _("Name and signature"), _("Place and date"))
    return Section("signatures", _("Signatures"), (lines,))
