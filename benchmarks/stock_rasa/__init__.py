"""The same release behind stock `rasa run` and `rasa run actions`, to be measured against."""
