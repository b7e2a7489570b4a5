"""The widget of any task, the model page, the index of all widgets, and the search.

Of a widget `state.py` knows, `running.py` runs, `show.py` says in HTML, and `widget.py` lays out and wires."""
