"""The account file: its keys (`account`, `sources`), and how it is read and its mistakes told (`read`)."""
