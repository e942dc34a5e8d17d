"""Form fields for the things that every app asks for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cashpilot.core import money
from cashpilot.core.refusals import Invalid


class MoneyField(forms.CharField):
    """An amount as people write it, "360" or "£360.50"; its value is whole minor units."""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        """What is known already, as people write it; what was typed stays as it is."""
        return f"{value // 100}.{value % 100:02}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return money.parse(text)
        except Invalid as no:
            raise ValidationError(str(no)) from None


def add_refusal(form: forms.Form, refusal: Exception) -> None:
    """Show a refusal beside the field it names, or above the form."""
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, str(refusal))
