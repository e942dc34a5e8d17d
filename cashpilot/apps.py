from django.apps import AppConfig


class CashpilotConfig(AppConfig):
    """The commands that join the apps; the models are in the apps."""

    name = "cashpilot"
