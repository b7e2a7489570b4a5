"""HTML that is made on the server: elements, Markdown, formulas, and what pages share."""
