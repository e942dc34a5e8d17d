from django.db import migrations

from cashpilot.core.database import Guard, refuse_change_of, refuse_if

ENOUGH_VOTES = """(
    SELECT count(*) FROM payments_payrunapproval a
    WHERE a.pay_run_id = NEW.id AND a.content_hash = NEW.content_hash
) < NEW.approvals_needed"""
EDITED_A_DESTINATION = """EXISTS (
    SELECT 1 FROM payments_payrunline l
    WHERE l.pay_run_id = NEW.pay_run_id AND l.destination_edited_by_id = NEW.approver_id
)"""
OTHER_LIST = """NEW.content_hash IS DISTINCT FROM (
    SELECT r.content_hash FROM payments_payrun r WHERE r.id = NEW.pay_run_id
)"""
NOT_IN_AN_APPROVED_RUN = """EXISTS (
    SELECT 1 FROM queued q WHERE NOT EXISTS (
        SELECT 1 FROM payments_payrun r JOIN payments_payrunline l ON l.pay_run_id = r.id
        WHERE r.id = q.pay_run_id AND r.state IN ('approved', 'sending')
          AND l.instalment_id = q.instalment_id AND l.amount_minor = q.amount_minor
          AND l.destination = q.destination
    )
)"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_pay_runs")]
    operations = [
        Guard(
            "a_line_is_written_once",
            "payments_payrunline",
            "BEFORE UPDATE",
            refuse_change_of(
                "pay_run_id",
                "instalment_id",
                "amount_minor",
                "destination",
                "bank_mark",
                "destination_edited_by_id",
                "due_date",
            ),
        ),
        Guard(
            "an_approver_edited_no_destination",
            "payments_payrunapproval",
            "BEFORE INSERT",
            refuse_if(EDITED_A_DESTINATION, "the approver edited a destination in this run")
            + refuse_if(OTHER_LIST, "approval of another list than the frozen one"),
        ),
        Guard(
            "a_run_is_approved_by_enough_people",
            "payments_payrun",
            "BEFORE UPDATE",
            refuse_if(
                f"NEW.state = 'approved' AND OLD.state <> 'approved' AND {ENOUGH_VOTES}",
                "too few approvals of this list",
            )
            + refuse_if(
                "OLD.state <> 'prepared' AND (NEW.content_hash, NEW.approvals_needed)"
                " IS DISTINCT FROM (OLD.content_hash, OLD.approvals_needed)",
                "the list is frozen",
            )
            + refuse_if(
                "NEW.state IN ('sending', 'done') AND OLD.state NOT IN"
                " ('approved', 'sending', 'done')",
                "only an approved run is sent",
            ),
        ),
        Guard(
            "only_approved_lines_are_sent",
            "payments_disbursement",
            "AFTER INSERT",
            refuse_if(NOT_IN_AN_APPROVED_RUN, "not a line of an approved run"),
            seen_as="queued",
        ),
        Guard(
            "an_order_is_written_once",
            "payments_disbursement",
            "BEFORE UPDATE",
            refuse_change_of(
                "instalment_id",
                "pay_run_id",
                "amount_minor",
                "currency",
                "destination",
                "order_hash",
            )
            + refuse_if(
                "OLD.provider_reference IS NOT NULL"
                " AND NEW.provider_reference IS DISTINCT FROM OLD.provider_reference",
                "the transfer of a payment never changes",
            )
            + refuse_if("NEW.key_number < OLD.key_number", "keys are never used again"),
        ),
    ]
