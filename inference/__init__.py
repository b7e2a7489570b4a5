"""A request becomes a reply: where it goes, how it is sent, what came back, and what went wrong. No Gradio."""
