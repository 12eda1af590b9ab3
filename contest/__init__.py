"""One self-hosted service for a media contest, from the entrant's phone to the public page of the winners."""
