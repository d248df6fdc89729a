"""What every process that hears a visitor must do by itself, before anything else: notice a cry for
help, and take out what identifies a person.

The application and the dialogue engine never import each other; both import this. Standard
library only, Python 3.10.
"""
