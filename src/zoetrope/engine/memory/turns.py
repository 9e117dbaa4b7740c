"""Parts that take turns on a device: one enters, the others leave. Knows neither networks nor devices."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Tenant(Protocol):
    """What can be moved in and out. `stays` tenants leave for nobody."""

    @property
    def stays(self) -> bool: ...

    def move_in(self) -> None: ...

    def move_out(self) -> None: ...


class Turns:
    """The tenants of one device and one checkpoint.

    A tenant in use is never moved out: a thread that needs the room waits for the others to leave, unless it is using a
    tenant itself; then both stay, since waiting could be for ever.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._here: list[Tenant] = []
        self._users: dict[Tenant, Counter[int]] = {}

    @contextmanager
    def using(self, tenant: Tenant) -> Iterator[None]:
        """Have a tenant on the device for the length of a block of code; nested and in several threads at will."""
        me = threading.get_ident()
        self._enter(tenant, me)
        try:
            yield
        finally:
            with self._changed:
                self._users[tenant] -= Counter({me: 1})
                self._changed.notify_all()

    def move_out(self, tenant: Tenant) -> None:
        """Move a tenant out now, unless it stays or somebody uses it."""
        with self._changed:
            if tenant in self._here and not tenant.stays and not self._users.get(tenant):
                self._leave(tenant)

    def _enter(self, tenant: Tenant, me: int) -> None:
        with self._changed:
            if not tenant.stays and tenant not in self._here:
                self._changed.wait_for(lambda: self._holds(me) or not self._occupied(tenant))
            if tenant not in self._here:
                for other in self._leaving(tenant):
                    self._leave(other)
                tenant.move_in()
                self._here.append(tenant)
            self._users.setdefault(tenant, Counter())[me] += 1

    def _leaving(self, tenant: Tenant) -> list[Tenant]:
        if tenant.stays:
            return []
        return [other for other in self._here if not other.stays and not self._users.get(other)]

    def _occupied(self, tenant: Tenant) -> bool:
        """Whether somebody uses another tenant that takes turns; nobody does once this one has come meanwhile."""
        if tenant in self._here:
            return False
        return any(not other.stays and self._users.get(other) for other in self._here)

    def _holds(self, me: int) -> bool:
        return any(not other.stays and users[me] for other, users in self._users.items())

    def _leave(self, tenant: Tenant) -> None:
        tenant.move_out()
        self._here.remove(tenant)
