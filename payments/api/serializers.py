from rest_framework import serializers

from payments.models import Disbursement, Instalment, LeftOut, PayRun


class PaymentLine(serializers.Serializer):
    """One payment, in the order of its schedule. `state` is where the money is now."""

    number = serializers.IntegerField()
    due_date = serializers.DateField()
    amount_minor = serializers.IntegerField(help_text="pence or cents")
    currency = serializers.CharField()
    state = serializers.ChoiceField(
        sorted({*Disbursement.State.values, Instalment.State.PLANNED, Instalment.State.CANCELLED})
    )
    words = serializers.CharField(help_text="the state in plain words")
    expected_on = serializers.DateField(allow_null=True)
    paid_on = serializers.DateField(allow_null=True)


class ScheduleLines(serializers.Serializer):
    """A person's payments: the next one, the total so far, and all of them."""

    currency = serializers.CharField()
    paid_minor = serializers.IntegerField(help_text="what has been paid so far, in minor units")
    next_payment = PaymentLine(allow_null=True)
    payments = PaymentLine(many=True)


class NewPayRun(serializers.Serializer):
    due_by = serializers.DateField()


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
    """A run with everybody in it and everybody left out; `counts` by state once it is sent."""

    public_id = serializers.CharField(source="run.public_id")
    due_by = serializers.DateField(source="run.due_by")
    state = serializers.ChoiceField(PayRun.State.choices, source="run.state")
    currency = serializers.CharField(source="run.fund.currency")
    total_minor = serializers.IntegerField()
    lines = PayRunLine(many=True)
    left_out = LeftOutLine(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
