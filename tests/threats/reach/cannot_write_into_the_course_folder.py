"""A new file among the answer keys."""
import json
import os

targets = json.load(open("targets.json"))
with open(os.path.join(os.path.dirname(targets["key"]), "made"), "w") as file:
    file.write("harm")
print("REACHED")
