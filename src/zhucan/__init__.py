"""Zhucan (助残): the platform a Disabled Persons' Federation runs on."""
