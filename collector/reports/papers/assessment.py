"""The data protection impact assessment (Article 35 of the GDPR)."""

from collector.i18n import Speech
from collector.reports.document import Document, Signatures
from collector.reports.papers.facts import Facts
from collector.reports.papers.kept import kept
from collector.reports.papers.parts import blank, items, paper, section, table
from collector.reports.papers.privacy import counted, never


def assessment(speech: Speech, facts: Facts) -> Document:
    _ = speech.gettext
    return paper(
        speech,
        facts,
        _("Data protection impact assessment"),
        _("Article 35 of the GDPR: statistics on the use of public computers"),
        section(
            "whether",
            _("Whether it is needed"),
            _(
                "Public computers are used by people who have no other, and by minors; they are looked at in a public"
                " place. What is kept of them is little. The controller decides whether a high risk is likely; this"
                " paper can serve in both cases."
            ),
            blank(_("decision, and the list of the Data Protection Authority that was looked at")),
        ),
        section("what", _("What is processed"), *items(counted(speech)), kept(speech, facts)),
        section("never", _("What is never stored or sent"), *items(never(speech))),
        section(
            "necessary",
            _("Necessity and proportion"),
            _(
                "Counting by hand or at the door tells nothing of the use of computers; logs of the system or a"
                " booking program would name persons. Counts by quarter of an hour are the coarsest that still give"
                " occupancy within opening hours."
            ),
            _("Nothing is kept by which persons could be told apart. So distinct visitors cannot be counted."),
            _("Coarser than that: months are the finest grain outside the site."),
        ),
        section(
            "risks",
            _("Risks and what stands against them"),
            table(
                "risks",
                _("Risks for visitors and staff"),
                (_("Risk"), _("Measure of the program"), _("What remains")),
                (
                    _("Staff who saw who sat where learn from counts how long that person stayed"),
                    _("no page, file or API shows the use of a single computer"),
                    _("an administrator of the database can read these counts until they are deleted"),
                ),
                (
                    _("A small published figure speaks of one person"),
                    _("disclosure control, with an attack on every report before it is frozen"),
                    _("thresholds count sessions; one person may dominate a small number"),
                ),
                (
                    _("The word on how busy a site is tells that somebody is there"),
                    _(
                        "only if the site wants it; six stations at least, a third of them for each word, 30 minutes"
                        " late, never stored"
                    ),
                    _("“quiet” may mean anything between nobody and a third of the stations"),
                ),
                (
                    _("The agent becomes a way into public computers"),
                    _("it listens on no network port, runs nothing that the collector says, and has few rights itself"),
                    _("who controls a computer can stop the agent or send false counts for it"),
                ),
                (
                    _("The collector or a backup is stolen"),
                    _("no names of visitors; secrets as checksums; counts of single computers are deleted"),
                    _("names of staff, and counts of single computers of the last %(days)s days")
                    % {"days": speech.number(facts.slot_records_days)},
                ),
                (
                    _("Staff are judged by the audit or by figures"),
                    _("the audit says who changed a figure, nothing else of their work"),
                    blank(_("rules on the use of the audit")),
                ),
            ),
        ),
        section(
            "views",
            _("Views, decision and review"),
            blank(_("views of visitors or their representatives (Article 35(9)), or why they were not asked")),
            blank(_("opinion of the data protection officer, date")),
            blank(_("decision of the controller; day of the next review")),
            Signatures(
                (_("For the controller"), _("Data protection officer")), _("Name and signature"), _("Place and day")
            ),
        ),
    )
