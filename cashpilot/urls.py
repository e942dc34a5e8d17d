"""The map of the site."""

from django.urls import path

from cashpilot import health

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
]
