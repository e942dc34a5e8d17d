from rest_framework import serializers

from payments.models import Disbursement, Instalment, LeftOut, PayRun

FURTHEST_PAGE = 1_000_000


class PaymentLine(serializers.Serializer):
    """One payment, in the order of its schedule. `state` is where the money is now."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(Instalment.Kind.choices)
    due_date = serializers.DateField()
    amount_minor = serializers.IntegerField(help_text="pence or cents")
    currency = serializers.CharField()
    state = serializers.ChoiceField(
        sorted({*Disbursement.State.values, Instalment.State.PLANNED, Instalment.State.CANCELLED})
    )
    words = serializers.CharField(help_text="the state in plain words")
    expected_on = serializers.DateField(allow_null=True)
    paid_on = serializers.DateField(allow_null=True)
    public_id = serializers.CharField(help_text="of what was sent; empty while it is planned")
    confirmed_at = serializers.DateTimeField(
        allow_null=True, help_text="when the person said that they have it"
    )
    missed_at = serializers.DateTimeField(
        allow_null=True, help_text="since when the person says that it has not arrived"
    )


class ScheduleLines(serializers.Serializer):
    """A person's payments: the next one, the total so far, and all of them."""

    currency = serializers.CharField()
    paid_minor = serializers.IntegerField(help_text="what has been paid so far, in minor units")
    is_held = serializers.BooleanField()
    next_payment = PaymentLine(allow_null=True)
    payments = PaymentLine(many=True)


class NewPayRun(serializers.Serializer):
    due_by = serializers.DateField()
    fund = serializers.CharField(
        required=False, help_text="its public id; needed only where the pilot has several"
    )


class SentBack(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class Threshold(serializers.Serializer):
    """From this sum on, a run takes the approval of so many people; `holds_from` is given where
    that is still to come."""

    from_minor = serializers.IntegerField(min_value=1)
    approvers = serializers.IntegerField(min_value=1, max_value=5)
    holds_from = serializers.DateTimeField(read_only=True, allow_null=True, default=None)


class PayRunPage(serializers.Serializer):
    """Which part of a run to show."""

    page = serializers.IntegerField(min_value=1, max_value=FURTHEST_PAGE, default=1)
    left_out_page = serializers.IntegerField(min_value=1, max_value=FURTHEST_PAGE, default=1)
    search = serializers.CharField(max_length=80, default="", allow_blank=True)


class ChangeLine(serializers.Serializer):
    """One person whose line differs from the last run's."""

    code = serializers.CharField()
    was_minor = serializers.IntegerField()
    is_minor = serializers.IntegerField()
    why = serializers.CharField()


class PayRunChanges(serializers.Serializer):
    """What is new since the fund's last approved run."""

    previous = serializers.CharField(source="previous.public_id", default=None)
    joined = ChangeLine(many=True)
    gone = ChangeLine(many=True)
    amounts = ChangeLine(many=True)
    destinations = ChangeLine(many=True)


class HeldPayment(serializers.Serializer):
    """A payment after somebody acted on it."""

    public_id = serializers.CharField()
    state = serializers.ChoiceField(Disbursement.State.choices)
    held_reason = serializers.CharField()


class PayRunLine(serializers.Serializer):
    """Who is in a run, and how much."""

    code = serializers.CharField(source="instalment.award.enrolment.code")
    number = serializers.IntegerField(source="instalment.number")
    amount_minor = serializers.IntegerField()
    due_date = serializers.DateField()


class LeftOutLine(serializers.Serializer):
    """Who was due and is not in a run, and why."""

    code = serializers.CharField(source="instalment.award.enrolment.code")
    amount_minor = serializers.IntegerField(source="instalment.amount_minor")
    reason = serializers.ChoiceField(LeftOut.Reason.choices)
    words = serializers.CharField(source="get_reason_display")


class PayRunSummary(serializers.Serializer):
    public_id = serializers.CharField()
    due_by = serializers.DateField()
    state = serializers.ChoiceField(PayRun.State.choices)
    currency = serializers.CharField(source="fund.currency")
    people = serializers.IntegerField()
    total_minor = serializers.IntegerField()


class PayRunPreview(serializers.Serializer):
    """A run: a page of who is in it and who is left out; `counts` by state once it is sent."""

    public_id = serializers.CharField(source="run.public_id")
    due_by = serializers.DateField(source="run.due_by")
    state = serializers.ChoiceField(PayRun.State.choices, source="run.state")
    currency = serializers.CharField(source="run.fund.currency")
    people = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    approvals = serializers.SerializerMethodField()
    approvals_needed = serializers.IntegerField(source="run.approvals_needed")
    sent_back_reason = serializers.CharField(source="run.sent_back_reason")
    paused = serializers.CharField(source="pause.reason", default="")
    missing_minor = serializers.IntegerField(source="pause.missing_minor", default=0)
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    lines = PayRunLine(many=True)
    left_out_count = serializers.IntegerField()
    left_out = LeftOutLine(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())

    def get_approvals(self, preview) -> int:
        """How many people have approved so far."""
        return len(preview.approvals)
