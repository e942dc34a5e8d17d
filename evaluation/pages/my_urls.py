"""A participant's own pages about their answers."""

from django.urls import path

from evaluation.pages import choices, surveys

urlpatterns = [
    path("my/<slug:public_id>/surveys/", surveys.my_surveys, name="my_surveys"),
    path("my/<slug:public_id>/answers/", choices.my_choices, name="my_research_choices"),
]
