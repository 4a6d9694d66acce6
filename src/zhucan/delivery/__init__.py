"""What is handed out, rendered and relieved: goods from stock, services by plan, reliefs with their period."""
