"""What may be answered without a lawyer: triage, content, retrieval."""
