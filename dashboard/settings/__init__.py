"""Settings pages: profile, appearance, API tokens and, for admins, users."""
