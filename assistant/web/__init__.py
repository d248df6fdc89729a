"""The visitors' pages: kiosk, display board, phone page and slip; plain HTML, CSS and ES modules."""
