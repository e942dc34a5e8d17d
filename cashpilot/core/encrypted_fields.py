"""Columns that are sealed on their way into the database and opened on their way out.

They cannot be sorted or searched in the database. Where a column has a blind index, `=` works:
it asks the index, and takes no notice of large and small letters.
"""

import json
from base64 import b64decode, b64encode
from datetime import date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError
from django.db import DataError, models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, IExact

from cashpilot.core.encryption import index_of, open_sealed, seal


class Sealed(models.Field):
    """What sealed columns of every kind share; an empty text stays empty."""

    def __init__(self, *args: Any, index: str = "", **kwargs: Any):
        self.index = index
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"index": self.index} if self.index else {})

    @property
    def sealed_for(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_internal_type(self) -> str:
        return "TextField"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None or value == "" or hasattr(value, "as_sql"):
            return value
        return seal(self.as_text(value), self.sealed_for)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return self.to_python(open_sealed(value, self.sealed_for)) if value else value

    def as_text(self, value: Any) -> str:
        """The value as it is sealed, if it keeps its column's limit: the database cannot look."""
        text = str(value)
        if self.max_length is not None and len(text) > self.max_length:
            raise DataError(f"value too long for {self.sealed_for}: {self.max_length} at most")
        return text

    def get_lookup(self, lookup_name: str):
        if lookup_name not in ("exact", "iexact", "isnull"):
            raise FieldError(f"{self.sealed_for} is encrypted: it cannot be asked {lookup_name!r}.")
        return super().get_lookup(lookup_name)


class EncryptedTextField(Sealed, models.TextField):
    """Text, sealed; `max_length` counts what was written."""


class EncryptedBytesField(Sealed):
    """Bytes, sealed; none stay none."""

    def get_prep_value(self, value: Any) -> Any:
        return "" if value == b"" else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self.get_prep_value(value), connection)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return b"" if value == "" else super().from_db_value(value, expression, connection)

    def as_text(self, value: Any) -> str:
        return b64encode(bytes(value)).decode()

    def to_python(self, value: Any) -> Any:
        return b64decode(value) if isinstance(value, str) else value


class EncryptedJsonField(Sealed, models.JSONField):
    """Lists and objects of JSON, sealed; an empty one stays empty."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return "" if value in ([], {}) else super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value == "":
            return self.get_default()
        return json.loads(open_sealed(value, self.sealed_for)) if value else value

    def as_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)


class EncryptedDateField(Sealed, models.DateField):
    """A date, sealed; none before `earliest`, and none after the day in the column `latest`."""

    def __init__(self, *args: Any, earliest: date | None = None, latest: str = "", **kwargs: Any):
        self.earliest, self.latest = earliest, latest
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"earliest": self.earliest, "latest": self.latest}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        latest = getattr(model_instance, self.latest) if self.latest else None
        if isinstance(latest, datetime) and isinstance(value, date) and value > latest.date():
            raise DataError(f"{self.sealed_for} is after {self.latest}")
        return value

    def as_text(self, value: Any) -> str:
        day = self.to_python(value)
        if self.earliest and day < self.earliest:
            raise DataError(f"{self.sealed_for} is before {self.earliest}")
        return day.isoformat()


class BlindIndexField(models.CharField):
    """The index of one sealed column beside it: written with it, never by hand."""

    def __init__(self, *args: Any, of: str = "", kind: str = "text", **kwargs: Any):
        self.of, self.kind = of, kind
        fixed = {"max_length": 32, "blank": True, "default": "", "db_default": ""}
        super().__init__(*args, **{**kwargs, **fixed, "editable": False})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "default", "db_default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs | {"of": self.of, "kind": self.kind}

    def index_of(self, value: Any) -> str:
        """What this column holds beside that value."""
        column = f"{self.model._meta.label_lower}.{self.of}"
        return index_of(str(value or ""), self.kind, column)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        made = self.index_of(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, made)
        return made


class _ByIndex:
    """`=` on a sealed column: asked of its blind index; emptiness is asked of the column itself."""

    lhs: Any
    rhs: Any

    def as_sql(self, compiler: Any, connection: Any):
        field = self.lhs.output_field
        if self.rhs == "":
            return super().as_sql(compiler, connection)  # type: ignore[misc]
        if not field.index or not isinstance(self.lhs, Col):
            raise FieldError(f"{field.sealed_for} is encrypted and has no index to search by.")
        index = field.model._meta.get_field(field.index)
        if not (wanted := index.index_of(self.rhs)):
            raise EmptyResultSet  # nothing of it is indexed, such as a name taken for a number
        return compiler.compile(Exact(Col(self.lhs.alias, index), wanted))


@Sealed.register_lookup
class SameAs(_ByIndex, Exact):
    """The same value, in large or small letters."""


@Sealed.register_lookup
class SameAsInAnyCase(_ByIndex, IExact):
    """The same."""
