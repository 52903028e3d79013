"""As a name server would be asked."""
import json
import socket

targets = json.load(open("targets.json"))
there = ("127.0.0.1", targets["udp"])
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"harm", there)
print("REACHED")
