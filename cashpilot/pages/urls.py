from django.urls import path

from cashpilot.pages import choices, enrolment, home, life_events, personal_data, pilots

staff_patterns = [
    path("", home.to_do, name="to_do"),
    path("pilots/new/", pilots.set_up, name="set_up_pilot"),
    path("pilots/<slug:public_id>/", pilots.pilot, name="pilot"),
    path("pilots/<slug:pilot_id>/enrol/", enrolment.enrol, name="enrol"),
    path("pilots/<slug:pilot_id>/enrol-file/", enrolment.enrol_file, name="enrol_file"),
    path("pilots/<slug:pilot_id>/people.csv", enrolment.file_to_fill, name="file_to_fill"),
    path("participants/<slug:public_id>/", enrolment.person, name="person"),
    path("participants/<slug:public_id>/sign-in-link/", enrolment.offer_link, name="offer_link"),
    path("participants/<slug:public_id>/personal-data/", personal_data.looks, name="personal_data"),
    path(
        "participants/<slug:public_id>/personal-data/copy/",
        personal_data.copy,
        name="copy_of_person",
    ),
    path("participants/<slug:public_id>/erase/", personal_data.erase, name="erase_person"),
    path("accounts-to-close/<slug:public_id>/closed/", personal_data.closed, name="account_closed"),
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
    path("my/<slug:public_id>/data/", personal_data.my_data, name="my_data"),
    path("my/<slug:public_id>/data/copy/", personal_data.my_copy, name="my_copy"),
    path("my/<slug:public_id>/choices/", choices.my_choices, name="my_choices"),
    path("my/<slug:public_id>/choices/<slug:purpose>/", choices.my_choice, name="my_choice"),
]
