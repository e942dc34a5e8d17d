from django.conf import settings
from django.utils.module_loading import import_string

from payments.providers.base import Provider


def get_provider() -> Provider:
    """The provider of this installation, with the key of this process."""
    return import_string(settings.PAYMENT_PROVIDER)()
