"""A day of a centre, simulated: visitors, counters and robots on a fake clock (`letan simulate`).

Conversations go through the real engine and the API's own door, missions through the real `Fleet`;
only time, people and the robots' bodies are simulated. See docs/robots.md.
"""
