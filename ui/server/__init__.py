"""The web server: routes, limits, uploads, sign-in, and the files of the pages."""
