"""Models whose sealed columns can be searched: an index goes wherever its column goes."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from cashpilot.core.encrypted_fields import BlindIndexField


def indexes_of(model: Any, changes: Mapping[str, Any]) -> dict[str, str]:
    """The blind indexes that change when these columns do."""
    return {
        field.name: field.index_of(changes[field.of])
        for field in model._meta.fields
        if isinstance(field, BlindIndexField) and field.of in changes
    }


class IndexedQuerySet(models.QuerySet):
    """Keeps blind indexes in step with what is changed in place."""

    def update(self, **changes: Any) -> int:
        return super().update(**{**indexes_of(self.model, changes), **changes})


class Indexed(models.Model):
    """A model with blind indexes: whichever way a column is written, its index goes with it."""

    objects = IndexedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Any = None, **kwargs: Any) -> None:
        if update_fields is not None:
            named = dict.fromkeys(update_fields)
            update_fields = {*update_fields, *indexes_of(type(self), named)}
        super().save(*args, update_fields=update_fields, **kwargs)
