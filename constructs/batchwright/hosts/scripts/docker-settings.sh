# shellcheck shell=bash disable=SC2154 # The part that renders it sets the variables in capitals.
# Merges settings into Docker's own. At every boot, before Docker starts.
mkdir -p /etc/docker
SETTINGS="$SETTINGS" python3 - /etc/docker/daemon.json << 'END'
import json, os, pathlib, sys

def merged(old, new):
    both = old.keys() & new.keys()
    nested = {key for key in both if isinstance(old[key], dict) and isinstance(new[key], dict)}
    return {**old, **new, **{key: merged(old[key], new[key]) for key in nested}}

path = pathlib.Path(sys.argv[1])
text = path.read_text() if path.exists() else ""
path.write_text(json.dumps(merged(json.loads(text or "{}"), json.loads(os.environ["SETTINGS"])), indent=2) + "\n")
END
log "wrote /etc/docker/daemon.json"
