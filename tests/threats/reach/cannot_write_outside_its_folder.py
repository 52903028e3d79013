"""A file that everyone may write to."""
import json

targets = json.load(open("targets.json"))
with open(targets["writable"], "a") as file:
    file.write("harm")
print("REACHED")
