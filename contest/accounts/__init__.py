"""People, units, roles, signing in, invitations. `access` holds the decorators of all views."""
