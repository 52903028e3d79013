"""For this kernel and for all that come."""
import course

with open(course.__file__, "a") as file:
    file.write("\n# planted\n")
print("REACHED")
