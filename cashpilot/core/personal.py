"""Which rows are about one person: found by walking the models, whichever apps there are.

A row is about a person if a foreign key leads from it to them, through however many tables, or if
a column that `Privacy.points` names holds what a column of such a row holds. So an app that nobody
may import is walked like any other, and a new table is in from its first day.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet

from cashpilot.core.audit import open_events
from cashpilot.core.models import AuditEvent, subject_name
from cashpilot.core.privacy import our_models, why_not_copied


def rows_about(person: Model) -> dict[Any, QuerySet]:
    """Every row about a person, by model, nearest first; the audit of these rows comes last."""
    found = {type(person): type(person)._base_manager.filter(pk=person.pk)}
    while new := {
        model: model._base_manager.filter(how)
        for model in our_models()
        if model not in found and (how := _leads_to(model, found))
    }:
        found |= new
    return found | {AuditEvent: _audit_of(found)}


def rows_to_show(person: Model) -> Iterator[tuple[Any, QuerySet]]:
    """The same rows, without those of which only some may know that they are there."""
    for model, rows in rows_about(person).items():
        if model is AuditEvent:
            yield model, rows.filter(pk__in=open_events().values("pk"))
        elif not why_not_copied(model):
            yield model, rows


def names_of(rows: dict[Any, QuerySet]) -> list[str]:
    """What names or reaches the person wherever it stands, the longest first: a shorter one may
    be part of it."""
    said = {
        str(value)
        for model, about in rows.items()
        for column in getattr(model.Privacy, "names", ())
        for value in about.values_list(column, flat=True)
        if value
    }
    return sorted(said, key=lambda one: (-len(one), one))


def words_about(rows: dict[Any, QuerySet]) -> list[QuerySet]:
    """Where a person may be quoted in passing: in rows about them, in the whole audit, and in
    tables that are about nobody in particular; never in rows about somebody else, in the design
    of a pilot or in the accounts of staff."""
    apart = ("with the pilot", "with the account", "as machinery")
    elsewhere = {
        model: model._base_manager.all()
        for model in our_models()
        if model is AuditEvent or (model not in rows and model.Privacy.kept not in apart)
    }
    return list((rows | elsewhere).values())


def _leads_to(model: Any, found: dict[Any, QuerySet]) -> Q:
    how = Q()
    for field in model._meta.fields:
        if field.is_relation and field.related_model in found:
            how |= Q(**{f"{field.name}__in": found[field.related_model].values("pk")})
    for column, target in getattr(model.Privacy, "points", ()):
        how |= _points_to(column, target, found)
    return how


def _points_to(column: str, target: str, found: dict[Any, QuerySet]) -> Q:
    label, _, other = target.rpartition(".")
    for model, rows in found.items():
        if model._meta.label == label:
            held = rows.exclude(**{f"{other}__isnull": True}).values(other)
            return Q(**{f"{column}__in": held})
    return Q()


def _audit_of(found: dict[Any, QuerySet]) -> QuerySet:
    return AuditEvent.objects.filter(subject__in=list(_subjects(found)))


def _subjects(found: dict[Any, QuerySet]) -> Iterator[str]:
    for model, rows in found.items():
        if any(field.name == "public_id" for field in model._meta.fields):
            for row in rows.only("public_id"):
                yield subject_name(row)
