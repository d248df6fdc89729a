"""`/simulator/zalo`: the Official Account without Zalo, for training and demonstrations.

Only with `zalo.simulator`, only for this machine. What is written on the page takes the whole way
of the channel: a signed event at the webhook's door, inbox, desk, outbox, sender; only the last
step puts the message on the page instead of calling the platform.
"""
