"""The visitors' pages: kiosk, board, phone page and slip; plain HTML, CSS and ES modules."""
