"""The demo: embedded engines and the data that they are filled with."""
