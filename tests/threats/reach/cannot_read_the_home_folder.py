"""Where an instructor's keys lie."""
import json
import subprocess

targets = json.load(open("targets.json"))
print("REACHED", subprocess.check_output(["cat", targets["home"] + "/.ssh/id_planted"]))
