"""Registers of other bodies that the federation keeps: who works as what, goes to school where, is paid or given what."""
