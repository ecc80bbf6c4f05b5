"""Thoughts about a workflow: comments, task plan, request."""
