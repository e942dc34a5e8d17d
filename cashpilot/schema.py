"""How the API describes what holds for every endpoint."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="Asked again under the same key within a day, nothing is done twice and the answer "
    "is the same.",
)


class Schema(AutoSchema):
    """Adds the key that every change by staff may be asked under, files apart."""

    def get_override_parameters(self) -> list[Any]:
        parsers = {one.media_type for one in self.view.get_parsers()}
        is_by_staff = any("staffSession" in one for one in self.get_auth())
        takes_a_key = self.method == "POST" and is_by_staff and parsers != {"multipart/form-data"}
        return [*super().get_override_parameters(), *([KEY] if takes_a_key else [])]
