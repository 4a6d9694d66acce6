"""Getting about: fuel for motor wheelchairs, and free buses."""
