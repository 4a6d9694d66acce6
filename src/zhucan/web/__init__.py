"""What pages for staff and for the public share."""
