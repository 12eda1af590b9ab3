"""The one error whose text users read."""


class Refused(Exception):
    """Something may not happen, and this sentence (already translated) says why and what to do.

    Rules return the sentence, actions raise it, edges show it with `status`.
    """

    def __init__(self, reason: str, *, status: int = 409) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class WrongSetting(Exception):
    """A setting has a value that cannot work; the message names the setting and an example that does."""
