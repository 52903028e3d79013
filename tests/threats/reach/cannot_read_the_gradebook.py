"""Every mark of the class is in it."""
import json

targets = json.load(open("targets.json"))
print("REACHED", len(open(targets["gradebook"], "rb").read()))
