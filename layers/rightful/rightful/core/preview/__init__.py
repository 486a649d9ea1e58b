"""What many changes of addresses would do."""
