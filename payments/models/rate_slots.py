from django.db import models


class RateSlot(models.Model):
    """The next moment at which any worker may make one more call of a kind to the provider.

    A worker takes the slots it needs by moving `next_at` on, so that all of them together keep
    to the provider's limit. Rates are thousandths of a call a second; `calls` are those of the
    month that began on `month`.
    """

    key = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    slowed_to = models.PositiveIntegerField(null=True)
    slowed_at = models.DateTimeField(null=True)
    month = models.DateField(null=True)
    calls = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slowed_to__isnull=True, slowed_at__isnull=True)
                | models.Q(slowed_to__gt=0, slowed_at__isnull=False),
                name="slowed_says_when",
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable: set[str] = set()
        shareable = {"key", "next_at", "slowed_to", "slowed_at", "month", "calls"}
        kept = "as machinery"

    def __str__(self) -> str:
        return f"{self.key} from {self.next_at:%H:%M:%S}"
