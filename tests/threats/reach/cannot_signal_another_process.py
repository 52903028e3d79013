"""The grader's own process, say; here one that is there to be signalled."""
import json
import os
import signal

targets = json.load(open("targets.json"))
os.kill(targets["pid"], signal.SIGUSR1)
print("REACHED")
