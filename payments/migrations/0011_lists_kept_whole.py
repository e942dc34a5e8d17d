from django.db import migrations

from cashpilot.core.database import Guard, refuse_change_of, refuse_if

NOT_IN_PREPARATION = """EXISTS (
    SELECT 1 FROM added a JOIN payments_payrun r ON r.id = a.pay_run_id WHERE r.state <> 'prepared'
)"""
LOCK_THE_RUNS = """PERFORM 1 FROM payments_payrun r
    WHERE r.id IN (SELECT pay_run_id FROM added) FOR SHARE;"""
OTHER_CURRENCY = """EXISTS (
    SELECT 1 FROM ordered o JOIN payments_payrun r ON r.id = o.pay_run_id
    JOIN payments_fund f ON f.id = r.fund_id WHERE f.currency <> o.currency
)"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_promises_kept_by_the_database")]
    operations = [
        Guard(
            "lines_join_before_the_list_is_frozen",
            "payments_payrunline",
            "AFTER INSERT",
            LOCK_THE_RUNS
            + refuse_if(NOT_IN_PREPARATION, "only a list in preparation takes lines"),
            seen_as="added",
        ),
        Guard(
            "lines_stay",
            "payments_payrunline",
            "BEFORE DELETE",
            refuse_if("TRUE", "lines are never deleted"),
        ),
        Guard(
            "a_run_keeps_its_preparer_and_its_money",
            "payments_payrun",
            "BEFORE UPDATE",
            refuse_change_of("prepared_by_id", "fund_id", "due_by")
            + refuse_if(
                "NEW.state = 'approved' AND OLD.state NOT IN ('previewed', 'approved')",
                "only a run that waits for approval is approved",
            ),
        ),
        Guard(
            "orders_are_in_the_currency_of_their_fund",
            "payments_disbursement",
            "AFTER INSERT",
            refuse_if(OTHER_CURRENCY, "money is sent in the currency of its fund"),
            seen_as="ordered",
        ),
    ]
