"""The usual design, to be seen failing: one message a payment, late acknowledgement, a look at the
state first, a new key for each try, and again after whatever went wrong.

Imported into a worker by `celery worker --include`; nothing of the product knows of this.
"""

import uuid
from dataclasses import replace

from cashpilot.celery import app
from payments.models import Disbursement
from payments.operations.disbursements import order_of
from payments.providers import get_provider
from payments.providers.base import Accepted

app.conf.task_queues = None
if app.conf.broker_url.startswith("redis"):
    app.conf.broker_transport_options = {"visibility_timeout": 5}


class NotAccepted(Exception):
    """Something went wrong; the queue will see to it."""


@app.task(
    name="usual.pay",
    queue="usual",
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(Exception,),
    retry_backoff=1,
    retry_backoff_max=4,
    max_retries=None,
)
def pay(key: int) -> None:
    one = Disbursement.objects.select_related("pay_run").get(pk=key)
    if one.state != "queued":
        return
    order = replace(order_of(one), key=str(uuid.uuid4()))
    answer = get_provider().send(order, one.request_body)
    if not isinstance(answer, Accepted):
        raise NotAccepted(str(answer))
    Disbursement.objects.filter(pk=key).update(
        state="submitted", provider_reference=answer.reference
    )
