"""A fitted model as ONNX: what other languages and runtimes can ask without Python."""
