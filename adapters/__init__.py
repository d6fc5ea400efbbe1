"""Request to response; nothing about scoring."""
