"""One contact: enrol if need be, take the readings, send what waits, note what came of it."""

from agent.config import LONGEST_CONTACT_SECONDS, SHORTEST_CONTACT_SECONDS, Config
from agent.sender.enrolment import enrol_anew, estrangement, read_token, with_hardware
from agent.sender.equipment import start_when_due
from agent.sender.exchange import MOST_ENVELOPES, Outside, send_all
from agent.sender.hardware import Hardware
from agent.sender.hours import noted
from agent.sender.memory import Memory, Store
from agent.sender.outcome import Answered, NotAdmitted, Outcome, TryLater
from agent.sender.repair import repair
from agent.sender.upload import Line
from agent.spool import PENDING

SHORTEST_BACKOFF_SECONDS = 30
LONGEST_BACKOFF_SECONDS = 1800
NOT_ADMITTED_SECONDS = 3600


def contact(config: Config, outside: Outside) -> tuple[bool, str]:
    """Do one contact; whether all is well, and one sentence that says what came of it. Raises AgentError."""
    store = Store(str(config.state_folder), outside.disk)
    store.spool.prepare()
    memory = store.memory()
    repair(store, memory, outside.clock, outside.logged)
    hardware = outside.hardware()
    with outside.open_line() as line:
        identity = store.identity()
        memory.estranged = "" if identity is None else estrangement(identity, line.server, hardware)
        if identity is None or memory.estranged:
            outcome = first_contact(config, store, memory, line, hardware, outside)
            identity = store.identity()
            if identity is None or not isinstance(outcome, Answered):
                return conclude(store, memory, outside, outcome, sent=0)
        elif identity != with_hardware(identity, hardware):
            store.keep_identity(with_hardware(identity, hardware))
        outcome, sent = send_all(store, memory, line, identity, outside)
    return conclude(store, memory, outside, outcome, sent)


def first_contact(
    config: Config, store: Store, memory: Memory, line: Line, hardware: Hardware | None, outside: Outside
) -> Outcome:
    """Enrol with the token file of the settings."""
    if not config.token_file:
        why = memory.estranged or "this station is not enrolled"
        return NotAdmitted(f"{why}; set token_file, or run `dps-agent enroll`")
    token = read_token(config.token_file)
    store.keep_memory(memory)  # a full disk is found before the token is spent
    return enrol_anew(store, memory, line, token, config.tag, hardware, outside.random)


def conclude(store: Store, memory: Memory, outside: Outside, outcome: Outcome, sent: int) -> tuple[bool, str]:
    """Note what came of the contact and when the next one is due; the sentence for people."""
    wall = round(outside.clock.wall())
    memory.last_attempt_seconds = wall
    well = isinstance(outcome, Answered)
    failed = isinstance(outcome, TryLater)
    memory.contact_hours = list(
        noted(memory.contact_hours, wall, failed=failed, without_gateway=failed and outside.gateway() is False)
    )
    if isinstance(outcome, Answered):
        memory.failures, memory.forgotten = 0, False
        memory.last_success_seconds = wall
        waiting = len(store.spool.entries(PENDING))
        wanted = min(LONGEST_CONTACT_SECONDS, max(SHORTEST_CONTACT_SECONDS, outcome.answer["next_contact_seconds"]))
        memory.next_contact_seconds = SHORTEST_BACKOFF_SECONDS if sent >= MOST_ENVELOPES else jitter(wanted, outside)
        sentence = f"sent {sent} envelope{'s' if sent != 1 else ''}; {waiting} records wait"
    else:
        memory.forgotten |= isinstance(outcome, NotAdmitted) and outcome.forgotten
        memory.failures += 1
        memory.next_contact_seconds = pause_after(outcome, memory.failures, outside)
        sentence = outcome.sentence
    memory.last_sentence = sentence
    start_when_due(memory, wall, outside.ask_equipment, store.folder, outside.disk)
    store.keep_memory(memory)
    return well, sentence


def pause_after(outcome: Outcome, failures: int, outside: Outside) -> int:
    """Seconds until the next try: doubled with each failure up to half an hour, never sooner than we were told."""
    if isinstance(outcome, NotAdmitted):
        return jitter(NOT_ADMITTED_SECONDS, outside)
    pause = min(LONGEST_BACKOFF_SECONDS, SHORTEST_BACKOFF_SECONDS * 2 ** min(failures - 1, 10))
    if isinstance(outcome, TryLater) and outcome.after_seconds is not None:
        pause = max(pause, min(outcome.after_seconds, LONGEST_CONTACT_SECONDS))
    return jitter(pause, outside)


def jitter(seconds: int, outside: Outside) -> int:
    """Up to a tenth more, so that a region's stations do not call in the same second."""
    return seconds + int.from_bytes(outside.random(4), "big") % max(1, seconds // 10)
