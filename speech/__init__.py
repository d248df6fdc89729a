"""Speech: recognisers and synthesisers as Wyoming services, endpointing, spoken forms.

Independent of the application: every service here also serves any other Wyoming client, such as
Home Assistant.
"""
