from django.urls import path

from cashpilot.pages import choices, enrolment, home, life_events, pilots, problems, timeline

staff_patterns = [
    path("", home.to_do, name="to_do"),
    path("problems/", problems.problems, name="problems"),
    path("pilots/new/", pilots.set_up, name="set_up_pilot"),
    path("pilots/<slug:public_id>/", pilots.pilot, name="pilot"),
    path("pilots/<slug:pilot_id>/enrol/", enrolment.enrol, name="enrol"),
    path("pilots/<slug:pilot_id>/enrol-file/", enrolment.enrol_file, name="enrol_file"),
    path("pilots/<slug:pilot_id>/people.csv", enrolment.file_to_fill, name="file_to_fill"),
    path("participants/<slug:public_id>/", enrolment.person, name="person"),
    path("participants/<slug:public_id>/sign-in-link/", enrolment.offer_link, name="offer_link"),
    path("participants/<slug:public_id>/timeline/", timeline.timeline, name="timeline"),
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
    path("my/<slug:public_id>/timeline/", timeline.my_timeline, name="my_timeline"),
    path("my/<slug:public_id>/choices/", choices.my_choices, name="my_choices"),
    path("my/<slug:public_id>/choices/<slug:purpose>/", choices.my_choice, name="my_choice"),
]
