"""The process: settings, HTTP, authentication, execution and the command line."""
