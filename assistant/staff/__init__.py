"""Who works here: accounts, sessions, rights and the log of what was changed."""
