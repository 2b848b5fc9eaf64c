"""In the image: the packages of an environment.yml as requirements for pip, name by name. Called with the path of the file."""

import re
import sys

import yaml  # of jupyter_events, which every environment has

with open(sys.argv[1]) as file:
    items = (yaml.safe_load(file) or {}).get("dependencies") or []
for item in items:
    if isinstance(item, dict):
        print(*item.get("pip") or [], sep="\n")
        continue
    name, equals, rest = re.fullmatch(r"(?:.*::)?([\w.-]+)\s*(=*)\s*(.*)", item).groups()
    version = rest.split("=")[0].rstrip(".*") if equals else ""
    if name not in ("python", "pip"):
        print(f"{name}=={version}.*" if version else f"{name}{rest}".replace(" ", ""))
