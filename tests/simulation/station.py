"""One station: a computer that is switched on and off, and at which visitors sit."""

from agent.machine.base import (
    BACKGROUND,
    FOREGROUND,
    LOCK,
    LOG_OFF,
    LOG_ON,
    POWER_OFF,
    RESUME,
    SUSPEND,
    UNLOCK,
    Event,
    OpenSession,
)
from tests.simulation.computer import Computer
from tests.simulation.moment import even
from tests.simulation.truth import Boot, LogOn

SHORTEST_SLEEP_SECONDS = 6
"""No computer is quicker, and the service takes less for a difference between its clocks."""


class Station(Computer):
    """A public PC."""

    # --- power --------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        if self.on:
            return
        self.on = True
        self.clocks.boot()
        if self.frozen and self.image is None:
            # Enrolled thawed; in half of the cases it has worked like that for some time before it is frozen.
            if not self.boots or self.random.random() < 0.5:
                self.image = self.disk.copy()
        elif self.image is not None:
            self.faults["disk reset"] += 1
            self.disk.restore(self.image)
            self.forgotten()
        if self.boot_folder:
            self.disk.lift(self.boot_folder)
            self.disk.make_folder(self.boot_folder)
        self.boots.append(Boot(self.time.now))
        self.time.tell(self.who, "power on")
        self.before_start()
        if self.daemon:
            self._sync_later(len(self.boots))
        self.time.at(even(self.time.now + self.random.randrange(4, 60)), self.start_service)

    def _sync_later(self, boot: int) -> None:
        """A daemon asks a time server, and asks again as long as there is no network.

        Not before the service runs: a clock that was wrong for whole boots, and is right when the service first looks
        at it, has never been wrong as far as anybody can tell.
        """

        def sync() -> None:
            if self.on and boot == len(self.boots):
                if self.who not in self.network.cut:
                    self.clocks.sync()
                self._sync_later(boot)

        self.time.at(even(self.time.now + self.random.choice((64, 400, 4000))), sync)

    def shut_down(self) -> None:
        """A proper shutdown: everybody is logged off, the service stops, the sender has a few seconds."""
        if not self.on or self.asleep:
            return
        self.tell(Event(POWER_OFF))
        for key in list(self.log_ons):
            self.log_ons.pop(key).ended = self.time.now
        self.sessions.open.clear()
        if self.service is not None:
            service, process = self.service, self._service
            self._run(process, lambda: service.stop("service_stop"))
            self.boots[-1].shut_down = not process.dead and self.excused_from is None and not self.unsettled
            self._end_service()
        self.halting = True
        boot = len(self.boots)
        self.time.after(self.random.randrange(2, 8, 2), lambda: self._halt(boot))

    def stop_service(self) -> None:
        """The agent alone is stopped, and nobody sees the computer."""
        if self.on and not self.asleep and self.service is not None:
            service, process = self.service, self._service
            self._run(process, lambda: service.stop("service_stop"))
            self._end_service()

    def _halt(self, boot: int) -> None:
        if self.on and boot == len(self.boots):
            self.time.tell(self.who, "shut down")
            self._power_off()

    def suspend(self) -> None:
        if not self.on or self.asleep:
            return
        self.tell(Event(SUSPEND))
        if self.on:
            self.asleep = True
            self._slept_from = self.time.now

    def resume(self) -> None:
        if not self.on or not self.asleep:
            return
        if self.time.now - self._slept_from < SHORTEST_SLEEP_SECONDS:
            self.time.after(SHORTEST_SLEEP_SECONDS, self.resume)
            return
        self.asleep = False
        self.clocks.asleep += self.time.now - self._slept_from
        self.boots[-1].sleeps.append((self._slept_from, self.time.now))
        self._called = self.time.now
        self.tell(Event(RESUME))

    def fill(self) -> None:
        """The disk is full from now on."""
        if self.excused_from is None:
            self._catch_up(0)
            self.faults["disk full"] += 1
            self.excused_from = self._slept_from if self.asleep else self.time.now
            self.disk.full = True

    def free(self) -> None:
        """There is room again, and at the next checkpoint everything is written."""
        self.disk.full = False
        if self.on:
            self._catch_up(0)
        self.excused_from = None
        self.start_service()

    def settle(self) -> None:
        """The last checkpoint before something happens outside the service."""
        self._catch_up(0)

    def forgotten(self) -> None:
        """What the runs until now have counted is not on this disk any more."""
        self.lossy.update(view.run_id for boot in self.boots for view in boot.views)
        if self._view is not None:
            self.lossy.add(self._view.run_id)

    # --- visitors -----------------------------------------------------------------------------------------------

    def tell(self, event: Event, *, at_once: bool = True) -> None:
        """The system tells the service at once, or together with what comes in the same moment."""
        self.time.tell(self.who, f"{event.kind} {event.session}")
        self.catch_up_before_a_strike()
        if self.service is not None:
            self.sessions.events.append(event)
            if at_once:
                self.wake()

    def log_on(self, key: str) -> None:
        for other, session in list(self.sessions.open.items()):
            if session.foreground:
                self._change(other, BACKGROUND, foreground=False, at_once=False)
        self.log_ons[key] = LogOn(self.time.now)
        self.boots[-1].log_ons.append(self.log_ons[key])
        self.sessions.open[key] = OpenSession(key, locked=False, foreground=True)
        self.tell(Event(LOG_ON, key))

    def log_off(self, key: str) -> None:
        if key in self.log_ons:
            self.log_ons.pop(key).ended = self.time.now
            del self.sessions.open[key]
            self.tell(Event(LOG_OFF, key))

    def lock(self, key: str, *, locked: bool) -> None:
        if key in self.log_ons:
            self._change(key, LOCK if locked else UNLOCK, locked=locked)

    def switch(self, key: str, *, foreground: bool) -> None:
        if key in self.log_ons:
            self._change(key, FOREGROUND if foreground else BACKGROUND, foreground=foreground)

    def _change(
        self, key: str, kind: str, *, locked: bool | None = None, foreground: bool | None = None, at_once: bool = True
    ) -> None:
        before = self.sessions.open[key]
        after = OpenSession(
            key,
            before.locked if locked is None else locked,
            before.foreground if foreground is None else foreground,
        )
        self.sessions.open[key] = after
        log_on = self.log_ons[key]
        if after.locked or not after.foreground:
            log_on.pause(self.time.now)
        else:
            log_on.go_on(self.time.now)
        self.tell(Event(kind, key), at_once=at_once)
