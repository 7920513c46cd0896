"""The pages: views over the desk, in a browser. No data is reached here but through the desk."""
