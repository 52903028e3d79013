"""As a container engine listens on."""
import json
import socket

targets = json.load(open("targets.json"))
each = socket.socket(socket.AF_UNIX)
each.connect(targets["named"])
each.sendall(b"harm")
print("REACHED")
