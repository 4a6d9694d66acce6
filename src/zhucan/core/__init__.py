"""Values of the field: months, money, periods, working days, numbers and masks. No Django."""
