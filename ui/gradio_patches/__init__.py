"""What of Gradio is changed from outside, a module each: why, and what is seen when it is needed no more."""
