"""What a command says to the person who started it."""


def say(words: str) -> None:
    """Print a line at once, also when the output goes to a file or another program."""
    print(words, flush=True)  # noqa: T201
