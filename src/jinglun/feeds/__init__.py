"""Inbound: one file per way data arrives; each turns an outside form into rows and nothing more."""
