"""What is done for one household beside a scheme's money: projects in parts, homes waited for, help in single cases."""
