"""Resource types that ministack's CloudFormation lacks, and repairs to those it has."""

from __future__ import annotations
