"""How every form is drawn: labels, hints and errors in one style, errors in plain words.

Settings: FORM_RENDERER = "cashpilot.forms.Renderer", and "django.forms" among INSTALLED_APPS.
A page writes `{{ form }}`. The form's errors then come first, each linked to its field.
"""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import ChoiceWidget, Input
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

CLASSES = {
    forms.HiddenInput: "",
    forms.CheckboxInput: "govuk-checkboxes__input",
    forms.Textarea: "govuk-textarea",
    forms.SelectMultiple: "govuk-select cp-select-many",
    forms.Select: "govuk-select",
    ChoiceWidget: "",
    forms.FileInput: "govuk-file-upload",
    forms.NumberInput: "govuk-input govuk-input--width-10",
    Input: "govuk-input",
}
KEYBOARDS = {"number": "numeric", "email": "email", "tel": "tel", "url": "url"}


class Field(BoundField):
    """A field as a page shows it."""

    @property
    def problems(self) -> list[str]:
        """What is wrong with the answer, in sentences a person can act on."""
        return [in_plain_words(error, self) for error in self.errors.as_data()]

    @property
    def first_control(self) -> str:
        """The id that an error links to: of a group of controls, the first."""
        return self.id_for_label or self.subwidgets[0].id_for_label or self.auto_id

    @property
    def is_tick_box(self) -> bool:
        """Whether it is one box to tick, whose label comes after it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def says_optional(self) -> bool:
        """Whether the label says that the answer may be left out; a search form stays quiet."""
        is_quiet = self.is_tick_box or getattr(self.form, "all_optional", False)
        return not self.field.required and not is_quiet

    def build_widget_attrs(self, attrs, widget=None):
        """Our classes and keyboards; no browser-made errors, which ignore the page's language."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)
        if "placeholder" in widget.attrs:
            attrs["placeholder"] = False  # it vanishes as one types; hints stay
        if classes := _classes(widget, has_errors=bool(self.errors)):
            attrs["class"] = f"{classes} {widget.attrs.get('class', '')}".strip()
        keyboard = _keyboard(self.field, widget)
        if keyboard and "inputmode" not in widget.attrs:
            attrs["inputmode"] = keyboard
        return attrs


class Renderer(TemplatesSetting):
    """Draws forms with the templates in cashpilot/templates/django/forms."""

    bound_field_class = Field


class DateParts(forms.Widget):
    """Day, month and year in three short boxes; what was typed stays, be it a date or not."""

    template_name = "django/forms/widgets/date_parts.html"
    use_fieldset = True
    parts = {"day": _("Day"), "month": _("Month"), "year": _("Year")}

    def format_value(self, value):
        """The three parts as text."""
        if isinstance(value, (date, datetime)):
            return {part: str(getattr(value, part)) for part in self.parts}
        year, month, day = [*str(value or "").split("-", 2), "", "", ""][:3]
        return {"day": day, "month": month, "year": year}

    def get_context(self, name, value, attrs):
        """The usual context, with one entry for each box."""
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["is_wrong"] = "aria-invalid" in widget["attrs"]
        widget["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": f"{widget['attrs'].get('id', name)}_{part}",
                "words": words,
                "value": widget["value"][part],
                "is_year": part == "year",
            }
            for part, words in self.parts.items()
        ]
        return context

    def value_from_datadict(self, data, files, name):
        """The three boxes as 2026-3-31, or a whole date in one; nothing where all are empty."""
        typed = [data.get(f"{name}_{part}", "").strip() for part in ("year", "month", "day")]
        return "-".join(typed) if any(typed) else data.get(name)

    def value_omitted_from_data(self, data, files, name):
        """Whether none of the boxes was on the page."""
        return name not in data and not any(f"{name}_{part}" in data for part in self.parts)

    def id_for_label(self, id_):
        """The first box."""
        return f"{id_}_day"


def in_plain_words(error: ValidationError, field: Field) -> str:
    """Our sentence in place of Django's general one; a form's own sentence stays as it is."""
    words = next((ours for theirs, ours in OURS if theirs is error.message), None)
    if words is None:
        return " ".join(error.messages)
    if words is REQUIRED:
        words = _ask_for(field)
    names = {"name": field.label, "label": _inside_a_sentence(field.label)}
    return words % {**(error.params or {}), **names}


def _ask_for(field: Field) -> Any:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return _("Tick “%(name)s” to go on")
    if str(field.label).endswith(("?", "؟")):
        return _("Answer the question: %(name)s")
    if isinstance(widget, (ChoiceWidget, forms.FileInput)):
        return _("Choose %(label)s")
    return _("Enter %(label)s")


def _inside_a_sentence(label: object) -> str:
    words = str(label)
    starts_with_initials = words[1:2].isupper()
    return words if starts_with_initials else words[:1].lower() + words[1:]


def _classes(widget: forms.Widget, *, has_errors: bool) -> str:
    classes = next((names for kind, names in CLASSES.items() if isinstance(widget, kind)), "")
    if not classes or not has_errors:
        return classes
    return f"{classes} {classes.split()[0]}--error"


def _keyboard(field: forms.Field, widget: forms.Widget) -> str | None:
    kind = getattr(widget, "input_type", "")
    if kind == "number" and isinstance(field, (forms.DecimalField, forms.FloatField)):
        return "decimal"
    return KEYBOARDS.get(kind)


REQUIRED = object()
LIST = _("Choose %(label)s from the list")
NUMBER = _("Enter %(label)s as a number, like 12.50")
DATE = _("Enter %(label)s as a real date, like 31 3 2026")
TIME = _("Enter %(label)s as a time of day, like 09:30")
FILE = _("Choose a file")
CHECK = _("Check %(label)s")

# Django's general sentence, the very object, beside ours.
OURS: list[tuple[object, Any]] = [
    (forms.Field.default_error_messages["required"], REQUIRED),
    (models.Field.default_error_messages["blank"], REQUIRED),
    (models.Field.default_error_messages["null"], REQUIRED),
    (
        models.Field.default_error_messages["unique"],
        _("This %(label)s is already here. Check it, or use another"),
    ),
    (
        forms.IntegerField.default_error_messages["invalid"],
        _("Enter %(label)s as a whole number, like 12"),
    ),
    (forms.FloatField.default_error_messages["invalid"], NUMBER),
    (forms.DecimalField.default_error_messages["invalid"], NUMBER),
    (forms.DateField.default_error_messages["invalid"], DATE),
    (forms.SplitDateTimeField.default_error_messages["invalid_date"], DATE),
    (forms.TimeField.default_error_messages["invalid"], TIME),
    (forms.SplitDateTimeField.default_error_messages["invalid_time"], TIME),
    (
        forms.DateTimeField.default_error_messages["invalid"],
        _("Enter %(label)s as a date and time, like 2026-03-31 09:30"),
    ),
    (forms.ChoiceField.default_error_messages["invalid_choice"], LIST),
    (forms.MultipleChoiceField.default_error_messages["invalid_choice"], LIST),
    (forms.ModelChoiceField.default_error_messages["invalid_choice"], LIST),
    (forms.ModelMultipleChoiceField.default_error_messages["invalid_choice"], LIST),
    (forms.ModelMultipleChoiceField.default_error_messages["invalid_pk_value"], LIST),
    (forms.MultipleChoiceField.default_error_messages["invalid_list"], LIST),
    (forms.ModelMultipleChoiceField.default_error_messages["invalid_list"], LIST),
    (forms.FileField.default_error_messages["invalid"], FILE),
    (forms.FileField.default_error_messages["missing"], FILE),
    (
        forms.FileField.default_error_messages["empty"],
        _("This file is empty. Choose another"),
    ),
    (
        forms.FileField.default_error_messages["max_length"],
        _("Give the file a shorter name, and choose it again"),
    ),
    (
        forms.FileField.default_error_messages["contradiction"],
        _("Choose a file, or tick the box to take the old one away: not both"),
    ),
    (forms.ImageField.default_error_messages["invalid_image"], _("Choose a picture")),
    (forms.URLField.default_error_messages["invalid"], CHECK),
    (forms.DurationField.default_error_messages["invalid"], CHECK),
    (forms.DurationField.default_error_messages["overflow"], CHECK),
    (forms.MultiValueField.default_error_messages["invalid"], CHECK),
    (forms.MultiValueField.default_error_messages["incomplete"], CHECK),
    (forms.UUIDField.default_error_messages["invalid"], CHECK),
    (forms.JSONField.default_error_messages["invalid"], CHECK),
    (validators.RegexValidator.message, CHECK),
    (validators.StepValueValidator.message, CHECK),
    (validators.ProhibitNullCharactersValidator.message, CHECK),
    (
        validators.EmailValidator.message,
        _("Enter an email address in full, like name@example.com"),
    ),
    (validators.URLValidator.message, _("Enter a web address in full, like https://example.com")),
    (
        validators.MinValueValidator.message,
        _("Enter %(label)s of %(limit_value)s or more"),
    ),
    (
        validators.MaxValueValidator.message,
        _("Enter %(label)s of %(limit_value)s or less"),
    ),
    (
        validators.MinLengthValidator.message,
        ngettext_lazy(
            "Write at least %(limit_value)d character for %(label)s",
            "Write at least %(limit_value)d characters for %(label)s",
            "limit_value",
        ),
    ),
    (
        validators.MaxLengthValidator.message,
        ngettext_lazy(
            "Write at most %(limit_value)d character for %(label)s",
            "Write at most %(limit_value)d characters for %(label)s",
            "limit_value",
        ),
    ),
    (
        validators.DecimalValidator.messages["max_decimal_places"],
        ngettext_lazy(
            "Enter %(label)s with at most %(max)s figure after the point",
            "Enter %(label)s with at most %(max)s figures after the point",
            "max",
        ),
    ),
    (validators.DecimalValidator.messages["max_digits"], _("Enter a smaller %(label)s")),
    (validators.DecimalValidator.messages["max_whole_digits"], _("Enter a smaller %(label)s")),
    (
        validators.FileExtensionValidator.message,
        _("Choose a file of this kind: %(allowed_extensions)s"),
    ),
]
