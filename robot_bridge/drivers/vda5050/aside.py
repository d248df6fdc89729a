"""A message sent without the event loop: for the dead man's switch, when the loop is blocked."""

import ssl
import threading
from uuid import uuid4

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from robot_bridge.drivers.vda5050.address import Broker

CONNECT_SECONDS = 0.5
SEND_SECONDS = 0.3


def send_aside(broker: Broker, tls: ssl.SSLContext | None, topic: str, payload: bytes) -> bool:
    """Hand one message to the broker over a connection of its own, within a second.

    Blocks; to be called from another thread. Returns whether the broker has taken it.
    """
    connected = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"letan-halt-{uuid4().hex[:8]}")
    client.on_connect = lambda *_: connected.set()
    client.connect_timeout = CONNECT_SECONDS
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password)
    if tls is not None:
        client.tls_set_context(tls)
    try:
        client.connect(broker.host, broker.port, keepalive=5)
        client.loop_start()
        if not connected.wait(CONNECT_SECONDS):
            return False
        sent = client.publish(topic, payload, qos=0, retain=False)
        sent.wait_for_publish(SEND_SECONDS)
        return sent.is_published()
    except (OSError, RuntimeError, ValueError):
        return False
    finally:
        client.disconnect()
        client.loop_stop()
