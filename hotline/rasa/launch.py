"""Starts Rasa with the token from the environment: arguments are everybody's to read, the environment is not.

Run by Rasa's own Python, here and in its container: `RASA_AUTH_TOKEN=… python launch.py run --enable-api …`.
"""

import os
import runpy
import sys

if __name__ == "__main__":
    sys.argv += ["--auth-token", os.environ.pop("RASA_AUTH_TOKEN")]
    runpy.run_module("rasa", run_name="__main__", alter_sys=True)
