from django.core.management.base import BaseCommand, CommandError

from payments.models import Fund
from payments.queries import ledger_faults, trial_balance


class Command(BaseCommand):
    help = "Compare every payment's state with its ledger entries, and name what disagrees."

    def handle(self, *args, **options):
        faults = 0
        for fund in Fund.objects.order_by("pk"):
            for fault in ledger_faults(fund):
                faults += 1
                self.stdout.write(fault)
            if sum(net for _, _, net in trial_balance(fund)):
                faults += 1
                self.stdout.write(f"The accounts of {fund.public_id} do not come to nothing.")
        if faults:
            raise CommandError(f"{faults} disagree. Nothing was changed.")
        self.stdout.write("Every payment and its entries agree.")
