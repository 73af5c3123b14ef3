"""The commands of `sla`, one a module; each module's `command` is loaded when it is asked for."""
