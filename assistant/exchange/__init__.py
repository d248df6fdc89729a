"""Catalogue and questions out of the database and in again: Excel and YAML."""
