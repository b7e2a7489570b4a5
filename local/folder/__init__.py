"""The model of a folder, run as a process of its own with torch and transformers, or with onnxruntime alone."""
