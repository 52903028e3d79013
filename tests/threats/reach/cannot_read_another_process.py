"""Its environment, where a user's own secrets are."""
import json

targets = json.load(open("targets.json"))
assert b"PATH" in open(f"/proc/{targets['pid']}/environ", "rb").read()
print("REACHED")
