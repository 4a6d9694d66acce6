"""Support to disabled persons who work, learn a trade or start a business."""
