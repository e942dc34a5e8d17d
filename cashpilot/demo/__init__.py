"""The demo: a fictional pilot that a newcomer can walk through in two minutes."""
