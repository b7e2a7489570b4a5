"""The input fields of a task, and the way between them and a Request."""
