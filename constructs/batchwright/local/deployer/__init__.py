"""Deploys a synthesized app over the API: cloud assembly to assets to CloudFormation, without the CDK CLI."""

from __future__ import annotations
