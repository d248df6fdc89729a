"""Questions and answers that are no procedure: parking, wifi, holidays, who signs."""
