"""As X servers and session buses listen on."""
import json
import socket

targets = json.load(open("targets.json"))
each = socket.socket(socket.AF_UNIX)
each.connect("\0" + targets["abstract"])
each.sendall(b"harm")
print("REACHED")
