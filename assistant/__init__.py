"""The application: everything that talks to people, staff and machines."""

__version__ = "0.1.0"
