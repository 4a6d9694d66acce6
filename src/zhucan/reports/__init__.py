"""Work reports: forms, composing, and their Word, PDF, HTML and JSON shapes."""
