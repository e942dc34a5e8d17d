from django.urls import path

from cashpilot.pages import choices, enrolment, home, intakes, life_events, pairs, pilots

INTAKE_VERBS = ("add", "undo", "check", "columns", "drop")

staff_patterns = [
    path("", home.to_do, name="to_do"),
    path("pilots/new/", pilots.set_up, name="set_up_pilot"),
    path("pilots/<slug:public_id>/", pilots.pilot, name="pilot"),
    path("pilots/<slug:pilot_id>/enrol/", enrolment.enrol, name="enrol"),
    path("pilots/<slug:pilot_id>/enrol-file/", intakes.enrol_file, name="enrol_file"),
    path("pilots/<slug:pilot_id>/pairs/", pairs.pairs, name="pairs"),
    path("pilots/<slug:pilot_id>/pairs/search/", pairs.search_anew, name="search_pairs"),
    path("pairs/<slug:public_id>/decide/", pairs.decide, name="decide_pair"),
    path("intakes/<slug:public_id>/", intakes.intake, name="intake"),
    path("intakes/<slug:public_id>/match/", intakes.match_columns, name="match_columns"),
    path("intakes/<slug:public_id>/answer/", intakes.answer, name="answer_intake"),
    path("intakes/<slug:public_id>/to-correct.csv", intakes.rejected, name="rejected"),
    *(
        path(
            f"intakes/<slug:public_id>/{verb}/", intakes.act, {"verb": verb}, name=f"intake_{verb}"
        )
        for verb in INTAKE_VERBS
    ),
    path("pilots/<slug:pilot_id>/people.csv", enrolment.file_to_fill, name="file_to_fill"),
    path("participants/<slug:public_id>/", enrolment.person, name="person"),
    path("participants/<slug:public_id>/sign-in-link/", enrolment.offer_link, name="offer_link"),
    path("participants/<slug:public_id>/choices/", choices.choices, name="choices"),
    path("participants/<slug:public_id>/life-events/", life_events.life_events, name="life_events"),
    path(
        "participants/<slug:public_id>/life-events/record/",
        life_events.record,
        name="record_life_event",
    ),
    path(
        "participants/<slug:public_id>/life-events/<slug:event_id>/correct/",
        life_events.correct,
        name="correct_life_event",
    ),
]

urlpatterns = [
    path("", home.front_door, name="front_door"),
    path("my/<slug:public_id>/choices/", choices.my_choices, name="my_choices"),
    path("my/<slug:public_id>/choices/<slug:purpose>/", choices.my_choice, name="my_choice"),
]
