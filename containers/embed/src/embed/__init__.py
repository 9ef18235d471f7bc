"""Turn the images of one list into vectors in DynamoDB: the program of one child of an AWS Batch array job."""

from __future__ import annotations

import os

# ONNX Runtime's packages report their use to Microsoft unless this is set before they are first imported, and warn
# where they cannot (onnxruntime's Privacy.md). A job in a private subnet has no such route, and no reason to report.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
