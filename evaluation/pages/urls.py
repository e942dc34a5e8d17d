from django.urls import path

from evaluation.pages import answers, choices, releases, results

urlpatterns = [
    path("pilots/<slug:pilot_id>/research-texts/", choices.texts, name="research_texts"),
    path(
        "participants/<slug:public_id>/research-choices/",
        choices.choices,
        name="research_choices",
    ),
    path("evaluation/", results.evaluation, name="evaluation"),
    path("evaluation/<slug:pilot_id>/", results.pilot_results, name="pilot_results"),
    path("evaluation/<slug:pilot_id>/answers/", answers.answers_file, name="answers_file"),
    path("evaluation/<slug:pilot_id>/answers.csv", answers.answers_to_fill, name="answers_to_fill"),
    *releases.urlpatterns,
]
