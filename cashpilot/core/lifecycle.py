"""State machines as tables: which moves exist, and one way to make them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import IllegalMove, Overtaken


@dataclass(frozen=True)
class Lifecycle:
    """The states of one kind of record and the only moves between them."""

    name: str
    moves: Mapping[str, frozenset[str]]

    def allows(self, old: str, new: str) -> bool:
        return new in self.moves[old]

    @transaction.atomic
    def move(
        self, record: Any, new: str, *, now: datetime, by: str, where: Any = None, **also: Any
    ) -> None:
        """Move `record` to `new`, or refuse.

        The write is one `UPDATE … WHERE state = <what we read>` (and `where`, such as a fencing
        token): of two workers that read the same row, one moves it and the other is told that it
        was overtaken. The audit line is written in the same transaction.
        """
        old = record.state
        self._check(old, new)
        changes = {"state": new, "state_changed_at": now, **also}
        rows = type(record).objects.filter(pk=record.pk, state=old, **(where or {}))
        if not rows.update(**changes):
            raise Overtaken(f"This {self.name} is no longer {old}.")
        for field, value in changes.items():
            setattr(record, field, value)
        AuditEvent.record(record, f"{self.name}.{new}", at=now, by=by, was=old)

    @transaction.atomic
    def move_locked(
        self, records: Sequence[Any], new: str, *, now: datetime, by: str, **also: Any
    ) -> None:
        """Move many records that this transaction has locked in one state, in one statement; all of
        them or none."""
        if not records:
            return
        old, model = records[0].state, type(records[0])
        self._check(old, new)
        keys = [record.pk for record in records]
        changes = {"state": new, "state_changed_at": now, **also}
        if model.objects.filter(pk__in=keys, state=old).update(**changes) != len(keys):
            raise Overtaken(f"One of these is no longer {old}.")
        AuditEvent.record_each(records, f"{self.name}.{new}", at=now, by=by, was=old)

    def as_mermaid(self) -> str:
        """The diagram for the docs, drawn from the table so that it cannot drift."""
        arrows = [
            f"    {old} --> {new}" for old, news in self.moves.items() for new in sorted(news)
        ]
        return "\n".join(["stateDiagram-v2", *arrows])

    def _check(self, old: str, new: str) -> None:
        if not self.allows(old, new):
            article = "An" if self.name[0] in "aeiou" else "A"
            raise IllegalMove(f"{article} {self.name} that is {old} cannot become {new}.")
