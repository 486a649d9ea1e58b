"""What another policy would have decided about the conflicts that there were."""
