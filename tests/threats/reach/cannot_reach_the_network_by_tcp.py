"""A listener on this machine."""
import json
import socket

targets = json.load(open("targets.json"))
socket.create_connection(("127.0.0.1", targets["tcp"]), 2).sendall(b"harm")
print("REACHED")
