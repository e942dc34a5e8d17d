"""A participant's own pages about their answers."""

from django.urls import path

from evaluation.pages import choices

urlpatterns = [
    path("my/<slug:public_id>/answers/", choices.my_choices, name="my_research_choices"),
]
